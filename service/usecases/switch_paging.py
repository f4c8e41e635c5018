"""Paging switched off and on: intake goes on, nobody is paged, and everyone sees that it is off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from service.domain.errors import Fault, Invalid
from service.domain.site import Site
from service.domain.trail import Deed
from service.usecases.ports import Ledger, Off


@dataclass(frozen=True, slots=True)
class SwitchPolicy:
    """For how long paging is switched off, usually and at most. It is on again by itself."""

    usually: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class SwitchPaging:
    """A human's act, which the audit trail tells of. What falls due meanwhile waits, and is paged for at once
    when paging is on again: no attempt is made, and none is counted."""

    ledger: Ledger
    sites: Mapping[str, Site]
    policy: SwitchPolicy

    def standing(self, site: str) -> Off | None:
        """Since when and until when paging is off at a site; None: it is on."""
        with self.ledger.transaction() as tx:
            return tx.paging_off(site)

    def standings(self) -> tuple[Off, ...]:
        """The same of all sites at which it is off."""
        with self.ledger.transaction() as tx:
            found = [tx.paging_off(site) for site in self.sites]
        return tuple(off for off in found if off is not None)

    def off(self, site: str, by: str, why: str, lasts: timedelta | None = None) -> Off:
        """Page nobody at a site for a time. Raises `Invalid` naming every fault."""
        lasts = lasts or self.policy.usually
        faults = [
            Fault(f"/{name}", "is required") for name, said in (("by", by), ("why", why)) if not said.strip()
        ]
        if not timedelta(0) < lasts <= self.policy.longest:
            faults.append(Fault("/lasts", f"must be at most {self.policy.longest}"))
        if faults:
            raise Invalid("Paging was not switched off.", faults)
        with self.ledger.transaction() as tx:
            off = Off(site, tx.now, tx.now + lasts, by, why)
            tx.switch_off(off)
            tx.note(Deed.PAGING_OFF, site, detail=f"by {by}, until {off.until:%Y-%m-%dT%H:%MZ}: {why}")
        return off

    def on(self, site: str, by: str) -> bool:
        """Page again; whether it was off."""
        if not by.strip():
            raise Invalid("Paging was not switched on.", [Fault("/by", "is required")])
        with self.ledger.transaction() as tx:
            was_off = tx.paging_off(site) is not None
            tx.switch_on(site)
            tx.note(Deed.PAGING_ON, site, detail=f"by {by}")
        return was_off
