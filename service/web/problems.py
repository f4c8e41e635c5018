"""RFC 9457 problems: every fault at once, each with its JSON pointer, never with the value that was sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify
from marshmallow import Schema, fields

from service.domain.errors import Fault

_POINTER_LIMIT = 200  # an unknown key's name comes from the caller


class FaultSchema(Schema):
    """One thing wrong with a request."""

    pointer = fields.String(metadata={"description": "JSON pointer to what is wrong"})
    detail = fields.String()


class ProblemSchema(Schema):
    """RFC 9457 problem."""

    type = fields.String(metadata={"example": "/problems/invalid-request"})
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    errors = fields.List(fields.Nested(FaultSchema))


def problem(
    status: int,
    name: str,
    detail: str = "",
    faults: Iterable[Fault] = (),
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """A problem response; `name` is the last part of its type, `more` are members beside the usual ones."""
    body: dict[str, Any] = {
        "type": f"/problems/{name}",
        "title": HTTPStatus(status).phrase,
        "status": status,
    }
    if detail:
        body["detail"] = detail
    errors = [{"pointer": fault.pointer, "detail": fault.detail} for fault in faults]
    if errors:
        body["errors"] = errors
    body |= more
    response = jsonify(body)
    response.status_code = status
    response.content_type = "application/problem+json"
    response.headers.update(headers or {})
    return response


def unavailable(detail: str = "Nothing was stored; send it again.", **more: Any) -> Response:
    """What is said while the database is away."""
    detail = f"The database cannot be reached. {detail}"
    return problem(503, "unavailable", detail, headers={"Retry-After": "2"}, **more)


def faults_in(messages: Any, pointer: str = "") -> Iterator[Fault]:
    """Flatten marshmallow's nested messages to faults with JSON pointers."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            here = pointer if key == "_schema" else f"{pointer}/{_escaped(str(key))}"
            yield from faults_in(inner, here)
    elif isinstance(messages, list | tuple):
        for message in messages:
            yield from faults_in(message, pointer)
    else:
        yield Fault(pointer[:_POINTER_LIMIT], str(messages))


def _escaped(key: str) -> str:
    readable = key.encode("utf-8", "replace").decode("utf-8")
    return readable.replace("~", "~0").replace("/", "~1")
