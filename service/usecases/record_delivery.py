"""What a carrier reports later about a page it took."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from service.domain.delivery import PageState
from service.usecases.page_clinician import draw_consequences
from service.usecases.ports import Doorbell, Ledger


@dataclass(frozen=True, slots=True)
class RecordDelivery:
    """Early, late, repeated and reordered reports leave the page where the furthest one put it."""

    ledger: Ledger
    doorbell: Doorbell

    def __call__(self, page_id: UUID, state: PageState, provider_id: str, detail: str = "") -> bool:
        """Record a report; False when it says nothing new or the page is not known."""
        with self.ledger.transaction() as tx:
            page = tx.page(page_id)
            case = None if page is None else tx.lock_case(page.site, page.case_id)
            if page is None or case is None or not tx.report_page(page, state, provider_id, detail):
                return False
            to_ring = draw_consequences(tx, case, page, state, detail)
        self.doorbell.ring(to_ring)
        return True
