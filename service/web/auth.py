"""Bearer keys: who calls, for which site, and what they may do."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import Response, g, request

from service.domain.site import Site
from service.usecases.acting import acting_as
from service.usecases.ports import ApiKey, LedgerAway, Scope
from service.web.limits import too_many_guesses, too_often
from service.web.problems import problem
from service.web.wiring import wiring

P = ParamSpec("P")
R = TypeVar("R")


def requires(
    scope: Scope, *, without_ledger: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """Let only a key with this scope in; nothing of the body is read before that.

    `without_ledger`: while the database is away a key that was seen lately is let in, too. Such a view must
    ask for `confirmed_key` before it touches anything that is stored.
    """

    def guard(view: Callable[P, R]) -> Callable[P, R | Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
            key, g.confirmed = _key(or_remembered=without_ledger)
            if key is None or key.site not in wiring().sites:
                refused = problem(401, "unauthorized", headers={"WWW-Authenticate": "Bearer"})
                return too_many_guesses() or refused
            if (limited := too_often(key)) is not None:
                return limited
            if scope not in key.scopes:
                return problem(403, "forbidden", f"This key does not have the scope {scope}.")
            g.api_key = key
            with acting_as(f"key {key.name} ({key.key_id})"):
                return view(*args, **kwargs)

        guarded._apidoc = {  # type: ignore[attr-defined]  # noqa: SLF001 - where flask-smorest keeps it
            **getattr(view, "_apidoc", {}),
            "manual_doc": {"security": [{"key": []}], "description": f"Needs the scope `{scope}`."},
        }
        return guarded

    return guard


def api_key() -> ApiKey:
    """The key of this request, once `requires` has let it in."""
    return cast("ApiKey", g.api_key)


def confirmed_key() -> ApiKey:
    """As `api_key`; `LedgerAway` when the key is only remembered, and may have been revoked since."""
    if not g.confirmed:
        raise LedgerAway
    return api_key()


def site() -> Site:
    """The site of this request's key. No request ever names a site by itself."""
    return wiring().sites[api_key().site]


def _key(*, or_remembered: bool) -> tuple[ApiKey | None, bool]:
    """The key of this request, if it brings one that works, and whether the database says so now."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    keys, token = wiring().keys, token.strip()
    if scheme.lower() != "bearer":
        return None, True
    try:
        return keys.authenticate(token), True
    except LedgerAway:
        remembered = keys.remembered(token) if or_remembered else None
        if remembered is None:  # nobody can say whether it works: that is no wrong key
            raise
        return remembered, False
