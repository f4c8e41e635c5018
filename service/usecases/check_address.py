"""Show that an address reaches its clinician: a test page, answered, or told by its number."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from service.domain import escalation
from service.domain.channel import Channel
from service.domain.checks import CheckPolicy
from service.domain.errors import Conflict, NotFound
from service.domain.escalation import Case, CaseKind, CaseState, Event, EventKind, Position
from service.domain.plan import Plan, Step, Target, TargetKind
from service.domain.site import Clinician, Site
from service.domain.urgency import Urgency
from service.usecases.paging import Paging
from service.usecases.ports import Doorbell, Ledger, Transaction


class Confirmation(StrEnum):
    """What became of a number that somebody named."""

    VERIFIED = "verified"
    WRONG = "wrong"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class CheckAddress:
    """A check goes the way of every page and is no case. A reply of the clinician's, or the number that its
    message carries, shows that the address is theirs. One that is dead may be checked: that revives it."""

    ledger: Ledger
    paging: Paging
    doorbell: Doorbell
    policy: CheckPolicy
    new_number: Callable[[], str]

    def start(self, site: str, clinician: str, channel: Channel) -> Case:
        """Send a check now. Raises `NotFound` when the clinician has no such address, `Conflict` when one was
        sent there a moment ago."""
        person = self._person(site, clinician, channel)
        chore = f"check {site} {clinician} {channel}"
        with self.ledger.transaction() as tx:
            if tx.paging_off(site) is not None:
                raise Conflict("Paging is off at this site: a check would show nothing.")
            if not tx.claim_chore(chore, self.policy.at_most_every):
                raise Conflict("A check was sent there a moment ago. Wait a little.")
            self._end_earlier(tx, site, clinician, channel)
            case = self._opened(tx, self.paging.sites[site], clinician, channel)
            tx.open_check(case, person, channel, self.new_number(), tx.now + self.policy.lasts)
            to_ring = self.paging.take_due_step(tx, case)
        self.doorbell.ring(to_ring)
        return case

    def confirm(self, site: str, clinician: str, channel: Channel, number: str, by: str) -> Confirmation:
        """Take a number that somebody was told by the clinician. Raises `NotFound` when no check is open."""
        self._person(site, clinician, channel)
        with self.ledger.transaction() as tx:
            case_id = tx.live_check(site, clinician, channel)
            case = None if case_id is None else tx.lock_case(site, case_id)
            check = None if case is None else tx.check(case.case_id)
            if case is None or check is None or case.state is CaseState.CLOSED or check.expires_at <= tx.now:
                raise NotFound("No check of this address is open.")
            if not hmac.compare_digest(check.number.encode(), number.encode()):
                tx.count_wrong_number(case.case_id)
                if check.wrong + 1 < self.policy.attempts:
                    return Confirmation.WRONG
                _end(tx, case, "too many wrong numbers")
                return Confirmation.TOO_MANY
            tx.verify_address(case.case_id, f"by its number, told to {by}")
            _end(tx, case, "verified by its number")
        return Confirmation.VERIFIED

    def __call__(self) -> list[UUID]:
        """End the checks whose time is over. Rings for nobody."""
        with self.ledger.transaction() as tx:
            for site, case_id in tx.expired_checks():
                case = tx.lock_case(site, case_id)
                if case is not None and case.state is not CaseState.CLOSED:
                    _end(tx, case, "nobody answered in time")
        return []

    def _person(self, site: str, clinician: str, channel: Channel) -> Clinician:
        person = self.paging.sites[site].clinicians.get(clinician)
        if person is None:
            raise NotFound("There is no clinician with this id at this site.")
        if channel not in person.addresses:
            raise NotFound("This clinician has no address on this channel.")
        return person

    def _end_earlier(self, tx: Transaction, site: str, clinician: str, channel: Channel) -> None:
        """Only the number that was sent last is good."""
        case_id = tx.live_check(site, clinician, channel)
        case = None if case_id is None else tx.lock_case(site, case_id)
        if case is not None and case.state is not CaseState.CLOSED:
            _end(tx, case, "another was sent")

    def _opened(self, tx: Transaction, site: Site, clinician: str, channel: Channel) -> Case:
        case = Case(
            case_id=uuid4(),
            code=self.paging.unused_code(tx),
            site=site.site_id,
            contact_id=None,
            kind=CaseKind.CHECK,
            subject=f"{channel} of {clinician}",
            urgency=Urgency.SOON,
            plan=self._plan(clinician, channel),
            state=CaseState.OPEN,
            position=Position(),
            next_action_at=tx.now,
            respond_by=None,
            opened_at=tx.now,
        )
        tx.open_case(None, case)
        tx.record(case.case_id, Event(EventKind.OPENED, clinician, case.subject))
        return case

    def _plan(self, clinician: str, channel: Channel) -> Plan:
        """One person, one channel, and nothing after it: it is over before its step is."""
        wait = 2 * self.policy.lasts
        step = Step((Target(TargetKind.PERSON, clinician),), wait, (channel,))
        return Plan(
            first_page_after=timedelta(0),
            steps=(step,),
            repeats=0,
            everyone_every=wait,
            acknowledgement_lasts=wait,
            next_channel_after=wait,
        )


def _end(tx: Transaction, case: Case, why: str) -> None:
    tx.save_case(escalation.withdrawn(case))
    tx.cancel_queued(case.case_id)
    tx.record(case.case_id, Event(EventKind.CLOSED, detail=why))
