"""The worklist, and one case with its timeline."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from service.domain.assessment import Assessment
from service.domain.errors import WordsErased
from service.domain.escalation import Case, CaseKind, CaseState
from service.domain.trail import Deed
from service.usecases.ports import Ledger, TimelineEntry, Worklist

NO_DRILLS = frozenset({CaseKind.CONTACT, CaseKind.TROUBLE})


@dataclass(frozen=True, slots=True)
class CaseWithTimeline:
    """One case, and everything that happened to it, oldest first."""

    case: Case
    timeline: tuple[TimelineEntry, ...]


@dataclass(frozen=True, slots=True)
class ReadCases:
    """Reads; changes nothing. Whatever is read of one person, the audit trail tells of."""

    ledger: Ledger

    def worklist(
        self,
        site: str,
        states: Collection[CaseState],
        limit: int,
        offset: int,
        kinds: Collection[CaseKind] = NO_DRILLS,
    ) -> Worklist:
        """Cases of a site, most pressing first; without drills, unless they are asked for."""
        with self.ledger.transaction() as tx:
            return tx.worklist(site, states, kinds, limit, offset)

    def case(self, site: str, case_id: UUID) -> CaseWithTimeline | None:
        """One case; None when the site has no such case."""
        with self.ledger.transaction() as tx:
            case = tx.case(site, case_id)
            if case is None:
                return None
            tx.note(Deed.CASE_READ, site, case_id=case_id)
            return CaseWithTimeline(case, tx.timeline(case_id))

    def assessment(self, site: str, contact_id: str) -> Assessment | None:
        """The assessment that stands for a first contact; None when the site does not know it. Raises
        `WordsErased` when it was erased."""
        with self.ledger.transaction() as tx:
            contact = tx.find_contact(site, contact_id)
            found = None if contact is None else tx.latest_assessment(contact)
            if found is not None:
                tx.note(Deed.ASSESSMENT_READ, site, contact_id=contact_id, rules=found.rules)
            elif contact is not None and contact.erased_at is not None:
                raise WordsErased("What this person said, and every assessment of it, was erased.")
            return found
