"""The audit trail is sealed into its chains, and their heads are told where nobody here can change them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from service.usecases.ports import Ledger

log = logging.getLogger(__name__)

_AT_ONCE = 1000  # a sweep must not wait long for it
_HEADS_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SealTrail:
    """Each site's chain by itself. Any number of processes may try: one at a time seals."""

    ledger: Ledger

    def __call__(self) -> list[UUID]:
        """Seal what waits, and log the heads once an hour. Rings for nobody."""
        with self.ledger.transaction() as tx:
            sites = tx.sites_to_seal()
            tell = tx.claim_chore("tell the heads of the audit trail", _HEADS_EVERY)
        for site in sites:
            with self.ledger.transaction() as tx:
                tx.seal_entries(site, _AT_ONCE)
        if tell:
            self._tell_heads()
        return []

    def _tell_heads(self) -> None:
        with self.ledger.transaction() as tx:
            heads = tx.trail_heads()
        for head in heads:
            extra = {"site": head.site, "number": head.number, "digest": head.digest}
            log.info("the head of the audit trail", extra=extra)
