"""Drills: a test page through a real plan, measured leg by leg, by hand or by itself every so often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from service.domain import escalation
from service.domain.errors import Conflict
from service.domain.escalation import Case, CaseKind, CaseState, Event, EventKind, Position
from service.domain.plan import Plan, Step, Target, TargetKind
from service.domain.site import Site
from service.domain.urgency import Urgency
from service.usecases.paging import Paging
from service.usecases.ports import Doorbell, Ledger, Legs, TimelineEntry, Transaction

_BY_HAND, _BY_ITSELF = "", "synthetic"


@dataclass(frozen=True, slots=True)
class DrillReport:
    """A drill and its legs; `acknowledged_at` and `by` are None until somebody has replied."""

    case: Case
    legs: Legs
    acknowledged_at: datetime | None
    by: str | None
    over: str


@dataclass(frozen=True, slots=True)
class Drill:
    """Drills pass through everything that a case passes through, and are counted nowhere among cases."""

    ledger: Ledger
    paging: Paging
    doorbell: Doorbell

    def start(self, site: str, urgency: Urgency) -> Case:
        """Page by the site's plan of this urgency, at once."""
        plan = replace(self.paging.sites[site].plans[urgency], first_page_after=timedelta(0))
        with self.ledger.transaction() as tx:
            case, to_ring = self.open(tx, self.paging.sites[site], urgency, plan, _BY_HAND)
        self.doorbell.ring(to_ring)
        return case

    def open(
        self, tx: Transaction, site: Site, urgency: Urgency, plan: Plan, subject: str
    ) -> tuple[Case, list[UUID]]:
        """Open a drill and take its first step; the pages to ring for. `Conflict` while paging is off."""
        if tx.paging_off(site.site_id) is not None:
            raise Conflict("Paging is off at this site: a test would show nothing.")
        case = Case(
            case_id=uuid4(),
            code=self.paging.unused_code(tx),
            site=site.site_id,
            contact_id=None,
            kind=CaseKind.DRILL,
            subject=subject,
            urgency=urgency,
            plan=plan,
            state=CaseState.OPEN,
            position=Position(),
            next_action_at=tx.now,
            respond_by=None,
            opened_at=tx.now,
        )
        tx.open_case(None, case)
        tx.record(case.case_id, Event(EventKind.OPENED, detail=CaseKind.DRILL.value))
        return case, self.paging.take_due_step(tx, case)

    def report(self, site: str, case_id: UUID) -> DrillReport | None:
        """How far a drill, or a check, has come; None when the site has no such one."""
        with self.ledger.transaction() as tx:
            case = tx.case(site, case_id)
            if case is None or not case.is_test:
                return None
            return _report(case, tx.legs(case_id), tx.timeline(case_id))

    def withdraw(self, site: str, case_id: UUID) -> bool:
        """End a drill that nobody has answered; False when there is none that is open."""
        with self.ledger.transaction() as tx:
            return self.end(tx, site, case_id)

    def end(self, tx: Transaction, site: str, case_id: UUID) -> bool:
        """End a drill in its caller's transaction."""
        case = tx.lock_case(site, case_id)
        if case is None or not case.is_test or case.state is CaseState.CLOSED:
            return False
        tx.save_case(escalation.withdrawn(case))
        tx.cancel_queued(case_id)
        tx.record(case_id, Event(EventKind.CLOSED, detail="withdrawn: nobody answered"))
        return True


@dataclass(frozen=True, slots=True)
class SyntheticPage:
    """Now and then pages one person (a test phone) and expects the reply. Its absence pages whoever runs the
    service: the way to the clinicians is broken somewhere, and no clinician was waiting for it."""

    ledger: Ledger
    drill: Drill
    doorbell: Doorbell
    persons: Mapping[str, str]  # whom to page, by site
    every: timedelta
    within: timedelta

    def __call__(self) -> list[UUID]:
        """End what was not answered in time, and begin what is due. Returns the pages nobody was rung for."""
        unrung: list[UUID] = []
        for site_id, person in self.persons.items():
            with self.ledger.transaction() as tx:
                self._give_up(tx, site_id)
                to_ring: list[UUID] = []
                is_on = tx.paging_off(site_id) is None  # or it would show nothing
                if is_on and tx.claim_chore(f"synthetic page at {site_id}", self.every):
                    site = self.drill.paging.sites[site_id]
                    _, to_ring = self.drill.open(tx, site, Urgency.SOON, self._plan(site, person), _BY_ITSELF)
            if not self.doorbell.ring(to_ring):
                unrung += to_ring
        return unrung

    def _give_up(self, tx: Transaction, site_id: str) -> None:
        for site, case_id in tx.live_drills(_BY_ITSELF, tx.now - self.within):
            if site == site_id and tx.paging_off(site) is None and self.drill.end(tx, site, case_id):
                self.drill.paging.open_trouble(
                    tx, self.drill.paging.sites[site], "a synthetic page was not answered"
                )

    def _plan(self, site: Site, person: str) -> Plan:
        """One person only, and nobody after them: this is no plan that ends with everyone."""
        step = Step((Target(TargetKind.PERSON, person),), wait=2 * self.within)
        return replace(site.trouble_plan, steps=(step,), first_page_after=timedelta(0), confirmations=1)


def _report(case: Case, legs: Legs, timeline: tuple[TimelineEntry, ...]) -> DrillReport:
    taken = next((entry for entry in timeline if entry.event.kind is EventKind.ACKNOWLEDGED), None)
    if taken is None:
        return DrillReport(case, legs, None, None, "")
    return DrillReport(case, legs, taken.at, taken.event.clinician, taken.event.detail)
