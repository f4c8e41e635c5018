"""What a clinician does with one page: by a key of the telephone, or a choice on a pager."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from service.domain.escalation import Case, CaseState, Event, EventKind
from service.domain.replies import Act
from service.usecases.acting import clinician_acts
from service.usecases.decide_case import Decided, Decision, Decisions
from service.usecases.ports import Doorbell, Ledger, Page, Transaction


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of it, stored before this is told, and the case's code."""

    decision: Decision
    code: str


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """The act is that of whoever was paged. The same message again changes nothing and is told how it stands:
    a webhook that is posted once more, however late, is no new act of a human."""

    ledger: Ledger
    decisions: Decisions
    doorbell: Doorbell

    def __call__(self, page_id: UUID, act: Act, provider_id: str) -> Answered | None:
        """Act on one page; None when there is no such page, or nobody behind it any more.

        `provider_id`: the carrier's own name of this very key press or choice.
        """
        with self.ledger.transaction() as tx:
            page = tx.page(page_id)
            case = None if page is None else tx.lock_case(page.site, page.case_id)
            if (
                page is None
                or case is None
                or page.clinician not in self.decisions.paging.sites[page.site].clinicians
            ):
                return None
            if not tx.remember_reply(provider_id):
                return Answered(_standing(case, act, page.clinician), case.code)
            with clinician_acts(page.clinician, page.channel.value, provider_id):
                decided = self._act(tx, case, page, act)
        self.doorbell.ring(decided.to_ring)
        return Answered(decided.decision, decided.case.code)

    def _act(self, tx: Transaction, case: Case, page: Page, act: Act) -> Decided:
        verb = self.decisions.take if act is Act.TAKE else self.decisions.pass_on
        tx.record(case.case_id, Event(EventKind.REPLY, page.clinician, act.value))
        return verb(tx, case, page.clinician, page.channel.value)


def _standing(case: Case, act: Act, clinician: str) -> Decision:
    """What an act that was stored before comes to by now; `NOT_THEIRS` when it holds no more."""
    if case.state is CaseState.CLOSED:
        return Decision.ALREADY_CLOSED
    if case.state is CaseState.ACKNOWLEDGED and case.owner != clinician:
        return Decision.TAKEN_BY_ANOTHER
    if act is Act.PASS_ON:
        holds = case.state is CaseState.OPEN and clinician in case.passed
        return Decision.DONE if holds else Decision.NOT_THEIRS
    if case.state is CaseState.ACKNOWLEDGED:
        return Decision.ALREADY_THEIRS
    return Decision.FIRST_OF_TWO if clinician in case.confirmed_by else Decision.NOT_THEIRS
