"""Cases and their timelines."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, exists, func, insert, or_, select, update

from service.adapters.postgres import codec
from service.adapters.postgres.store import Store
from service.adapters.postgres.tables import case_events, cases, pages
from service.domain.delivery import PageKind
from service.domain.escalation import Case, CaseState, Event, EventKind, Position
from service.domain.urgency import Urgency
from service.usecases.ports import StoredContact, TimelineEntry, Worklist

_LIVE = cases.c.state != CaseState.CLOSED.value


class Cases(Store):
    """The part of the transaction that knows who must respond, and by when."""

    __slots__ = ()

    def code_is_taken(self, code: str, since: datetime) -> bool:
        used = or_(_LIVE, cases.c.opened_at >= since)
        return bool(self.connection.scalar(select(exists().where(cases.c.code == code, used))))

    def open_case(self, contact: StoredContact, case: Case) -> None:
        self.connection.execute(insert(cases).values(contact=contact.row, **_to_row(case)))

    def live_case(self, contact: StoredContact) -> Case | None:
        return self._one(select(cases).where(cases.c.contact == contact.row, _LIVE).with_for_update())

    def latest_case(self, contact: StoredContact) -> Case | None:
        newest = cases.c.opened_at.desc()
        return self._one(select(cases).where(cases.c.contact == contact.row).order_by(newest).limit(1))

    def case(self, site: str, case_id: UUID) -> Case | None:
        return self._one(_of_site(site, case_id))

    def lock_case(self, site: str, case_id: UUID) -> Case | None:
        return self._one(_of_site(site, case_id).with_for_update())

    def lock_case_by_code(self, sites: Collection[str], code: str) -> Case | None:
        query = select(cases).where(cases.c.code == code, cases.c.site.in_(sites))
        return self._one(query.order_by(cases.c.opened_at.desc()).limit(1).with_for_update())

    def cases_paged_to(self, site: str, clinician: str) -> tuple[Case, ...]:
        paged = exists().where(
            pages.c.case_id == cases.c.case_id,
            pages.c.clinician == clinician,
            pages.c.kind == PageKind.PAGE.value,
        )
        waiting = and_(cases.c.state == CaseState.OPEN.value, paged)
        query = select(cases).where(
            cases.c.site == site, or_(waiting, and_(_LIVE, cases.c.owner == clinician))
        )
        rows = self.connection.execute(query.order_by(cases.c.urgency_rank.desc(), cases.c.opened_at))
        return tuple(_from_row(row) for row in rows)

    def lock_due_case(self, besides: Collection[UUID]) -> Case | None:
        query = select(cases).where(
            _LIVE, cases.c.next_action_at <= self.now, cases.c.case_id.not_in(besides)
        )
        most_pressing = query.order_by(cases.c.urgency_rank.desc(), cases.c.next_action_at).limit(1)
        return self._one(most_pressing.with_for_update(skip_locked=True))

    def save_case(self, case: Case) -> None:
        self.connection.execute(update(cases).where(cases.c.case_id == case.case_id).values(**_to_row(case)))

    def set_case_aside(self, case_id: UUID, until: datetime) -> None:
        """Try a case again later, and let everyone see that something is wrong with it."""
        live = update(cases).where(cases.c.case_id == case_id, _LIVE)
        self.connection.execute(live.values(next_action_at=until, alarm=True))

    def worklist(self, site: str, states: Collection[CaseState], limit: int, offset: int) -> Worklist:
        wanted = and_(cases.c.site == site, cases.c.state.in_([state.value for state in states]))
        query = (
            select(cases)
            .where(wanted)
            .order_by(
                cases.c.urgency_rank.desc(),
                cases.c.respond_by.nulls_last(),
                cases.c.opened_at,
                cases.c.case_id,
            )
        )
        rows = self.connection.execute(query.limit(limit).offset(offset)).all()
        total = self.connection.scalar(select(func.count()).select_from(cases).where(wanted))
        return Worklist(tuple(_from_row(row) for row in rows), total or 0)

    def record(self, case_id: UUID, event: Event) -> None:
        self.connection.execute(
            insert(case_events).values(
                case_id=case_id, kind=event.kind.value, clinician=event.clinician, detail=event.detail
            )
        )

    def timeline(self, case_id: UUID) -> tuple[TimelineEntry, ...]:
        query = select(case_events).where(case_events.c.case_id == case_id).order_by(case_events.c.row)
        return tuple(
            TimelineEntry(row.at, Event(EventKind(row.kind), row.clinician, row.detail))
            for row in self.connection.execute(query)
        )

    def _one(self, query: Select[Any]) -> Case | None:
        row = self.connection.execute(query).one_or_none()
        return None if row is None else _from_row(row)


def _of_site(site: str, case_id: UUID) -> Select[Any]:
    return select(cases).where(cases.c.case_id == case_id, cases.c.site == site)


def _to_row(case: Case) -> dict[str, Any]:
    return {
        "case_id": case.case_id,
        "site": case.site,
        "contact_id": case.contact_id,
        "code": case.code,
        "urgency": case.urgency.value,
        "urgency_rank": case.urgency.rank,
        "state": case.state.value,
        "plan": codec.plan_to_row(case.plan),
        "episode": case.position.episode,
        "round": case.position.round,
        "step": case.position.step,
        "passed": sorted(case.passed),
        "alarm": case.alarm,
        "owner": case.owner,
        "disposition": case.disposition,
        "respond_by": case.respond_by,
        "next_action_at": case.next_action_at,
        "opened_at": case.opened_at,
    }


def _from_row(row: Row[Any]) -> Case:
    return Case(
        case_id=row.case_id,
        code=row.code,
        site=row.site,
        contact_id=row.contact_id,
        urgency=Urgency(row.urgency),
        plan=codec.plan_from_row(row.plan),
        state=CaseState(row.state),
        position=Position(row.episode, row.round, row.step),
        next_action_at=row.next_action_at,
        respond_by=row.respond_by,
        opened_at=row.opened_at,
        alarm=row.alarm,
        owner=row.owner,
        passed=frozenset(row.passed),
        disposition=row.disposition,
    )
