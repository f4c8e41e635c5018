"""Calendars read again and again. One that is away changes nothing: its last good copy goes on standing."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.calendar import CalendarFault, CalendarShifts, CalendarSource
from service.domain.site import Site
from service.usecases.ports import Calendars, Ledger, LedgerAway

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=10)
AFTER_A_CHANGE = timedelta(seconds=15)
"""When the site's file names another calendar; not at once, as two versions of the file may be in use."""
READ_BACK = timedelta(days=2)
READ_AHEAD = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class RefreshCalendars:
    """Reads what is due, whichever process asks first. No transaction is open while a calendar is fetched."""

    ledger: Ledger
    sites: Mapping[str, Site]
    calendars: Calendars

    def __call__(self) -> int:
        """Read every calendar that is due; how many were read. One that fails holds up no other."""
        read = 0
        for site in self.sites.values():
            for roster, source in site.calendars.items():
                try:
                    read += self._refresh(site, roster, source)
                except LedgerAway:
                    raise
                except Exception:
                    names = {"site": site.site_id, "roster": roster}
                    log.exception("a calendar could not be refreshed", extra=names)
        return read

    def _refresh(self, site: Site, roster: str, source: CalendarSource) -> int:
        with self.ledger.transaction() as tx:
            if not tx.claim_calendar(site.site_id, roster, source, EVERY, AFTER_A_CHANGE):
                return 0
            now = tx.now
        body = self.calendars.fetch(source)
        if isinstance(body, CalendarFault):
            return self._stand_by_the_copy(site, roster, source, body, now)
        shifts = self._read(site, roster, source, body, now)
        if isinstance(shifts, CalendarFault):
            return self._stand_by_the_copy(site, roster, source, shifts, now)
        with self.ledger.transaction() as tx:
            tx.keep_calendar(site.site_id, roster, body, shifts)
        return 1

    def _stand_by_the_copy(
        self, site: Site, roster: str, source: CalendarSource, fault: CalendarFault, now: datetime
    ) -> int:
        """Note the fault, and read the last good copy anew: it says who is on call further ahead by now."""
        about = {"site": site.site_id, "roster": roster, "reason": fault.value}
        log.warning("a calendar could not be had; its last good copy stands", extra=about)
        with self.ledger.transaction() as tx:
            kept = tx.kept_calendar(site.site_id, roster)
        again = None if kept is None else self._read(site, roster, source, kept, now)
        shifts = None if isinstance(again, CalendarFault) else again
        with self.ledger.transaction() as tx:
            tx.calendar_failed(site.site_id, roster, fault, shifts)
        return 0

    def _read(
        self, site: Site, roster: str, source: CalendarSource, body: bytes, now: datetime
    ) -> CalendarShifts | CalendarFault:
        zone = site.rosters[roster].zone
        return self.calendars.read(body, source, zone, now - READ_BACK, now + READ_AHEAD)
