"""All that is held about one person, for whoever has the right to it."""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.errors import NotFound
from service.domain.escalation import Case
from service.domain.trail import Deed, TrailEntry
from service.usecases.ports import HeldContact, Ledger, PageLine, TimelineEntry, Transaction


@dataclass(frozen=True, slots=True)
class HeldCase:
    """One case of theirs, what happened to it, and every message about it."""

    case: Case
    timeline: tuple[TimelineEntry, ...]
    pages: tuple[PageLine, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A first contact with answers and assessments, its cases, and who did and read what of it."""

    contact: HeldContact
    cases: tuple[HeldCase, ...]
    trail: tuple[TrailEntry, ...]


@dataclass(frozen=True, slots=True)
class ExportContact:
    """Reads, which the audit trail tells of; changes nothing else."""

    ledger: Ledger

    def __call__(self, site: str, contact_id: str) -> Held:
        """Raises `NotFound` when the site does not know the contact."""
        with self.ledger.transaction() as tx:
            contact = tx.held_contact(site, contact_id)
            if contact is None:
                raise NotFound("There is no first contact with this id at this site.")
            tx.note(Deed.EXPORTED, site, contact_id=contact_id)
            cases = tuple(_held(tx, case) for case in tx.cases_of_contact(site, contact_id))
            return Held(contact, cases, tx.contact_trail(site, contact_id))


def _held(tx: Transaction, case: Case) -> HeldCase:
    return HeldCase(case, tx.timeline(case.case_id), tx.page_lines(case.case_id))
