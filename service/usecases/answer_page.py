"""What a clinician does with one page: by a key of the telephone, or a choice on a pager."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from service.domain.escalation import Event, EventKind
from service.domain.replies import Act
from service.usecases.decide_case import Decision, Decisions
from service.usecases.ports import Doorbell, Ledger


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of it, stored before this is told, and the case's code."""

    decision: Decision
    code: str


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """The act is that of whoever was paged. The same message again changes nothing and is told the same."""

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
            verb = self.decisions.take if act is Act.TAKE else self.decisions.pass_on
            if tx.remember_reply(provider_id):
                tx.record(case.case_id, Event(EventKind.REPLY, page.clinician, act.value))
            decided = verb(tx, case, page.clinician, page.channel.value)
        self.doorbell.ring(decided.to_ring)
        return Answered(decided.decision, decided.case.code)
