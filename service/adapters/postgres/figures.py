"""The service in figures, counted in the ledger when somebody asks: the same from every process."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Double,
    Extract,
    FromClause,
    Select,
    cast,
    exists,
    extract,
    func,
    literal,
    or_,
    select,
)

from service.adapters.postgres.store import Store
from service.adapters.postgres.tables import (
    case_events,
    cases,
    channel_troubles,
    first_contacts,
    follow_ups,
    heartbeats,
    pages,
)
from service.domain.channel import Channel
from service.domain.delivery import PageKind, PageState
from service.domain.escalation import TESTS, CaseKind, CaseState, EventKind
from service.domain.urgency import Urgency
from service.usecases.ports import ACKNOWLEDGED_IN, OPEN_FOR, PAGED_IN, Overview, Pulse, Spread

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_SWEEPS_NOW = timedelta(seconds=15)

_LIVE = cases.c.state != CaseState.CLOSED.value
_ALL = literal("")
_OPEN = cases.c.state == CaseState.OPEN.value
_CONTACT = cases.c.kind == CaseKind.CONTACT.value
_NO_TEST = cases.c.kind.not_in([kind.value for kind in TESTS])
_IS_PAGE = pages.c.kind == PageKind.PAGE.value
_TO_DO = pages.c.state.in_([PageState.QUEUED.value, PageState.SENDING.value, PageState.UNKNOWN.value])


class Figures(Store):
    """The part of the transaction that counts. Nothing in it grows with the cases that are closed, but the
    count of all first contacts."""

    __slots__ = ()

    def pulse(self) -> Pulse:
        overdue, oldest = self._how_many(cases.c.next_action_at, _LIVE, cases.c.next_action_at <= self.now)
        last_sweep = self.connection.scalar(select(func.max(heartbeats.c.beat_at)))
        return Pulse(
            alarms=self.connection.scalar(select(func.count()).where(_LIVE, _NO_TEST, cases.c.alarm)) or 0,
            overdue=overdue,
            oldest_overdue=oldest,
            sweep_age=None if last_sweep is None else max(0.0, (self.now - last_sweep).total_seconds()),
        )

    def overview(self) -> Overview:
        pulse = self.pulse()
        overdue_pages, oldest_page = self._overdue_pages()
        due, late = self._follow_ups()
        return Overview(
            alarms=pulse.alarms,
            overdue=pulse.overdue,
            oldest_overdue=pulse.oldest_overdue,
            sweep_age=pulse.sweep_age,
            sweepers=self._sweepers(),
            contacts=self.connection.scalar(select(func.count()).select_from(first_contacts)) or 0,
            cases=self._cases(),
            late=self._late(),
            open_for=self._open_for(),
            paged_in=self._paged_in(),
            acknowledged_in=self._acknowledged_in(),
            pages=self._pages(),
            overdue_pages=overdue_pages,
            oldest_overdue_page=oldest_page,
            troubles=self._troubles(),
            follow_ups=due,
            late_follow_ups=late,
        )

    def _how_many(self, at: ColumnElement[datetime], *which: ColumnElement[bool]) -> tuple[int, float]:
        """How many there are, and the age of the oldest in seconds; 0 when there is none."""
        count, oldest = self.connection.execute(select(func.count(), func.min(at)).where(*which)).one()
        return count, (self.now - oldest).total_seconds() if count else 0.0

    def _sweepers(self) -> int:
        query = select(func.count()).where(heartbeats.c.beat_at > self.now - _SWEEPS_NOW)
        return self.connection.scalar(query) or 0

    def _cases(self) -> Mapping[tuple[Urgency, CaseState], int]:
        query = select(cases.c.urgency, cases.c.state, func.count()).where(_LIVE, _CONTACT)
        return {
            (Urgency(urgency), CaseState(state)): count
            for urgency, state, count in self.connection.execute(
                query.group_by(cases.c.urgency, cases.c.state)
            )
        }

    def _late(self) -> Mapping[Urgency, int]:
        query = select(cases.c.urgency, func.count()).where(_CONTACT, _OPEN, cases.c.respond_by <= self.now)
        found = self.connection.execute(query.group_by(cases.c.urgency))
        return {Urgency(urgency): count for urgency, count in found}

    def _open_for(self) -> Spread:
        seconds = _seconds(self.now, cases.c.opened_at)
        query = select(seconds.label("seconds"), _ALL.label("of")).where(_CONTACT, _OPEN)
        return self._spreads(query, OPEN_FOR).get("", Spread.empty(OPEN_FOR))

    def _paged_in(self) -> Spread:
        paged = self._first_pages()
        waited = _seconds(func.coalesce(paged.c.tried, self.now), paged.c.queued)
        query = select(waited.label("seconds"), _ALL.label("of")).select_from(paged)
        return self._spreads(query, PAGED_IN).get("", Spread.empty(PAGED_IN))

    def _acknowledged_in(self) -> Mapping[Urgency, Spread]:
        paged = self._first_pages()
        taken = (
            select(case_events.c.case_id, func.min(case_events.c.at).label("at"))
            .where(case_events.c.kind == EventKind.ACKNOWLEDGED.value)
            .where(case_events.c.case_id.in_(select(paged.c.case_id)))
            .group_by(case_events.c.case_id)
            .subquery()
        )
        query = (
            select(_seconds(taken.c.at, paged.c.queued).label("seconds"), cases.c.urgency.label("of"))
            .select_from(paged)
            .join(taken, taken.c.case_id == paged.c.case_id)
            .join(cases, cases.c.case_id == paged.c.case_id)
        )
        spreads = self._spreads(query, ACKNOWLEDGED_IN)
        return {Urgency(urgency): spread for urgency, spread in spreads.items()}

    def _first_pages(self) -> FromClause:
        """Of each case whose first page was queued in the last day: since when, and when a carrier was first
        asked. Cases that were taken before anybody had to be paged are none of them."""
        earlier = pages.alias()
        since = self.now - _DAY
        begun_before = exists().where(
            earlier.c.case_id == pages.c.case_id,
            earlier.c.kind == PageKind.PAGE.value,
            earlier.c.created_at < since,
        )
        return (
            select(
                pages.c.case_id,
                func.min(pages.c.created_at).label("queued"),
                func.min(pages.c.attempted_at).label("tried"),
            )
            .join(cases, cases.c.case_id == pages.c.case_id)
            .where(_IS_PAGE, _NO_TEST, pages.c.created_at >= since, ~begun_before)
            .where(or_(pages.c.state != PageState.CANCELLED.value, pages.c.attempted_at.is_not(None)))
            .group_by(pages.c.case_id)
            .subquery()
        )

    def _spreads(self, query: Select[Any, str], bounds: Sequence[float]) -> dict[str, Spread]:
        """The query's `seconds` in these bounds, for each value of its `of`."""
        found = query.subquery()
        place = func.width_bucket(cast(found.c.seconds, Double), cast(list(bounds), ARRAY(Double)))
        counted = select(found.c.of, place.label("place"), func.count(), func.sum(found.c.seconds))
        counts: dict[str, list[int]] = defaultdict(lambda: [0] * (len(bounds) + 1))
        totals: dict[str, float] = defaultdict(float)
        for of, number, count, total in self.connection.execute(counted.group_by(found.c.of, "place")):
            counts[of][number] += count
            totals[of] += float(total)
        return {of: Spread(tuple(bounds), tuple(counts[of]), totals[of]) for of in counts}

    def _pages(self) -> Mapping[tuple[PageKind, Channel, PageState], int]:
        query = select(pages.c.kind, pages.c.channel, pages.c.state, func.count())
        query = query.join(cases, cases.c.case_id == pages.c.case_id)
        query = query.where(_NO_TEST, pages.c.created_at >= self.now - _DAY)
        found = self.connection.execute(query.group_by(pages.c.kind, pages.c.channel, pages.c.state))
        return {
            (PageKind(kind), Channel(channel), PageState(state)): count
            for kind, channel, state, count in found
        }

    def _overdue_pages(self) -> tuple[int, float]:
        """Pages that are due and that nobody has in hand."""
        free = or_(pages.c.lease_until.is_(None), pages.c.lease_until <= self.now)
        return self._how_many(pages.c.not_before, _TO_DO, pages.c.not_before <= self.now, free)

    def _troubles(self) -> Mapping[Channel, int]:
        query = select(channel_troubles.c.channel, func.count()).where(
            channel_troubles.c.at > self.now - _HOUR
        )
        found = self.connection.execute(query.group_by(channel_troubles.c.channel))
        return {Channel(channel): count for channel, count in found}

    def _follow_ups(self) -> tuple[int, int]:
        """How many are due, and how many of them are late."""
        late = func.count().filter(follow_ups.c.due_at <= self.now)
        row = self.connection.execute(
            select(func.count(), late).where(follow_ups.c.due_at.is_not(None))
        ).one()
        return row[0], row[1]


def _seconds(end: Any, begin: ColumnElement[datetime]) -> Extract:
    return extract("epoch", end - begin)
