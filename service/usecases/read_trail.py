"""The audit trail read: whether it is whole, where it stands, and who knew what when of one case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from service.domain.escalation import Case
from service.domain.trail import NOTHING_YET, Deed, Head, Link, Soundness, TrailEntry, broken_links
from service.usecases.ports import Ledger

SEALED_WITHIN = timedelta(minutes=1)
_AT_ONCE = 5000  # links


@dataclass(frozen=True, slots=True)
class CaseHistory:
    """A case, and all that was done and read about it and its first contact, oldest first."""

    case: Case
    entries: tuple[TrailEntry, ...]


@dataclass(frozen=True, slots=True)
class TrailPulse:
    """The trail at a glance: its heads, and how many entries wait longer than they should."""

    heads: tuple[Head, ...]
    unsealed: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What is wrong with one site's chain (nothing: it is whole), and its head, None while it is empty."""

    site: str
    head: Head | None
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadTrail:
    """Reads. That somebody read a case's history is told in the trail, too."""

    ledger: Ledger

    def pulse(self) -> TrailPulse:
        """The trail at a glance."""
        with self.ledger.transaction() as tx:
            late = tx.unsealed_entries(tx.now - SEALED_WITHIN)
            return TrailPulse(tx.trail_heads(), sum(late.values()))

    def heads(self) -> tuple[Head, ...]:
        """The newest link of every chain."""
        with self.ledger.transaction() as tx:
            return tx.trail_heads()

    def history(self, site: str, case: UUID | str) -> CaseHistory | None:
        """Of a case by its id, or of the newest one by its code; None when the site has no such case."""
        with self.ledger.transaction() as tx:
            found = tx.case(site, case) if isinstance(case, UUID) else tx.case_by_code(site, case)
            if found is None:
                return None
            tx.note(Deed.HISTORY_READ, site, case_id=found.case_id)
            return CaseHistory(found, tx.case_trail(site, found.case_id, found.contact_id))

    def verify(self, site: str | None, kept: Iterable[Head] = ()) -> tuple[Proof, ...]:
        """Prove every chain, or one site's. `kept`: heads that were kept elsewhere; without one, a chain
        that lost its newest links looks whole."""
        heads = [head for head in kept if site is None or head.site == site]
        with self.ledger.transaction() as tx:
            standing = {head.site for head in tx.trail_heads()}
            late = tx.unsealed_entries(tx.now - SEALED_WITHIN)
        known = standing | late.keys() | {head.site for head in heads}
        return tuple(
            self._prove(name, [head for head in heads if head.site == name], late.get(name, 0))
            for name in ([site] if site is not None else sorted(known))
        )

    def _prove(self, site: str, kept: list[Head], late: int) -> Proof:
        faults: list[str] = []
        lost = {str(head): head for head in kept}
        last = Link(0, b"", NOTHING_YET, Soundness.HOLDS)
        for links in self._chain(site):
            faults += broken_links(links, last.number, last.digest)
            lost = {name: head for name, head in lost.items() if not any(map(head.is_of, links))}
            last = links[-1]
        faults += (_lost(head, last.number) for head in lost.values())
        if late:
            faults.append(f"{late} entries wait for more than a minute, or were not written by this service")
        head = Head(site, last.number, last.digest.hex()) if last.number else None
        return Proof(site, head, tuple(faults))

    def _chain(self, site: str) -> Iterator[tuple[Link, ...]]:
        after = 0
        while True:
            with self.ledger.transaction() as tx:
                links = tx.trail_links(site, after, _AT_ONCE)
            if not links:
                return
            yield links
            after = links[-1].number


def _lost(head: Head, newest: int) -> str:
    if head.number > newest:
        return f"the chain was cut short: it had {head.number} entries and ends at {newest}"
    return f"entry {head.number} is not the one that was the head"
