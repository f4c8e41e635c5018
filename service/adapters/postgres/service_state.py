"""API keys, heartbeats, and the counts that say whether the service is well."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.adapters.postgres.store import Store
from service.adapters.postgres.tables import api_keys, cases, chores, first_contacts, heartbeats, pages
from service.domain.delivery import PageKind, PageState
from service.domain.escalation import TESTS, CaseKind, CaseState
from service.domain.trail import Deed
from service.domain.urgency import Urgency
from service.usecases.ports import ApiKey, Overview, Pulse, Scope

_FORGOTTEN_AFTER = timedelta(days=1)  # a process has a new name whenever it starts


_LATELY = timedelta(days=1)
_LIVE = cases.c.state != CaseState.CLOSED.value
_NO_TEST = cases.c.kind.not_in([kind.value for kind in TESTS])


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

    def pulse(self) -> Pulse:
        overdue = select(func.count(), func.min(cases.c.next_action_at)).where(
            _LIVE, cases.c.next_action_at <= self.now
        )
        count, oldest = self.connection.execute(overdue).one()
        last_sweep = self.connection.scalar(select(func.max(heartbeats.c.beat_at)))
        return Pulse(
            alarms=self.connection.scalar(select(func.count()).where(_LIVE, _NO_TEST, cases.c.alarm)) or 0,
            overdue=count,
            oldest_overdue=0.0 if oldest is None else (self.now - oldest).total_seconds(),
            sweep_age=None if last_sweep is None else max(0.0, (self.now - last_sweep).total_seconds()),
        )

    def overview(self) -> Overview:
        pulse = self.pulse()
        return Overview(
            alarms=pulse.alarms,
            overdue=pulse.overdue,
            oldest_overdue=pulse.oldest_overdue,
            sweep_age=pulse.sweep_age,
            cases=self._cases(),
            pages=self._pages(),
            contacts=self.connection.scalar(select(func.count()).select_from(first_contacts)) or 0,
        )

    def _cases(self) -> dict[tuple[Urgency, CaseState], int]:
        query = select(cases.c.urgency, cases.c.state, func.count()).where(
            _LIVE, cases.c.kind == CaseKind.CONTACT.value
        )
        query = query.group_by(cases.c.urgency, cases.c.state)
        return {
            (Urgency(urgency), CaseState(state)): count
            for urgency, state, count in self.connection.execute(query)
        }

    def _pages(self) -> dict[tuple[PageKind, PageState], int]:
        query = select(pages.c.kind, pages.c.state, func.count())
        query = query.join(cases, cases.c.case_id == pages.c.case_id)
        query = query.where(_NO_TEST, pages.c.created_at >= self.now - _LATELY)
        query = query.group_by(pages.c.kind, pages.c.state)
        return {
            (PageKind(kind), PageState(state)): count for kind, state, count in self.connection.execute(query)
        }


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
