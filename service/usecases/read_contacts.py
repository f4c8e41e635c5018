"""One first contact as it is stored."""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.answers import FirstContact
from service.domain.trail import Deed
from service.usecases.ports import Ledger


@dataclass(frozen=True, slots=True)
class ReadContacts:
    """Reads, which the audit trail tells of; changes nothing else."""

    ledger: Ledger

    def contact(self, site: str, contact_id: str) -> FirstContact | None:
        """A first contact with all its answers; None when the site does not know it."""
        return self._read(site, contact_id, Deed.EXPLAINED)

    def followed(self, site: str, contact_id: str) -> FirstContact | None:
        """The same, to see how what was said has changed."""
        return self._read(site, contact_id, Deed.TRAJECTORY_READ)

    def _read(self, site: str, contact_id: str, deed: Deed) -> FirstContact | None:
        with self.ledger.transaction() as tx:
            stored = tx.find_contact(site, contact_id)
            if stored is not None:
                tx.note(deed, site, contact_id=contact_id)
        if stored is None:
            return None
        return stored.whole
