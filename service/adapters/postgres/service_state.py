"""API keys, heartbeats, and what one process does at a time for all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.adapters.postgres.store import Store
from service.adapters.postgres.tables import api_keys, chores, heartbeats
from service.domain.trail import Deed
from service.usecases.ports import ApiKey, Scope

_FORGOTTEN_AFTER = timedelta(days=1)  # a process has a new name whenever it starts


class ServiceState(Store):
    """The part of the transaction that speaks of the service, not of a person."""

    __slots__ = ()

    def store_key(self, key: ApiKey, secret_hash: bytes) -> None:
        self.connection.execute(
            insert(api_keys).values(
                key_id=key.key_id,
                name=key.name,
                site=key.site,
                scopes=sorted(scope.value for scope in key.scopes),
                secret_hash=secret_hash,
            )
        )
        self.note(Deed.KEY_MADE, key.site, detail=_named(key))

    def key(self, key_id: str) -> tuple[ApiKey, bytes] | None:
        row = self.connection.execute(select(api_keys).where(api_keys.c.key_id == key_id)).one_or_none()
        return None if row is None else (_key(row), row.secret_hash)

    def keys(self) -> tuple[ApiKey, ...]:
        rows = self.connection.execute(select(api_keys).order_by(api_keys.c.created_at, api_keys.c.key_id))
        return tuple(_key(row) for row in rows)

    def revoke_key(self, key_id: str) -> bool:
        query = update(api_keys).where(api_keys.c.key_id == key_id, api_keys.c.revoked_at.is_(None))
        revoked = query.values(revoked_at=self.now).returning(*api_keys.c)
        row = self.connection.execute(revoked).one_or_none()
        if row is None:
            return False
        self.note(Deed.KEY_REVOKED, row.site, detail=_named(_key(row)))
        return True

    def beat(self, process: str) -> None:
        gone = heartbeats.c.beat_at < self.now - _FORGOTTEN_AFTER
        self.connection.execute(delete(heartbeats).where(gone))
        query = upsert(heartbeats).values(process=process, beat_at=self.now)
        self.connection.execute(
            query.on_conflict_do_update(index_elements=["process"], set_={"beat_at": self.now})
        )

    def claim_chore(self, name: str, every: timedelta) -> bool:
        """Whether this process shall do a chore now; True for one process in each span of time. One that is
        due later than it can be is due: the clock went back, and nothing may rest until then."""
        query = upsert(chores).values(name=name, due_at=self.now + every)
        due = or_(chores.c.due_at <= self.now, chores.c.due_at > self.now + every)
        claimed = query.on_conflict_do_update(
            index_elements=["name"], set_={"due_at": self.now + every}, where=due
        ).returning(chores.c.name)
        return self.connection.execute(claimed).one_or_none() is not None


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        key_id=row.key_id,
        name=row.name,
        site=row.site,
        scopes=frozenset(Scope(scope) for scope in row.scopes),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )


def _named(key: ApiKey) -> str:
    return f"{key.name} ({key.key_id}): {' '.join(sorted(key.scopes))}"
