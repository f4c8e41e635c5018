"""Everything that is sealed is sealed anew with the active data key, so that the others may go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from service.domain.trail import Deed
from service.usecases.ports import SERVICE, Ledger, Resealed

_AT_ONCE = 200  # values; each batch is a transaction, and holds its rows for so long


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many values were sealed anew, how many cannot be opened by any key that is there, and how many
    are still held by each other key: while there are any, that key must stay."""

    resealed: int
    unreadable: int
    left: dict[str, int]


@dataclass(frozen=True, slots=True)
class RotateDataKeys:
    """Batch by batch, while everything else runs. Begun again after a break, it does what is left."""

    ledger: Ledger

    def __call__(self, told: Callable[[str], None]) -> Rotated:
        """Reseal every kind of what is held; `told` hears of each kind."""
        resealed = unreadable = 0
        with self.ledger.transaction() as tx:
            tx.retire_trail_keys()
            kinds = tx.sealed_kinds()
        for kind in kinds:
            done, gone = self._reseal(kind)
            resealed, unreadable = resealed + done, unreadable + gone
            told(f"{kind}: {done} sealed anew" + (f", {gone} cannot be opened" if gone else ""))
        with self.ledger.transaction() as tx:
            left = dict(tx.sealed_by_others())
        return Rotated(resealed, unreadable, left)

    def _reseal(self, kind: str) -> tuple[int, int]:
        done = gone = 0
        batch: Resealed | None = None
        while batch is None or batch.last is not None:
            with self.ledger.transaction() as tx:
                batch = tx.reseal(kind, None if batch is None else batch.last, _AT_ONCE)
                if batch.count:
                    tx.note(Deed.DATA_KEYS_ROTATED, SERVICE, detail=f"{kind}: {batch.count}")
            done, gone = done + batch.count, gone + batch.unreadable
        return done, gone
