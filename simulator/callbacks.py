"""Webhooks: signed as Twilio signs them, POSTed and retried as the URL's fragment asks."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl, urldefrag

import requests
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped, unused-ignore]
from werkzeug.datastructures import MultiDict

Parameters = list[tuple[str, str]]

_BOUNDS = {"ct": (100, 10_000), "rt": (100, 15_000), "tt": (100, 15_000), "rc": (0, 5)}  # milliseconds; count
_POLICIES = frozenset({"ct", "rt", "4xx", "5xx", "all"})


class Signing(StrEnum):
    """How a webhook is signed."""

    RIGHT = "right"
    WRONG = "wrong"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Connection:
    """What the fragment of a webhook's URL overrides. Times are in milliseconds."""

    ct: int = 5000
    rt: int = 15_000
    tt: int = 15_000
    rc: int = 1
    rp: frozenset[str] = field(default_factory=lambda: frozenset({"ct"}))


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of a webhook: the last answer, or no status when there was none, and how many tries."""

    http_status: int | None
    text: str
    attempts: int


def read_connection(fragment: str) -> Connection:
    """Read `ct=..&rt=..&tt=..&rc=..&rp=..`; what is unknown or out of range is as if it were not there."""
    overrides: dict[str, Any] = {}
    for name, value in parse_qsl(fragment):
        low, high = _BOUNDS.get(name, (1, 0))
        if value.isascii() and value.isdigit() and low <= int(value) <= high:
            overrides[name] = int(value)
        elif name == "rp" and _POLICIES.issuperset(value.split(",")):
            overrides[name] = frozenset(value.split(","))
    return Connection(**overrides)


def post(url: str, parameters: Parameters, token: str, signing: Signing = Signing.RIGHT) -> Posted:
    """POST a webhook until it is answered, or its tries or its time are used up. The far end never raises."""
    address, fragment = urldefrag(url)
    connection = read_connection(fragment)
    headers = _headers(address, parameters, token, signing)
    deadline = monotonic() + connection.tt / 1000
    attempts = 0
    while True:
        attempts += 1
        outcome, answer = _attempt(address, parameters, headers, connection, deadline - monotonic())
        again = connection.rp & {outcome, "all"} and outcome != "answered"
        if not again or attempts > connection.rc or monotonic() >= deadline:
            break
    return Posted(None, "", attempts) if answer is None else Posted(*answer, attempts)


def _attempt(
    address: str, parameters: Parameters, headers: dict[str, str], connection: Connection, left: float
) -> tuple[str, tuple[int, str] | None]:
    limits = (min(connection.ct / 1000, left), min(connection.rt / 1000, left))
    try:
        with requests.Session() as session:
            session.trust_env = False  # a proxy of this machine is no part of the way
            answer = session.post(
                address, data=parameters, headers=headers, timeout=limits, allow_redirects=False
            )
    except requests.ReadTimeout:
        return "rt", None
    except requests.RequestException:
        return "ct", None
    outcome = {4: "4xx", 5: "5xx"}.get(answer.status_code // 100, "answered")
    return outcome, (answer.status_code, answer.text)


def _headers(address: str, parameters: Parameters, token: str, signing: Signing) -> dict[str, str]:
    headers = {"User-Agent": "TwilioProxy/1.1", "I-Twilio-Idempotency-Token": secrets.token_hex(16)}
    if signing is Signing.NONE:
        return headers
    key = token if signing is Signing.RIGHT else f"not-{token}"
    signature = RequestValidator(key).compute_signature(address, MultiDict(parameters))
    return headers | {"X-Twilio-Signature": signature}
