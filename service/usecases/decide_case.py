"""What only a human does with a case: take it, pass it on, close it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from service.domain import escalation
from service.domain.delivery import PageKind
from service.domain.escalation import Case, CaseState, Event, EventKind
from service.usecases.paging import tell
from service.usecases.ports import Doorbell, Ledger, Transaction


class Decision(StrEnum):
    """What became of what a clinician asked for."""

    DONE = "done"
    ALREADY_THEIRS = "already_theirs"
    TAKEN_BY_ANOTHER = "taken_by_another"
    ALREADY_CLOSED = "already_closed"


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision, the case as it now stands, and the pages to ring for."""

    decision: Decision
    case: Case
    to_ring: tuple[UUID, ...] = ()


def take(tx: Transaction, case: Case, clinician: str, over: str) -> Decided:
    """Give the (locked) case to the first who asks; tell them, and everyone else who was paged."""
    if case.state is CaseState.CLOSED:
        return Decided(Decision.ALREADY_CLOSED, case)
    if case.state is CaseState.ACKNOWLEDGED:
        theirs = case.owner == clinician
        return Decided(Decision.ALREADY_THEIRS if theirs else Decision.TAKEN_BY_ANOTHER, case)
    case = escalation.acknowledged(case, clinician, tx.now)
    tx.save_case(case)
    tx.cancel_queued(case.case_id)
    tx.record(case.case_id, Event(EventKind.ACKNOWLEDGED, clinician, over))
    to_ring = tell(tx, case, PageKind.YOURS, clinician)
    told = _tell_others(tx, case, PageKind.TAKEN, clinician, tx.told(case.case_id))
    return Decided(Decision.DONE, case, (*to_ring, *told))


def pass_on(tx: Transaction, case: Case, clinician: str, over: str) -> Decided:
    """Make the next step of the (locked) case due now. Another's case is left alone."""
    if case.state is CaseState.CLOSED:
        return Decided(Decision.ALREADY_CLOSED, case)
    if case.state is CaseState.ACKNOWLEDGED and case.owner != clinician:
        return Decided(Decision.TAKEN_BY_ANOTHER, case)
    waited_for = tx.waited_for(case.case_id, case.position.episode)
    case = escalation.passed(case, clinician, waited_for, tx.now)
    tx.save_case(case)
    tx.record(case.case_id, Event(EventKind.PASSED, clinician, over))
    return Decided(Decision.DONE, case)


def close(tx: Transaction, case: Case, clinician: str, disposition: str) -> Decided:
    """Close the (locked) case with what was done; tell those who were asked, or the owner, if another."""
    if case.state is CaseState.CLOSED:
        return Decided(Decision.ALREADY_CLOSED, case)
    concerned = tx.told(case.case_id) if case.owner is None else (case.owner,)
    case = escalation.closed(case, disposition)
    tx.save_case(case)
    tx.cancel_queued(case.case_id)
    tx.record(case.case_id, Event(EventKind.CLOSED, clinician, disposition))
    return Decided(Decision.DONE, case, _tell_others(tx, case, PageKind.CLOSED, clinician, concerned))


def _tell_others(
    tx: Transaction, case: Case, kind: PageKind, clinician: str, concerned: Collection[str]
) -> tuple[UUID, ...]:
    others = [other for other in concerned if other != clinician]
    return tuple(page for other in others for page in tell(tx, case, kind, other, about=clinician))


@dataclass(frozen=True, slots=True)
class DecideCase:
    """The same acts by way of the API, where the caller names the clinician."""

    ledger: Ledger
    doorbell: Doorbell
    dispositions: Collection[str]

    def acknowledge(self, site: str, case_id: UUID, clinician: str) -> Decided | None:
        """Take a case; None when the site has no such case."""
        with self.ledger.transaction() as tx:
            case = tx.lock_case(site, case_id)
            decided = None if case is None else take(tx, case, clinician, "api")
        return self._ring(decided)

    def pass_on(self, site: str, case_id: UUID, clinician: str) -> Decided | None:
        """Pass a case on; None when the site has no such case."""
        with self.ledger.transaction() as tx:
            case = tx.lock_case(site, case_id)
            decided = None if case is None else pass_on(tx, case, clinician, "api")
        return self._ring(decided)

    def close(self, site: str, case_id: UUID, clinician: str, disposition: str) -> Decided | None:
        """Close a case with one of `dispositions`; None when the site has no such case."""
        with self.ledger.transaction() as tx:
            case = tx.lock_case(site, case_id)
            decided = None if case is None else close(tx, case, clinician, disposition)
        return self._ring(decided)

    def _ring(self, decided: Decided | None) -> Decided | None:
        if decided is not None:
            self.doorbell.ring(decided.to_ring)
        return decided
