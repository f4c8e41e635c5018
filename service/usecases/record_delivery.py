"""What a carrier reports later about a page it took."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from service.usecases.acting import acting_as
from service.usecases.consequences import Consequences
from service.usecases.ports import DeliveryReport, Doorbell, Ledger, Page, Transaction


@dataclass(frozen=True, slots=True)
class RecordDelivery:
    """Early, late, repeated and reordered reports leave the page where the furthest one put it."""

    ledger: Ledger
    consequences: Consequences
    doorbell: Doorbell

    def __call__(self, page_id: UUID, report: DeliveryReport) -> bool:
        """Record a report; False when it says nothing new or the page is not known."""
        to_ring: list[UUID] = []
        new = False
        for page in self._carried(page_id):
            told = acting_as("the carrier", page.channel.value, report.provider_id)
            with told, self.ledger.transaction() as tx:
                recorded = self._record(tx, page, report)
            new = new or recorded is not None
            to_ring += recorded or []
        self.doorbell.ring(to_ring)
        return new

    def _carried(self, page_id: UUID) -> tuple[Page, ...]:
        """The pages of one message: each belongs to a case of its own, and is recorded by itself."""
        with self.ledger.transaction() as tx:
            page = tx.page(page_id)
            return () if page is None else tx.bundled(page_id) or (page,)

    def _record(self, tx: Transaction, page: Page, report: DeliveryReport) -> list[UUID] | None:
        """Record it for one page; the pages to ring for, or None when it says nothing new."""
        case = tx.lock_case(page.site, page.case_id)
        if case is None or not tx.report_page(page, report.state, report.provider_id, report.detail):
            return None
        known = replace(page, provider_id=report.provider_id)
        return self.consequences.of(tx, case, known, report.state, report.refusal, report.detail)
