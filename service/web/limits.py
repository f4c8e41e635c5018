"""How many first contacts at once; how often a key, and an address without a key that works, may call.

What a clinician does, what a carrier reports and whether we are alive have threads and connections that no
intake system can take: no flood of first contacts refuses them, or has them wait for long.
"""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request

from service.usecases.ports import ApiKey
from service.web.problems import problem
from service.web.wiring import wiring

_GUESSES, _GUESSING = 20, 60  # wrong keys from one address, in so many seconds
_OF_INTAKE = frozenset({"first_contacts", "assessments"})  # blueprints
_COME_BACK_WITHIN = 4  # seconds; drawn each time, or all would come back together


def bound_intake(app: Flask) -> None:
    """Refuse what intake systems send beyond the room there is, before a key is looked up or a body read."""

    @app.before_request
    def enter() -> Response | None:
        if not _is_of_intake():
            return None
        if wiring().turnstile.enter():
            g.entered = True
            return None
        detail = "More is sent at once than can be taken in. Nothing was stored; send it again."
        seconds = 1 + secrets.randbelow(_COME_BACK_WITHIN)
        return problem(503, "busy", detail, headers={"Retry-After": str(seconds)})

    @app.teardown_request
    def leave(_: BaseException | None) -> None:
        if g.pop("entered", False):
            wiring().turnstile.leave()


def _is_of_intake() -> bool:
    """What is only read there is read by clinicians, too."""
    return request.method == "POST" and request.blueprint in _OF_INTAKE


def too_often(key: ApiKey) -> Response | None:
    """A problem when this key has called more often than it may. What it sends as an intake system is counted
    apart: that must not use up what clinicians may do with the same key."""
    rate, kind = wiring().rate_limit, "intake" if _is_of_intake() else "all else"
    return _problem(wiring().limits.seconds_to_wait(f"key {key.key_id} {kind}", rate, 1))


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
