"""Carry one page to its carrier: claim it, commit, call, and write down what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from service.domain.channel import Channel
from service.domain.delivery import SETTLES, Accepted, Lookup, PageKind, PageState, Rejected, SendOutcome
from service.domain.escalation import Case, CaseKind, CaseState
from service.domain.messages import MOST_CODES, Messages, Text
from service.domain.refusals import Refusal, SameChannel
from service.usecases.consequences import Consequences
from service.usecases.ports import Carrier, Doorbell, Ledger, NewPage, OutboundMessage, Page, Transaction


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a claim lasts, when to look again, and when a lost send is given up.

    `lease` is longer than the longest carrier call.
    `settle`: a carrier that was called so long ago and does not show the page is taken not to have it.
    """

    lease: timedelta
    look_again: timedelta = timedelta(seconds=2)
    settle: timedelta = timedelta(seconds=10)
    attempts: int = 3


@dataclass(frozen=True, slots=True)
class PageClinician:
    """Send one page, at least once. Any number of processes may try the same page at any time.

    The attempt is committed before the carrier is called, no transaction is open during the call, and a
    process that wakes after its lease writes nothing. An attempt whose outcome is unknown is looked up
    at the carrier first and sent again, with the same code, when the carrier does not have it.
    """

    ledger: Ledger
    carriers: Mapping[Channel, Carrier]
    consequences: Consequences
    messages: Messages
    doorbell: Doorbell
    patience: Patience
    process: str

    def __call__(self, page_id: UUID) -> None:
        """Do what the page needs now; nothing when somebody else has it or it is settled."""
        claimed = self._claim(page_id)
        if not claimed:
            return
        page = claimed[0]
        carrier, message = self.carriers[page.channel], self._message(page, claimed)
        to_ring: list[UUID] = []
        if message is None:
            to_ring += self._settle_send(page, Rejected(Refusal.BAD_ADDRESS))
        elif page.state is PageState.QUEUED:
            outcome = carrier.send(message)
            for each in claimed:
                to_ring += self._settle_send(each, outcome)
        else:
            known = self._known_to_carrier(page)
            to_ring += self._settle_lookup(page, carrier.find(message, page.attempted_at, known))
        self.doorbell.ring(to_ring)

    def _claim(self, page_id: UUID) -> tuple[Page, ...]:
        """Claim the page, its `state` as it was found, and those that go with it in one message."""
        with self.ledger.transaction() as tx:
            page = tx.claim_page(page_id, self.process, self.patience.lease)
            if page is None:
                return ()
            if page.state is not PageState.QUEUED:
                return (page,)
            if _is_moot(tx, page):
                tx.write_page(page, PageState.CANCELLED)
                return ()
            return self._paced(tx, page) if _is_paced(page) else (page,)

    def _paced(self, tx: Transaction, page: Page) -> tuple[Page, ...]:
        """The page and whatever waits beside it; nothing when it must wait, too."""
        tx.lock_way_to(page)
        pace = self.consequences.paging.sites[page.site].pace
        sent = tx.sent_lately(page, tx.now - pace.within)
        held = pace.next_at(sent, tx.case_paged_at(page))
        if held is not None and held > tx.now:
            tx.hold_page(page, held)
            return ()
        if not sent or page.channel is Channel.VOICE:  # nobody is told two cases in one call
            return (page,)
        together = [page]
        for page_id in tx.held_beside(page):
            if len(together) == MOST_CODES:  # a code that no message names can be taken by nobody
                break
            other = tx.claim_page(page_id, self.process, self.patience.lease, early=True)
            if other is not None and _is_moot(tx, other):
                tx.write_page(other, PageState.CANCELLED)
            elif other is not None:
                together.append(other)
        if len(together) > 1:
            tx.bundle_pages(page, [each.page_id for each in together])
        return tuple(together)

    def _known_to_carrier(self, page: Page) -> tuple[str, ...]:
        with self.ledger.transaction() as tx:
            return tx.provider_ids(page)

    def _message(self, page: Page, claimed: Sequence[Page]) -> OutboundMessage | None:
        people = self.consequences.paging.sites[page.site].clinicians
        clinician = people.get(page.clinician)
        if clinician is None or page.channel not in clinician.addresses:
            return None
        about = people.get(page.about or "")
        # In an order that never changes: a carrier is asked for a lost message by its text.
        codes = sorted(each.code for each in claimed) if len(claimed) > 1 else sorted(self._bundled(page))
        text = Text.BUNDLE if codes else _text(page)
        said = self.messages.say(
            text,
            code=page.code,
            name=about.name if about else "a colleague",
            codes=tuple(codes),
            number=self._number(page),
        )
        address = clinician.addresses[page.channel]
        return OutboundMessage(page.page_id, address, said, page.valid_for, self._called_off(page))

    def _number(self, page: Page) -> str:
        """The number that a check asks for; none for all else."""
        if page.case_kind is not CaseKind.CHECK:
            return ""
        with self.ledger.transaction() as tx:
            check = tx.check(page.case_id)
        return "" if check is None else check.number

    def _called_off(self, page: Page) -> tuple[UUID, ...]:
        """What a notice ends at a carrier that keeps paging by itself until it is told to stop."""
        if page.channel is not Channel.PAGERDUTY or page.kind not in SETTLES:
            return ()
        with self.ledger.transaction() as tx:
            return tx.pages_over(page.case_id, page.clinician, page.channel)

    def _bundled(self, page: Page) -> list[str]:
        """The codes that the page's message carried, when it carried several."""
        if page.bundle is None:
            return []
        with self.ledger.transaction() as tx:
            return [each.code for each in tx.bundled(page.bundle)]

    def _settle_send(self, page: Page, outcome: SendOutcome) -> list[UUID]:
        with self.ledger.transaction() as tx:
            if isinstance(outcome, Accepted):
                return self._write(tx, page, outcome.state, provider_id=outcome.provider_id)
            again = tx.now + self.patience.look_again
            if isinstance(outcome, Rejected):
                waits = self._may_help_again(outcome.refusal)
                return self._write(
                    tx,
                    page,
                    PageState.QUEUED if waits else PageState.FAILED,
                    refusal=outcome.refusal,
                    detail=" ".join(filter(None, (outcome.refusal.value, outcome.code))),
                    not_before=again if waits else None,
                )
            return self._write(tx, page, PageState.UNKNOWN, not_before=again)

    def _may_help_again(self, refusal: Refusal) -> bool:
        return self.consequences.paging.policy.consequences[refusal].same_channel is SameChannel.AGAIN

    def _settle_lookup(self, page: Page, found: Lookup) -> list[UUID]:
        with self.ledger.transaction() as tx:
            case = tx.lock_case(page.site, page.case_id)
            if isinstance(found, Accepted) and found.provider_id not in tx.provider_ids(page):
                return self._write(tx, page, found.state, provider_id=found.provider_id)
            settled_at = page.attempted_at + self.patience.settle
            if tx.now < settled_at:
                again = min(settled_at, tx.now + self.patience.look_again)
                return self._write(tx, page, PageState.UNKNOWN, not_before=again)
            return [] if case is None else self._send_again(tx, case, page)

    def _send_again(self, tx: Transaction, case: Case, page: Page) -> list[UUID]:
        if page.attempt >= self.patience.attempts:
            return self._write(tx, page, PageState.FAILED, detail="outcome_stayed_unknown")
        if not tx.write_page(page, PageState.PRESUMED_LOST):
            return []  # somebody else has the page by now, and knows more
        to_ring = self.consequences.of(tx, case, page, PageState.PRESUMED_LOST, None, "")
        if _is_past(case, page):
            return to_ring
        again = tx.queue_page(NewPage.again(page))
        return to_ring if again is None else [*to_ring, again]

    def _write(
        self,
        tx: Transaction,
        page: Page,
        state: PageState,
        *,
        provider_id: str | None = None,
        refusal: Refusal | None = None,
        detail: str = "",
        not_before: datetime | None = None,
    ) -> list[UUID]:
        """Write the outcome unless the lease is lost, and draw its consequences for the case."""
        case = tx.lock_case(page.site, page.case_id)
        if case is None or not tx.write_page(
            page, state, provider_id=provider_id, detail=detail, not_before=not_before
        ):
            return []
        known = page if provider_id is None else replace(page, provider_id=provider_id)
        return self.consequences.of(tx, case, known, state, refusal, detail)


_ASKS = {Channel.WCTP: Text.PAGE_CHOICE, Channel.PAGERDUTY: Text.PAGE_INCIDENT}
"""Where nobody can reply, a page asks for what can be done there."""


def _is_paced(page: Page) -> bool:
    """Whether there may be too many of these. PagerDuty puts incidents together itself."""
    asks = page.kind is PageKind.PAGE and page.case_kind is CaseKind.CONTACT
    return asks and page.channel is not Channel.PAGERDUTY


def _text(page: Page) -> Text:
    """A page for a drill or a trouble says so: it must never be taken for a person."""
    asks = page.kind is PageKind.PAGE and page.case_kind is not CaseKind.CONTACT
    if page.kind is PageKind.PAGE and not asks:
        return _ASKS.get(page.channel, Text.PAGE)
    return Text(page.case_kind.value if asks else page.kind.value)


def _is_moot(tx: Transaction, page: Page) -> bool:
    """Whether a message that nobody was sent yet is past its sense."""
    case = tx.case(page.site, page.case_id)
    return case is None or _is_past(case, page) or (page.kind is PageKind.PAGE and tx.superseded(page))


def _is_past(case: Case, page: Page) -> bool:
    """Whether what the message says is no longer so: it would call off, or call for, what is not."""
    match page.kind:
        case PageKind.PAGE:
            return case.state is not CaseState.OPEN
        case PageKind.RISEN | PageKind.EXPIRED:
            return case.state is not CaseState.OPEN or case.position.episode != page.position.episode
        case PageKind.YOURS:
            return case.owner != page.clinician or case.state is not CaseState.ACKNOWLEDGED
        case PageKind.OFFERED:
            return case.offered_to != page.clinician
        case PageKind.FIRST_OF_TWO:
            return case.state is not CaseState.OPEN or page.clinician not in case.confirmed_by
        case PageKind.TAKEN:
            return case.owner != page.about
        case PageKind.DRILL_DONE:
            return False
        case PageKind.CLOSED:
            return case.state is not CaseState.CLOSED
