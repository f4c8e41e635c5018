"""A person's words and assessments are erased: when somebody asks for it, or when their time is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from service.domain.errors import Conflict, NotFound
from service.domain.site import Site
from service.domain.trail import Deed
from service.usecases.ports import Erased, Ledger

_EVERY = timedelta(minutes=1)
_AT_ONCE = 50  # contacts of one site; a sweep must not wait long for it


@dataclass(frozen=True, slots=True)
class EraseContact:
    """What is left is the id that the intake system gave, the cases with their codes, times and dispositions,
    and the audit trail, which never held a word of it."""

    ledger: Ledger

    def __call__(self, site: str, contact_id: str) -> Erased:
        """Raises `NotFound`, or `Conflict` while a case of theirs is not closed or a follow-up is due:
        somebody needs the words."""
        with self.ledger.transaction() as tx:
            contact = tx.lock_to_erase(site, contact_id)
            if contact is None:
                raise NotFound("There is no first contact with this id at this site.")
            live = tx.live_case(contact)
            if live is not None:
                raise Conflict(f"Case {live.code} is not closed. Nothing was erased.")
            due = tx.follow_up(contact)
            if due is not None and due.promise is not None:
                raise Conflict("A follow-up is due: end it first. Nothing was erased.")
            erased = tx.erase_words(contact)
            tx.note(Deed.ERASED, site, contact_id=contact_id, detail=str(erased))
        return erased


@dataclass(frozen=True, slots=True)
class PurgeContacts:
    """Erases what a site keeps no longer, by its `retention`. A contact with an open case is left alone."""

    ledger: Ledger
    sites: Mapping[str, Site]

    def __call__(self) -> list[UUID]:
        """Purge a little of every site, once a minute. Rings for nobody."""
        with self.ledger.transaction() as tx:
            due = tx.claim_chore("purge", _EVERY)
        for site in self.sites if due else ():
            self._purge(site, _AT_ONCE)
        return []

    def all(self, site: str) -> int:
        """Purge everything of a site whose time is over; how many first contacts that were."""
        purged = 0
        while count := self._purge(site, _AT_ONCE):
            purged += count
        return purged

    def _purge(self, site: str, limit: int) -> int:
        retention = self.sites[site].retention
        if retention is None:
            return 0
        with self.ledger.transaction() as tx:
            before = tx.now - retention
            found = tx.outdated_contacts(site, before, limit)
        return sum(self._purge_one(site, contact_id, before) for contact_id in found)

    def _purge_one(self, site: str, contact_id: str, before: datetime) -> bool:
        """By itself, and asked again once it is locked: something new may have been sent meanwhile."""
        with self.ledger.transaction() as tx:
            contact = tx.lock_to_erase(site, contact_id)
            if contact is None or not tx.is_outdated(contact, before):
                return False
            tx.note(Deed.PURGED, site, contact_id=contact_id, detail=str(tx.erase_words(contact)))
        return True
