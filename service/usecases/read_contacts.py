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
        with self.ledger.transaction() as tx:
            stored = tx.find_contact(site, contact_id)
            if stored is not None:
                tx.note(Deed.EXPLAINED, site, contact_id=contact_id)
        if stored is None:
            return None
        return FirstContact(stored.contact_id, stored.answers, stored.age, unreadable=stored.unreadable)
