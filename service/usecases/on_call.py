"""A roster as it stands: the site's file, the calendar that it follows, and what humans changed since."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from service.domain.roster import NobodyOnCall, OnCall, Roster
from service.domain.site import Site
from service.usecases.ports import Transaction

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
