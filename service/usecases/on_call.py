"""A roster as it stands: the site's file, the calendar that it follows, and what humans changed since."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from service.domain.roster import NobodyOnCall, OnCall, Roster
from service.domain.site import Site
from service.usecases.ports import CalendarStanding, Transaction

AWAY_TOO_LONG = timedelta(days=1)
"""A calendar of which no copy was had for so long is reported."""

_NOW = timedelta(seconds=1)


def on_call(tx: Transaction, site: Site, name: str) -> OnCall | NobodyOnCall:
    """Who is on call now. A roster that the site no longer knows has nobody: a plan may be older than it."""
    roster = standing_roster(tx, site, name, tx.now, tx.now + _NOW)
    return NobodyOnCall(name) if roster is None else roster.on_call(tx.now)


def standing_roster(tx: Transaction, site: Site, name: str, begin: datetime, end: datetime) -> Roster | None:
    """A roster with all that holds between two instants; None when the site has none of that name."""
    written = site.rosters.get(name)
    if written is None:
        return None
    calendar = tx.calendar_watches(site.site_id, name) if name in site.calendars else ()
    standing = replace(written, calendar=calendar, overrides=tx.overrides(site.site_id, name, begin, end))
    return standing.known_only(site.clinicians)


def calendar_is_away(tx: Transaction, site: Site, name: str) -> bool:
    """Whether the calendar that a roster follows, if it does, is away for too long."""
    calendar = tx.calendar_standing(site.site_id, name) if name in site.calendars else None
    return calendar is not None and away_too_long(calendar, tx.now)


def away_too_long(calendar: CalendarStanding, now: datetime) -> bool:
    """Whether no copy of a calendar was had for so long that somebody should know."""
    return now - (calendar.read_at or calendar.first_tried_at) > AWAY_TOO_LONG
