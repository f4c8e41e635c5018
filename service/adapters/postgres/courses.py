"""What happened around first contacts, and the follow-ups that are due because of it. None of it is words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, and_, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.adapters.postgres.store import Store
from service.adapters.postgres.tables import cases, contact_events, follow_ups
from service.domain.course import ContactEvent, Happening
from service.domain.escalation import Case
from service.domain.follow_up import Promise, Reason
from service.usecases.ports import FollowUp, FollowUps, StoredContact

_OPEN = follow_ups.c.due_at.is_not(None)


class Courses(Store):
    """The part of the transaction that knows what became of a person after they first came."""

    __slots__ = ()

    def store_events(self, contact: StoredContact, events: Sequence[ContactEvent]) -> None:
        rows = [
            {
                "contact": contact.row,
                "event_id": event.event_id,
                "kind": event.kind.value,
                "at": event.at,
                "appointment": event.appointment,
                "spoken_by": event.by,
            }
            for event in events
        ]
        self.put(contact_events, rows)

    def _events(self, contact: int) -> tuple[ContactEvent, ...]:
        query = select(contact_events).where(contact_events.c.contact == contact)
        return tuple(_event(row) for row in self.connection.execute(query.order_by(contact_events.c.row)))

    def follow_up(self, contact: StoredContact) -> FollowUp | None:
        """The follow-up of a contact, also one that is settled; its contact is locked by the caller."""
        query = select(follow_ups).where(follow_ups.c.contact == contact.row)
        row = self.connection.execute(query).one_or_none()
        return None if row is None else _follow_up(row)

    def save_follow_up(self, contact: StoredContact, follow_up: FollowUp) -> None:
        row = _to_row(follow_up)
        stored = upsert(follow_ups).values(contact=contact.row, **row)
        self.connection.execute(stored.on_conflict_do_update(index_elements=["contact"], set_=row))

    def settle_follow_up(self, case: Case, by: str, how: str) -> bool:
        """A human closed the case of a contact: whatever follow-up was due to it is settled by that."""
        of_case = select(cases.c.contact).where(cases.c.case_id == case.case_id).scalar_subquery()
        settled = update(follow_ups).where(follow_ups.c.contact == of_case, _OPEN)
        done = settled.values(due_at=None, page_at=None, settled_at=self.now, settled_by=by, settled_how=how)
        return self.connection.execute(done).rowcount > 0

    def due_follow_up(self, besides: Collection[tuple[str, str]]) -> tuple[str, str] | None:
        """Site and id of the first contact whose follow-up somebody must be paged for, the oldest first."""
        query = select(follow_ups.c.site, follow_ups.c.contact_id).where(follow_ups.c.page_at <= self.now)
        for row in self.connection.execute(query.order_by(follow_ups.c.page_at).limit(len(besides) + 1)):
            if (row.site, row.contact_id) not in besides:
                return row.site, row.contact_id
        return None

    def open_follow_ups(self, site: str, limit: int, offset: int) -> FollowUps:
        """The follow-ups that are due at a site, the earliest first."""
        of_site = and_(follow_ups.c.site == site, _OPEN)
        rows = self.connection.execute(
            select(follow_ups)
            .where(of_site)
            .order_by(follow_ups.c.due_at, follow_ups.c.contact)
            .limit(limit)
            .offset(offset)
        )
        total = self.connection.scalar(select(func.count()).select_from(follow_ups).where(of_site))
        return FollowUps(tuple(_follow_up(row) for row in rows), total or 0)

    def follow_ups_overdue(self) -> int:
        """How many promises are broken at this moment: nobody has spoken to the person in time."""
        query = select(func.count()).select_from(follow_ups).where(follow_ups.c.due_at < self.now)
        return self.connection.scalar(query) or 0


def _event(row: Row[Any]) -> ContactEvent:
    return ContactEvent(row.event_id, Happening(row.kind), row.at, row.appointment, row.spoken_by)


def _follow_up(row: Row[Any]) -> FollowUp:
    promise = None
    if row.due_at is not None:
        reasons = tuple(Reason(reason) for reason in row.reasons)
        promise = Promise(reasons, row.since, row.due_at, row.page_at or row.since)
    return FollowUp(
        site=row.site,
        contact_id=row.contact_id,
        promise=promise,
        is_waiting=row.page_at is not None,
        settled_at=row.settled_at,
        settled_by=row.settled_by,
        settled_how=row.settled_how,
    )


def _to_row(follow_up: FollowUp) -> dict[str, Any]:
    promise = follow_up.promise
    return {
        "site": follow_up.site,
        "contact_id": follow_up.contact_id,
        "reasons": [] if promise is None else [reason.value for reason in promise.reasons],
        "since": None if promise is None else promise.since,
        "due_at": None if promise is None else promise.due_at,
        "page_at": promise.page_at if promise is not None and follow_up.is_waiting else None,
        "settled_at": follow_up.settled_at,
        "settled_by": follow_up.settled_by,
        "settled_how": follow_up.settled_how,
    }
