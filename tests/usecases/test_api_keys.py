"""A key that was found is known for a moment, and a revoked one is soon known by nobody."""

from __future__ import annotations

from sqlalchemy import Engine, event

from service.adapters.postgres.ledger import PostgresLedger
from service.usecases.api_keys import KNOWN_FOR, ApiKeys
from service.usecases.ports import Scope


def test_a_key_that_is_used_again_and_again_is_asked_for_once_in_a_while(
    ledger: PostgresLedger, engine: Engine
) -> None:
    now = [0.0]
    keys = ApiKeys(ledger, lambda: now[0])
    _, token = keys.create("intake", "riverside", tuple(Scope))
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert all(keys.authenticate(token) for _ in range(10))
        assert sum("api_keys" in statement for statement in asked) == 1
        now[0] += KNOWN_FOR
        assert keys.authenticate(token) is not None
        assert sum("api_keys" in statement for statement in asked) == 2
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_a_revoked_key_ends_at_once_here_and_soon_everywhere(ledger: PostgresLedger) -> None:
    now = [0.0]
    here, elsewhere = ApiKeys(ledger, lambda: now[0]), ApiKeys(ledger, lambda: now[0])
    key, token = here.create("intake", "riverside", tuple(Scope))
    assert here.authenticate(token) is not None
    assert elsewhere.authenticate(token) is not None
    assert here.revoke(key.key_id)
    assert here.authenticate(token) is None
    now[0] += KNOWN_FOR
    assert elsewhere.authenticate(token) is None


def test_a_wrong_secret_is_wrong_beside_a_key_that_is_known(ledger: PostgresLedger) -> None:
    keys = ApiKeys(ledger, lambda: 0.0)
    _, token = keys.create("intake", "riverside", tuple(Scope))
    assert keys.authenticate(token) is not None
    assert keys.authenticate(f"{token}x") is None
