"""What a carrier reports later about a page it took."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from service.usecases.consequences import Consequences
from service.usecases.ports import DeliveryReport, Doorbell, Ledger


@dataclass(frozen=True, slots=True)
class RecordDelivery:
    """Early, late, repeated and reordered reports leave the page where the furthest one put it."""

    ledger: Ledger
    consequences: Consequences
    doorbell: Doorbell

    def __call__(self, page_id: UUID, report: DeliveryReport) -> bool:
        """Record a report; False when it says nothing new or the page is not known."""
        with self.ledger.transaction() as tx:
            page = tx.page(page_id)
            case = None if page is None else tx.lock_case(page.site, page.case_id)
            if page is None or case is None:
                return False
            if not tx.report_page(page, report.state, report.provider_id, report.detail):
                return False
            to_ring = self.consequences.of(tx, case, page, report.state, report.refusal, report.detail)
        self.doorbell.ring(to_ring)
        return True
