"""Pages that nobody has answered for so long that the person's next channel is tried, too."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from service.usecases.paging import Paging
from service.usecases.ports import Doorbell, Ledger, LedgerAway

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SilentPages:
    """Tries the next channel for each, in a transaction of its own: one bad row never stalls the rest."""

    ledger: Ledger
    paging: Paging
    doorbell: Doorbell

    def __call__(self) -> list[UUID]:
        """Do so for all that are due. Returns the new pages that the bell did not ring for."""
        unrung: list[UUID] = []
        for page_ids in self._each():
            if not self.doorbell.ring(page_ids):
                unrung += page_ids
        return unrung

    def _each(self) -> Iterator[list[UUID]]:
        failed: set[UUID] = set()
        while True:
            page_id = None
            try:
                with self.ledger.transaction() as tx:
                    page_id = tx.silent_page(besides=failed)
                    if page_id is None:
                        return
                    page = tx.page(page_id)
                    case = None if page is None else tx.lock_case(page.site, page.case_id)
                    tx.hear_no_more(page_id)
                    queued = []
                    if page is not None and case is not None:
                        queued = self.paging.page_next_channel(tx, case, page)
            except LedgerAway:
                raise
            except Exception:
                if page_id is None:
                    raise
                log.exception("the next channel could not be tried", extra={"page_id": str(page_id)})
                failed.add(page_id)
            else:
                yield queued
