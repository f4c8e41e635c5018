"""What a page's new state means for its case: another channel, the next step, a word to the others."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from service.domain.delivery import ARRIVED_FOR_ALL_WE_KNOW, CAME_TO_NOTHING, PageKind, PageState
from service.domain.escalation import Case, CaseState, Event, EventKind
from service.domain.refusals import Refusal, SameChannel, Weight
from service.usecases.addresses import Addresses
from service.usecases.paging import Paging
from service.usecases.ports import NewPage, Page, Transaction

_IN_DOUBT = frozenset({PageState.QUEUED, PageState.UNKNOWN, PageState.PRESUMED_LOST})
"""States that a page gets after it was tried and that say that it may not have arrived."""


@dataclass(frozen=True, slots=True)
class Consequences:
    """Draws them in the transaction that writes the state. The case is locked."""

    paging: Paging

    def of(
        self, tx: Transaction, case: Case, page: Page, state: PageState, refusal: Refusal | None, detail: str
    ) -> list[UUID]:
        """Record the state and draw its consequences; the pages to ring for. The page carries whatever the
        carrier calls it by now."""
        words = f"{page.kind} by {page.channel}: {state}" + (f" ({detail})" if detail else "")
        over = (page.channel.value, page.provider_id or "")
        tx.record(case.case_id, Event(EventKind.PAGE_STATE, page.clinician, words, *over))
        if refusal is not None:
            self._learn(tx, page, refusal)
        elif state in ARRIVED_FOR_ALL_WE_KNOW - _IN_DOUBT:
            tx.clear_troubles(page.channel)
        if page.kind is not PageKind.PAGE:
            return []
        to_ring = self._told_too_late(tx, case, page, state)
        if state in CAME_TO_NOTHING | _IN_DOUBT:
            to_ring += self.paging.page_next_channel(tx, case, page)
        if state in CAME_TO_NOTHING:
            if self._is_over(tx, page):
                self.paging.step_came_to_nothing(tx, case, page.position)
            to_ring += self._again(tx, case, page, refusal)
        return to_ring

    def _learn(self, tx: Transaction, page: Page, refusal: Refusal) -> None:
        """What a refusal says of the address, and of the whole channel."""
        consequence = self.paging.policy.consequences[refusal]
        site = self.paging.sites[page.site]
        person = site.clinicians.get(page.clinician)
        if person is not None:
            Addresses(self.paging).refused(tx, site, person, page.channel, refusal)
        if consequence.channel is not Weight.NONE:
            tx.record_trouble(page.channel, trips=consequence.channel is Weight.TRIPS)
            if page.channel in self.paging.policy.broken(
                tx.troubles(tx.now - self.paging.policy.within), tx.now
            ):
                for each in self.paging.sites.values():
                    self.paging.open_trouble(tx, each, f"pages by {page.channel} do not go out")

    def _again(self, tx: Transaction, case: Case, page: Page, refusal: Refusal | None) -> list[UUID]:
        """The same channel once more, a little later, where that may help."""
        if refusal is None or case.state is not CaseState.OPEN or page.attempt > 1:
            return []
        if self.paging.policy.consequences[refusal].same_channel is not SameChannel.ONCE:
            return []
        again = tx.queue_page(NewPage.again(page, not_before=tx.now + self.paging.policy.again_after))
        return [] if again is None else [again]

    def _is_over(self, tx: Transaction, page: Page) -> bool:
        states = tx.step_pages(page.case_id, page.position)
        return all(state in CAME_TO_NOTHING or state is PageState.PRESUMED_LOST for state in states)

    def _told_too_late(self, tx: Transaction, case: Case, page: Page, state: PageState) -> list[UUID]:
        """Who was paged while somebody else took the case, or closed it, is told so."""
        if state not in ARRIVED_FOR_ALL_WE_KNOW or page.clinician == case.owner:
            return []
        if case.state is CaseState.ACKNOWLEDGED:
            return self.paging.tell(tx, case, PageKind.TAKEN, page.clinician, about=case.owner)
        if case.state is CaseState.CLOSED:
            return self.paging.tell(tx, case, PageKind.CLOSED, page.clinician)
        return []
