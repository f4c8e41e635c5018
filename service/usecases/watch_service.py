"""Whether the service is well: what waits, what is overdue, and who looked last."""

from __future__ import annotations

from dataclasses import dataclass

from service.usecases.ports import Ledger, Overview, Pulse


@dataclass(frozen=True, slots=True)
class WatchService:
    """The counts come from the ledger, so they are the same from every process."""

    ledger: Ledger

    def overview(self) -> Overview:
        """The service at a glance."""
        with self.ledger.transaction() as tx:
            return tx.overview()

    def pulse(self) -> Pulse:
        """Whether the service is well."""
        with self.ledger.transaction() as tx:
            return tx.pulse()

    def beat(self, process: str) -> None:
        """Note that a sweep has just been completed by this process."""
        with self.ledger.transaction() as tx:
            tx.beat(process)
