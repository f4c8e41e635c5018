"""How often a key, and an address without a key that works, may call; and who an address is."""

from __future__ import annotations

from flask import Response, request

from service.usecases.ports import ApiKey
from service.web.problems import problem
from service.web.wiring import wiring

_GUESSES, _GUESSING = 20, 60  # wrong keys from one address, in so many seconds


def too_often(key: ApiKey) -> Response | None:
    """A problem when this key has called more often than it may."""
    rate = wiring().rate_limit
    return _problem(wiring().limits.seconds_to_wait(f"key {key.key_id}", rate, 1))


def too_many_guesses() -> Response | None:
    """A problem when there were too many wrong keys from this address lately. Asked after each wrong one."""
    return _problem(wiring().limits.seconds_to_wait(f"address {_address()}", _GUESSES, _GUESSING))


def _problem(seconds: int) -> Response | None:
    if not seconds:
        return None
    detail = "Too many requests. Nothing was stored; `Retry-After` says when to send it again."
    return problem(429, "too-many-requests", detail, headers={"Retry-After": str(seconds)})


def _address() -> str:
    return request.remote_addr or "unknown"
