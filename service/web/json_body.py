"""Request bodies read strictly: what is ambiguous or cannot be stored as text is refused, never repaired."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from flask import Request
from flask_smorest.blueprint import Blueprint as SmorestBlueprint
from marshmallow import RAISE
from webargs.flaskparser import FlaskParser, abort, is_json_request


class Unreadable(Exception):
    """The body is not the JSON that we can take; the message says why, without any of it."""


class StrictParser(FlaskParser):
    """Refuses duplicate keys, NaN, invalid Unicode and nesting that only an attack needs."""

    DEFAULT_VALIDATION_STATUS = 422
    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012 - webargs declares it so
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": RAISE,
    }

    def _raw_load_json(self, req: Request) -> Any:
        if not is_json_request(req):
            abort(415, messages={"json": ["send application/json"]})
        try:
            return read_json(req.get_data(cache=True))
        except Unreadable as fault:
            abort(400, messages={"json": [str(fault)]})


class Blueprint(SmorestBlueprint):
    """A blueprint whose bodies are read strictly."""

    ARGUMENTS_PARSER = StrictParser()


def read_json(body: bytes | str) -> Any:
    """Parse JSON; a body that is not good JSON raises with the reason."""
    try:
        text = body if isinstance(body, str) else body.decode("utf-8")
        document = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
        if "\\u" in text:  # half a character can only be written so, and shows here
            json.dumps(document, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("the body is not UTF-8") from None
    except UnicodeEncodeError:
        raise Unreadable("the body holds half of a character") from None
    except RecursionError:
        raise Unreadable("the body is nested too deeply") from None
    except ValueError:
        raise Unreadable("the body is not JSON") from None
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        raise Unreadable("a key stands twice in one object")
    return document


def _refuse_constant(_: str) -> NoReturn:
    raise Unreadable("NaN and Infinity are not JSON")
