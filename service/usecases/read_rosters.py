"""Rosters as they stand: who is on call, what comes next, and what should worry whoever keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.calendar import Skipped
from service.domain.roster import LOOKS_AHEAD, OnCall, Roster, Span
from service.domain.site import Site
from service.usecases.on_call import away_too_long, on_call, standing_roster
from service.usecases.ports import CalendarStanding, CalendarWriter, Ledger, Transaction

GAPS_LOOKED_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class RosterView:
    """One roster. `spans` and `gaps` are of the window that was asked for; `now` is what stands, and `next`
    what follows it, None when nothing changes within a year."""

    roster: Roster
    begin: datetime
    end: datetime
    now: Span
    next: Span | None
    spans: tuple[Span, ...]
    gaps: tuple[Span, ...]
    calendar: CalendarStanding | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RosterPulse:
    """One roster at a glance: how many are on call, whether it is meant that there may be nobody, and how
    long ago its calendar was read, in seconds."""

    site: str
    roster: str
    on_call: int
    gaps_accepted: bool
    follows_a_calendar: bool
    calendar_age: float | None
    calendar_away: bool


@dataclass(frozen=True, slots=True)
class ReadRosters:
    """Reads; changes nothing."""

    ledger: Ledger
    sites: Mapping[str, Site]
    writer: CalendarWriter

    def all(self, site: str) -> tuple[RosterView, ...]:
        """Every roster of a site, looked at as far ahead as gaps are looked for."""
        with self.ledger.transaction() as tx:
            end = tx.now + GAPS_LOOKED_FOR
            views = [self._view(tx, site, name, tx.now, end) for name in self.sites[site].rosters]
        return tuple(view for view in views if view is not None)

    def one(
        self, site: str, name: str, begin: datetime | None, end: datetime | None, ahead: timedelta
    ) -> RosterView | None:
        """A roster from `begin` (now) to `end` (`ahead` of that); None when the site has no such roster."""
        with self.ledger.transaction() as tx:
            begin = tx.now if begin is None else begin
            return self._view(tx, site, name, begin, begin + ahead if end is None else end)

    def written(self, site: str, name: str) -> bytes | None:
        """A roster as a calendar, from yesterday on; None when the site has no such roster."""
        with self.ledger.transaction() as tx:
            begin, end, now = tx.now - timedelta(days=1), tx.now + GAPS_LOOKED_FOR, tx.now
            roster = standing_roster(tx, self.sites[site], name, begin, end)
        if roster is None:
            return None
        spans = roster.schedule(begin, end)
        return self.writer.write(f"{site}/{name}", spans, self.sites[site].clinicians, now)

    def pulses(self) -> tuple[RosterPulse, ...]:
        """Every roster of every site at a glance."""
        with self.ledger.transaction() as tx:
            return tuple(self._pulse(tx, site, name) for site in self.sites.values() for name in site.rosters)

    def _view(
        self, tx: Transaction, site: str, name: str, begin: datetime, end: datetime
    ) -> RosterView | None:
        first, last = min(begin, tx.now), max(end, tx.now + LOOKS_AHEAD)
        roster = standing_roster(tx, self.sites[site], name, first, last)
        if roster is None:
            return None
        has_calendar = name in self.sites[site].calendars
        calendar = tx.calendar_standing(site, name, with_skipped=True) if has_calendar else None
        spans = roster.schedule(begin, end)
        warnings = list(_of_calendar(calendar, tx.now)) if has_calendar else []
        gaps = tuple(span for span in spans if span.is_gap)
        if gaps:
            warnings.append(f"nobody is on call at {len(gaps)} times between `from` and `until`")
        now, *after = roster.upcoming(tx.now)
        return RosterView(
            roster=roster,
            begin=begin,
            end=end,
            now=now,
            next=after[0] if after else None,
            spans=spans,
            gaps=gaps,
            calendar=calendar,
            warnings=tuple(warnings),
        )

    def _pulse(self, tx: Transaction, site: Site, name: str) -> RosterPulse:
        who = on_call(tx, site, name)
        calendar = tx.calendar_standing(site.site_id, name) if name in site.calendars else None
        read_at = None if calendar is None else calendar.read_at
        return RosterPulse(
            site=site.site_id,
            roster=name,
            on_call=len(who.clinicians) if isinstance(who, OnCall) else 0,
            gaps_accepted=site.rosters[name].gaps_accepted,
            follows_a_calendar=name in site.calendars,
            calendar_age=None if read_at is None else (tx.now - read_at).total_seconds(),
            calendar_away=calendar is not None and away_too_long(calendar, tx.now),
        )


def _of_calendar(calendar: CalendarStanding | None, now: datetime) -> Iterator[str]:
    if calendar is None or calendar.read_at is None:
        yield "the calendar was never read: the roster stands without it"
    if calendar is None:
        return
    if calendar.fault:
        yield f"the calendar {calendar.fault}"
    if calendar.read_at is not None and away_too_long(calendar, now):
        yield f"the calendar was last read on {calendar.read_at:%Y-%m-%d %H:%M} UTC; that copy stands"
    for reason in Skipped:
        count = sum(event.reason is reason for event in calendar.skipped)
        if count:
            yield f"of the calendar's events, {count} put nobody on call: each {reason}"
