"""Every case whose time has come takes its next step, whether or not anybody rang."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from service.domain.escalation import Event, EventKind
from service.usecases.paging import Paging
from service.usecases.ports import Doorbell, Ledger, LedgerAway, PutAside

log = logging.getLogger(__name__)

SET_ASIDE_FOR = timedelta(seconds=5)
"""A case that cannot be advanced raises the alarm and is tried again so much later, in no other's way."""


@dataclass(frozen=True, slots=True)
class AdvanceCases:
    """Advances due cases one by one, each in its own transaction: one bad row never stalls the rest."""

    ledger: Ledger
    paging: Paging
    doorbell: Doorbell

    def __call__(self) -> list[UUID]:
        """Advance all that are due. Returns the new pages that the bell did not ring for."""
        unrung: list[UUID] = []
        for page_ids in self._advance_each():
            if not self.doorbell.ring(page_ids):
                unrung += page_ids
        return unrung

    def _advance_each(self) -> Iterator[list[UUID]]:
        failed: set[UUID] = set()
        while True:
            case_id = None
            try:
                with self.ledger.transaction() as tx:
                    case_id = tx.lock_due_case(besides=failed)
                    if case_id is None:
                        return
                    case = tx.due_case(case_id)
                    page_ids = self.paging.take_due_step(tx, case)
            except LedgerAway:
                raise
            except Exception:
                if case_id is None:
                    raise
                log.exception("a case could not be advanced", extra={"case_id": str(case_id)})
                failed.add(case_id)
                self._set_aside(case_id)
            else:
                yield page_ids

    def _set_aside(self, case_id: UUID) -> None:
        with self.ledger.transaction() as tx:
            aside = tx.set_case_aside(case_id, tx.now + SET_ASIDE_FOR)
            if aside is not None and not aside.was_in_alarm:
                tx.record(case_id, Event(EventKind.ALARM, detail="cannot be advanced"))
        if aside is not None and not aside.is_trouble:  # a trouble about a trouble would never end
            self._tell_of(aside)

    def _tell_of(self, aside: PutAside) -> None:
        """Nobody is paged by such a case: whoever runs its site is, or any site when its own is gone. In a
        transaction of its own, for what fails here must not undo that it was set aside."""
        sites = self.paging.sites
        told = [sites[aside.site]] if aside.site in sites else list(sites.values())
        try:
            with self.ledger.transaction() as tx:
                for site in told:
                    self.paging.open_trouble(tx, site, f"{aside.code} cannot be advanced")
        except LedgerAway:
            raise
        except Exception:
            log.exception("nobody could be told of a case that cannot be advanced")
