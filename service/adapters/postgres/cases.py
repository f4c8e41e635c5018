"""Cases and their timelines."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, exists, func, insert, not_, or_, select, update

from service.adapters.postgres import codec
from service.adapters.postgres.store import Store
from service.adapters.postgres.switches import is_off
from service.adapters.postgres.tables import case_events, cases, pages
from service.domain.delivery import ASKS, MAY_HAVE_ARRIVED
from service.domain.escalation import Case, CaseKind, CaseState, Event, EventKind, Position
from service.domain.urgency import Urgency
from service.usecases.ports import PutAside, StoredContact, TimelineEntry, Worklist

_LIVE = cases.c.state != CaseState.CLOSED.value


class Cases(Store):
    """The part of the transaction that knows who must respond, and by when.

    A case is locked against change and not against reference (`key_share`): whoever writes one of its
    pages refers to it, and must not wait for it with the page in hand.
    """

    __slots__ = ()

    def code_is_taken(self, code: str, since: datetime) -> bool:
        used = or_(_LIVE, cases.c.opened_at >= since)
        return bool(self.connection.scalar(select(exists().where(cases.c.code == code, used))))

    def open_case(self, contact: StoredContact | None, case: Case) -> None:
        self.sites[case.case_id] = case.site
        row = None if contact is None else contact.row
        self.connection.execute(insert(cases).values(contact=row, **_to_row(case)))

    def live_trouble(self, site: str, subject: str) -> bool:
        """Whether a case of this subject is open. Of two who ask at once the second waits for the first."""
        self.connection.execute(
            select(func.pg_advisory_xact_lock(func.hashtextextended(f"{site} {subject}", 0)))
        )
        trouble = and_(cases.c.site == site, cases.c.kind == CaseKind.TROUBLE.value, _LIVE)
        return bool(self.connection.scalar(select(exists().where(trouble, cases.c.subject == subject))))

    def live_case(self, contact: StoredContact) -> Case | None:
        return self._one(
            select(cases).where(cases.c.contact == contact.row, _LIVE).with_for_update(key_share=True)
        )

    def case(self, site: str, case_id: UUID) -> Case | None:
        return self._one(_of_site(site, case_id))

    def cases_of_contact(self, site: str, contact_id: str) -> tuple[Case, ...]:
        query = select(cases).where(cases.c.site == site, cases.c.contact_id == contact_id)
        rows = self.connection.execute(query.order_by(cases.c.opened_at, cases.c.case_id))
        return tuple(_from_row(row) for row in rows)

    def case_by_code(self, site: str, code: str) -> Case | None:
        query = select(cases).where(cases.c.code == code, cases.c.site == site)
        return self._one(query.order_by(cases.c.opened_at.desc()).limit(1))

    def lock_case(self, site: str, case_id: UUID) -> Case | None:
        return self._one(_of_site(site, case_id).with_for_update(key_share=True))

    def lock_case_by_code(self, sites: Collection[str], code: str) -> Case | None:
        query = select(cases).where(cases.c.code == code, cases.c.site.in_(sites))
        return self._one(query.order_by(cases.c.opened_at.desc()).limit(1).with_for_update(key_share=True))

    def cases_meant_by(self, site: str, clinician: str, since: datetime) -> tuple[Case, ...]:
        """What a bare word of this clinician may mean: open cases that asked them, cases of theirs, and
        every case that asked them since then, whatever became of it."""
        asked = select(pages.c.case_id).where(
            pages.c.clinician == clinician,
            pages.c.kind.in_([kind.value for kind in ASKS]),
            pages.c.state.in_([state.value for state in MAY_HAVE_ARRIVED]),
        )
        lately = asked.where(pages.c.created_at >= since)
        query = select(cases).where(
            cases.c.site == site,
            or_(
                and_(cases.c.state == CaseState.OPEN.value, cases.c.case_id.in_(asked)),
                and_(_LIVE, cases.c.owner == clinician),
                cases.c.case_id.in_(lately),
            ),
        )
        rows = self.connection.execute(query.order_by(cases.c.urgency_rank.desc(), cases.c.opened_at))
        return tuple(_from_row(row) for row in rows)

    def lock_due_case(self, besides: Collection[UUID]) -> UUID | None:
        """The most pressing case that is due, locked. Not read yet: one that cannot be read is due, too."""
        query = select(cases.c.case_id).where(
            _LIVE, cases.c.next_action_at <= self.now, cases.c.case_id.not_in(besides), not_(is_off(self.now))
        )
        most_pressing = query.order_by(cases.c.urgency_rank.desc(), cases.c.next_action_at).limit(1)
        locked = most_pressing.with_for_update(skip_locked=True, key_share=True)
        found: UUID | None = self.connection.scalar(locked)
        return found

    def due_case(self, case_id: UUID) -> Case:
        """A case that `lock_due_case` has locked."""
        return self._met(self.connection.execute(select(cases).where(cases.c.case_id == case_id)).one())

    def stalled_cases(self, before: datetime) -> tuple[tuple[str, UUID, str], ...]:
        """Site, id and code of every case that should have moved before then and did not, where paging is
        on."""
        query = select(cases.c.site, cases.c.case_id, cases.c.code).where(
            _LIVE, cases.c.next_action_at < before, not_(is_off(before))
        )
        return tuple((row.site, row.case_id, row.code) for row in self.connection.execute(query))

    def cases_ahead(self, after: datetime) -> int:
        """How many live cases have something in their timeline that is not to happen before then."""
        ahead = exists().where(case_events.c.case_id == cases.c.case_id, case_events.c.at > after)
        return self.connection.scalar(select(func.count()).where(_LIVE, ahead)) or 0

    def live_drills(self, subject: str, before: datetime) -> tuple[tuple[str, UUID], ...]:
        """Site and id of every drill of this subject that is open since before then."""
        query = select(cases.c.site, cases.c.case_id).where(
            _LIVE,
            cases.c.kind == CaseKind.DRILL.value,
            cases.c.subject == subject,
            cases.c.opened_at <= before,
        )
        return tuple((row.site, row.case_id) for row in self.connection.execute(query))

    def save_case(self, case: Case) -> None:
        row = _to_row(case)
        self.connection.execute(update(cases).where(cases.c.case_id == row.pop("case_id")).values(**row))

    def set_case_aside(self, case_id: UUID, until: datetime) -> PutAside | None:
        """Try a case that is still due again later, and raise its alarm; None when it is not due any more."""
        due = and_(cases.c.case_id == case_id, _LIVE, cases.c.next_action_at <= self.now)
        row = self.connection.execute(
            select(cases.c.site, cases.c.code, cases.c.kind, cases.c.alarm)
            .where(due)
            .with_for_update(key_share=True)
        ).one_or_none()
        if row is None:
            return None
        self.connection.execute(update(cases).where(due).values(next_action_at=until, alarm=True))
        return PutAside(row.site, row.code, row.kind == CaseKind.TROUBLE.value, was_in_alarm=row.alarm)

    def closed_at(self, contact: StoredContact) -> datetime | None:
        """When a case of this contact was closed last."""
        query = select(func.max(case_events.c.at)).join(cases, cases.c.case_id == case_events.c.case_id)
        closing = query.where(cases.c.contact == contact.row, case_events.c.kind == EventKind.CLOSED.value)
        found: datetime | None = self.connection.scalar(closing)
        return found

    def pressed_at(self, case_id: UUID) -> datetime | None:
        """When a case was opened, or its urgency last rose."""
        pressing = (EventKind.OPENED.value, EventKind.URGENCY_ROSE.value)
        query = select(func.max(case_events.c.at)).where(
            case_events.c.case_id == case_id, case_events.c.kind.in_(pressing)
        )
        found: datetime | None = self.connection.scalar(query)
        return found

    def worklist(
        self,
        site: str,
        states: Collection[CaseState],
        kinds: Collection[CaseKind],
        limit: int,
        offset: int,
    ) -> Worklist:
        wanted = and_(
            cases.c.site == site,
            cases.c.state.in_([state.value for state in states]),
            cases.c.kind.in_([kind.value for kind in kinds]),
        )
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

    def timeline(self, case_id: UUID) -> tuple[TimelineEntry, ...]:
        query = select(case_events).where(case_events.c.case_id == case_id).order_by(case_events.c.row)
        return tuple(
            TimelineEntry(row.at, Event(EventKind(row.kind), row.clinician, row.detail))
            for row in self.connection.execute(query)
        )

    def _one(self, query: Select[Any]) -> Case | None:
        row = self.connection.execute(query).one_or_none()
        return None if row is None else self._met(row)

    def _met(self, row: Row[Any]) -> Case:
        self.sites[row.case_id] = row.site
        return _from_row(row)


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
        "confirmed_by": list(case.confirmed_by),
        "offered_to": case.offered_to,
        "kind": case.kind.value,
        "subject": case.subject,
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
        kind=CaseKind(row.kind),
        subject=row.subject,
        confirmed_by=tuple(row.confirmed_by),
        offered_to=row.offered_to,
    )
