"""What first hours were like at a site, week by week; told to the service, never to the room."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from service.domain.assessment import Assessment, Assessor
from service.domain.golden_hour import GoldenHour, golden_hour, week_of
from service.domain.heard import Hour, ReportPolicy, first_hour
from service.domain.site import Site
from service.domain.trail import Deed
from service.usecases.ports import Ledger, StoredContact, Transaction


@dataclass(frozen=True, slots=True)
class Hours:
    """Keeps the numbers of each first hour, in a transaction of its caller, so that no report reads words."""

    assessor: Assessor
    policy: ReportPolicy

    def renew(self, tx: Transaction, site: str, stored: StoredContact, assessment: Assessment) -> None:
        """Store them anew, after something was said or has happened; nothing before a session is known."""
        if not stored.events:
            return
        trajectory = self.assessor.trajectory(stored.whole)
        hour = first_hour(stored.whole, assessment, trajectory, self.policy)
        if hour is not None:
            tx.save_hour(site, stored, hour)


@dataclass(frozen=True, slots=True)
class ReportGoldenHour:
    """Reads what was kept; the audit trail tells that it was read."""

    ledger: Ledger
    sites: Mapping[str, Site]
    policy: ReportPolicy

    def __call__(self, site_id: str, weeks: int) -> GoldenHour:
        """The last so many weeks of a site."""
        site = self.sites[site_id]
        hours: dict[str, list[Hour]] = defaultdict(list)
        with self.ledger.transaction() as tx:
            tx.note(Deed.REPORT_READ, site_id, detail=f"golden hour, {weeks} weeks")
            today = tx.now.astimezone(site.time_zone).replace(hour=0, minute=0, second=0, microsecond=0)
            since = today - timedelta(days=today.weekday(), weeks=weeks - 1)
            for hour in tx.hours(site_id, since):
                hours[week_of(hour, site.time_zone)].append(hour)
            contacts = tx.contacts_by_week(site_id, since, site.time_zone)
            sent = tx.sent_by_week(site_id, since, site.time_zone, tuple(site.clinicians))
            follow_ups = tx.promised(site_id, since)
        return golden_hour(site_id, hours, contacts, sent, follow_ups, self.policy)
