"""The auditor: looks every minute for what should never be, pushes what stands still, and says so."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from service.domain.checks import CheckPolicy
from service.domain.escalation import CaseState
from service.domain.roster import NobodyOnCall
from service.domain.site import Site
from service.usecases.on_call import calendar_is_away, on_call, standing_roster
from service.usecases.paging import Paging
from service.usecases.ports import DeadMan, Doorbell, Ledger, Transaction
from service.usecases.read_clinicians import unready
from service.usecases.read_trail import SEALED_WITHIN

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)
_STALLED_AFTER = timedelta(seconds=60)
_LEASE_OVER_BY = timedelta(seconds=60)
_NO_WORD_FOR = timedelta(minutes=2)
_GAPS_AHEAD = timedelta(days=7)
_CLOCKS_APART = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that should not be, at one site or, with no site, in the service. Never a person's words.

    `grave`: whoever runs the service is paged for it.
    """

    site: str | None
    what: str
    grave: bool = True


@dataclass(frozen=True, slots=True)
class AuditCases:
    """Reads the ledger as it is, not as the code believes it to be. `clock` is this process's own."""

    ledger: Ledger
    paging: Paging
    doorbell: Doorbell
    deadman: DeadMan
    checks: CheckPolicy
    clock: Callable[[], datetime]

    def __call__(self) -> list[UUID]:
        """Audit when it is due. Only a clean pass tells the outside that all is well."""
        with self.ledger.transaction() as tx:
            if not tx.claim_chore("audit", EVERY):
                return []
        findings, unrung = self.audit()
        if not any(finding.grave for finding in findings):
            self.deadman.ping()
        return unrung

    def audit(self) -> tuple[list[Finding], list[UUID]]:
        """Everything found, after pushing what stands still; and the pages that nobody was rung for."""
        with self.ledger.transaction() as tx:
            stalled = tx.stalled_cases(tx.now - _STALLED_AFTER)
            findings = [*_of_clocks(tx, self.clock()), *_of_pages(tx), *_of_trail(tx)]
            for site in self.paging.sites.values():
                findings += _of_people(tx, self.paging, site)
                findings += _of_addresses(tx, self.checks, site)
        unrung: list[UUID] = []
        for site_id, case_id, code in stalled:
            findings.append(Finding(site_id, f"{code} stood still"))
            unrung += self._push(site_id, case_id)
        self._report(findings)
        return findings, unrung

    def _push(self, site: str, case_id: UUID) -> list[UUID]:
        """Take the step that was due, once; a case that cannot be advanced must not hide the others."""
        try:
            with self.ledger.transaction() as tx:
                case = tx.lock_case(site, case_id)
                if case is None or case.state is CaseState.CLOSED or case.next_action_at > tx.now:
                    return []
                to_ring = self.paging.take_due_step(tx, case)
        except Exception:
            log.exception("a stalled case could not be pushed", extra={"case_id": str(case_id)})
            return []
        return [] if self.doorbell.ring(to_ring) else to_ring

    def _report(self, findings: list[Finding]) -> None:
        for finding in findings:
            log.warning("the audit found something", extra={"site": finding.site, "what": finding.what})
        with self.ledger.transaction() as tx:
            for finding in findings:
                known = finding.site in self.paging.sites  # a case may be older than the sites that there are
                sites = (finding.site,) if finding.site is not None and known else self.paging.sites
                for site_id in sites if finding.grave else ():
                    self.paging.open_trouble(tx, self.paging.sites[site_id], finding.what)


def _of_clocks(tx: Transaction, clock: datetime) -> Iterator[Finding]:
    if abs(tx.now - clock) > _CLOCKS_APART:
        yield Finding(None, "a clock of the service is wrong", grave=False)
    if waiting := tx.cases_ahead(tx.now + _CLOCKS_APART):
        yield Finding(None, f"the database's clock went back: {waiting} cases may be paged too late")


def _of_pages(tx: Transaction) -> Iterator[Finding]:
    held, silent = tx.forgotten_pages(tx.now - _LEASE_OVER_BY, tx.now - _NO_WORD_FOR)
    if held:
        yield Finding(None, "pages are held and nobody carries them")
    if silent:
        yield Finding(None, f"{silent} accepted pages without a word of delivery", grave=False)


def _of_trail(tx: Transaction) -> Iterator[Finding]:
    """No clinician is paged for it, and no case waits for it: it is a matter for whoever audits."""
    for site, count in tx.unsealed_entries(tx.now - SEALED_WITHIN).items():
        yield Finding(site or None, f"{count} entries of the audit trail are not sealed", grave=False)


def _of_people(tx: Transaction, paging: Paging, site: Site) -> Iterator[Finding]:
    """Whoever is on call now must be there, and be reached by something."""
    for name, roster in site.rosters.items():
        if calendar_is_away(tx, site, name):
            yield Finding(site.site_id, f"the calendar of roster {name} is away", grave=False)
        found = on_call(tx, site, name)
        if isinstance(found, NobodyOnCall):
            if not roster.gaps_accepted:
                yield Finding(site.site_id, f"nobody is on call on roster {name}")
            continue
        if not roster.gaps_accepted and _leaves_a_gap(tx, site, name):
            yield Finding(site.site_id, f"roster {name} leaves a gap within a week", grave=False)
        for person in found.clinicians:
            if not paging.alive(tx, site, person):
                yield Finding(site.site_id, f"{person} is on call and cannot be reached")


def _leaves_a_gap(tx: Transaction, site: Site, name: str) -> bool:
    until = tx.now + _GAPS_AHEAD
    roster = standing_roster(tx, site, name, tx.now, until)
    return roster is not None and bool(roster.gaps(tx.now, until))


def _of_addresses(tx: Transaction, policy: CheckPolicy, site: Site) -> Iterator[Finding]:
    """Whoever is on call within a day should have shown that pages reach them; they are paged anyway."""
    for person in unready(tx, site, policy):
        yield Finding(
            site.site_id,
            f"{person} is on call within a day, and no address of theirs is verified",
            grave=False,
        )
