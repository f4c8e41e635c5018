"""Pages that nobody has carried to their end: never rung, forgotten, or with a lost outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from service.usecases.ports import Ledger

AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class DuePages:
    """Finds what a worker should have taken by now. `grace` is how long the doorbell is given."""

    ledger: Ledger
    grace: timedelta

    def __call__(self) -> tuple[UUID, ...]:
        """Ids of due pages: the most pressing, `AT_ONCE` of them, then as many of the oldest."""
        with self.ledger.transaction() as tx:
            return tx.due_pages(tx.now - self.grace, AT_ONCE)
