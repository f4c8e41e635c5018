"""What only a human does with a case: take it, pass it on, close it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from service.domain import escalation
from service.domain.delivery import PageKind
from service.domain.escalation import Case, CaseKind, CaseState, Event, EventKind
from service.usecases.paging import Paging
from service.usecases.ports import Doorbell, Ledger, Transaction

OVER_THE_API = "api"
"""A caller of the API names who acts: it shows nothing of where a page arrived."""


class Decision(StrEnum):
    """What became of what a clinician asked for."""

    DONE = "done"
    FIRST_OF_TWO = "first_of_two"
    ALREADY_THEIRS = "already_theirs"
    TAKEN_BY_ANOTHER = "taken_by_another"
    NOT_THEIRS = "not_theirs"
    ALREADY_CLOSED = "already_closed"


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision, the case as it now stands, and the pages to ring for."""

    decision: Decision
    case: Case
    to_ring: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Decisions:
    """Each act on a case that its caller has locked. Whoever acts is named, and how they were heard."""

    paging: Paging

    def take(self, tx: Transaction, case: Case, clinician: str, over: str) -> Decided:
        """Give the case to the first who asks, or to whom its owner offered it; tell everyone concerned."""
        if case.state is CaseState.CLOSED:
            return Decided(Decision.ALREADY_CLOSED, case)
        if case.state is CaseState.ACKNOWLEDGED and case.offered_to == clinician:
            return self._hand_over(tx, case, clinician, over)
        if case.state is CaseState.ACKNOWLEDGED:
            theirs = case.owner == clinician
            return Decided(Decision.ALREADY_THEIRS if theirs else Decision.TAKEN_BY_ANOTHER, case)
        if clinician in case.confirmed_by:
            return Decided(Decision.FIRST_OF_TWO, case)
        asked = tx.told(case.case_id)
        reached = tx.may_have_reached(case.case_id, clinician)
        heard = over if reached else f"{over}, without having been paged"
        case = escalation.acknowledged(case, clinician, tx.now)
        tx.save_case(case)
        if case.state is CaseState.OPEN:
            tx.record(case.case_id, Event(EventKind.CONFIRMED, clinician, heard))
            told = self.paging.tell(tx, case, PageKind.FIRST_OF_TWO, clinician)
            return Decided(Decision.FIRST_OF_TWO, case, tuple(told))
        tx.cancel_queued(case.case_id)
        tx.record(case.case_id, Event(EventKind.ACKNOWLEDGED, clinician, heard))
        if case.is_test:
            return self._end_test(tx, case, clinician, asked, over, reached=reached)
        return Decided(Decision.DONE, case, self._tell_taken(tx, case, asked))

    def _end_test(
        self, tx: Transaction, case: Case, clinician: str, asked: Collection[str], over: str, *, reached: bool
    ) -> Decided:
        """The reply is all that a test asks for: there is nothing to do that could be recorded later. What a
        clinician answers themselves, whichever way, shows that a check has reached them."""
        if case.kind is CaseKind.CHECK and over != OVER_THE_API and reached:
            tx.verify_address(case.case_id, f"answered by {over}")
        case = escalation.withdrawn(case)
        tx.save_case(case)
        tx.record(case.case_id, Event(EventKind.CLOSED, clinician, case.disposition or ""))
        concerned = dict.fromkeys((clinician, *asked))
        told = (page for each in concerned for page in self.paging.tell(tx, case, PageKind.DRILL_DONE, each))
        return Decided(Decision.DONE, case, tuple(told))

    def _hand_over(self, tx: Transaction, case: Case, clinician: str, over: str) -> Decided:
        before = case.owner
        case = escalation.handed_over(case, tx.now)
        tx.save_case(case)
        tx.record(case.case_id, Event(EventKind.HANDED_OVER, clinician, over))
        return Decided(Decision.DONE, case, self._tell_taken(tx, case, (before,) if before else ()))

    def _tell_taken(self, tx: Transaction, case: Case, concerned: Collection[str]) -> tuple[UUID, ...]:
        owner = case.owner or ""
        yours = self.paging.tell(tx, case, PageKind.YOURS, owner)
        return (*yours, *self._tell_others(tx, case, PageKind.TAKEN, owner, concerned))

    def offer(self, tx: Transaction, case: Case, clinician: str, to: str) -> Decided:
        """Ask a colleague to take the case over. It stays the owner's until the colleague takes it."""
        if case.state is CaseState.CLOSED:
            return Decided(Decision.ALREADY_CLOSED, case)
        if case.owner != clinician:
            return Decided(Decision.NOT_THEIRS, case)
        case = escalation.offered(case, to)
        tx.save_case(case)
        tx.record(case.case_id, Event(EventKind.OFFERED, clinician, to))
        told = self.paging.tell(tx, case, PageKind.OFFERED, to, about=clinician)
        return Decided(Decision.DONE, case, tuple(told))

    def pass_on(self, tx: Transaction, case: Case, clinician: str, over: str) -> Decided:
        """Make the next step due now. Another's case is left alone."""
        if case.state is CaseState.CLOSED:
            return Decided(Decision.ALREADY_CLOSED, case)
        if case.state is CaseState.ACKNOWLEDGED and case.owner != clinician:
            return Decided(Decision.TAKEN_BY_ANOTHER, case)
        waited_for = tx.waited_for(case.case_id, case.position.episode)
        case = escalation.passed(case, clinician, waited_for, tx.now)
        tx.save_case(case)
        tx.record(case.case_id, Event(EventKind.PASSED, clinician, over))
        return Decided(Decision.DONE, case)

    def close(self, tx: Transaction, case: Case, clinician: str, disposition: str) -> Decided:
        """Close the case with what was done; tell those who were asked, or the owner, if another."""
        if case.state is CaseState.CLOSED:
            return Decided(Decision.ALREADY_CLOSED, case)
        concerned = tx.told(case.case_id) if case.owner is None else (case.owner,)
        case = escalation.closed(case, disposition)
        tx.save_case(case)
        tx.cancel_queued(case.case_id)
        tx.record(case.case_id, Event(EventKind.CLOSED, clinician, disposition))
        if case.kind is CaseKind.CONTACT:
            tx.settle_follow_up(case, clinician, disposition)
        return Decided(
            Decision.DONE, case, self._tell_others(tx, case, PageKind.CLOSED, clinician, concerned)
        )

    def _tell_others(
        self, tx: Transaction, case: Case, kind: PageKind, clinician: str, concerned: Collection[str]
    ) -> tuple[UUID, ...]:
        others = [other for other in concerned if other != clinician]
        return tuple(
            page for other in others for page in self.paging.tell(tx, case, kind, other, about=clinician)
        )


Act = Callable[[Transaction, Case], Decided]


@dataclass(frozen=True, slots=True)
class DecideCase:
    """The same acts by way of the API, where the caller names the clinician. None: there is no such case."""

    ledger: Ledger
    decisions: Decisions
    doorbell: Doorbell
    dispositions: Collection[str]

    def acknowledge(self, site: str, case_id: UUID, clinician: str) -> Decided | None:
        """Take a case."""
        return self._on(
            site, case_id, lambda tx, case: self.decisions.take(tx, case, clinician, OVER_THE_API)
        )

    def pass_on(self, site: str, case_id: UUID, clinician: str) -> Decided | None:
        """Pass a case on."""
        return self._on(
            site, case_id, lambda tx, case: self.decisions.pass_on(tx, case, clinician, OVER_THE_API)
        )

    def offer(self, site: str, case_id: UUID, clinician: str, to: str) -> Decided | None:
        """Offer a case to a colleague."""
        return self._on(site, case_id, lambda tx, case: self.decisions.offer(tx, case, clinician, to))

    def close(self, site: str, case_id: UUID, clinician: str, disposition: str) -> Decided | None:
        """Close a case with one of `dispositions`."""
        return self._on(
            site, case_id, lambda tx, case: self.decisions.close(tx, case, clinician, disposition)
        )

    def _on(self, site: str, case_id: UUID, act: Act) -> Decided | None:
        with self.ledger.transaction() as tx:
            case = tx.lock_case(site, case_id)
            decided = None if case is None else act(tx, case)
        if decided is not None:
            self.doorbell.ring(decided.to_ring)
        return decided
