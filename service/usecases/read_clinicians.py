"""Clinicians as they stand: by what each can be reached, what was shown to work, and who should worry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from service.domain.checks import AddressChange, AddressRecord, CheckPolicy, Verification
from service.domain.roster import OnCall
from service.domain.site import Clinician, Site
from service.usecases.on_call import standing_roster
from service.usecases.ports import Ledger, Transaction

_SHOWN = 4
AHEAD = timedelta(days=1)
"""Who comes on call within this time should have an address that was shown to work."""


@dataclass(frozen=True, slots=True)
class AddressView:
    """One address: its last characters, what is known of it, and how its verification stands."""

    ending: str
    record: AddressRecord
    verification: Verification


@dataclass(frozen=True, slots=True)
class ClinicianView:
    """One clinician, first choice of address first. `on_call`: the rosters of theirs, now or within a day.

    `history` is what became of their addresses, oldest first, where it was asked for.
    """

    clinician: Clinician
    addresses: tuple[AddressView, ...]
    on_call: tuple[str, ...]
    is_ready: bool
    history: tuple[AddressChange, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadClinicians:
    """Reads; changes nothing."""

    ledger: Ledger
    sites: Mapping[str, Site]
    policy: CheckPolicy

    def all(self, site: str) -> tuple[ClinicianView, ...]:
        """Every clinician of a site."""
        with self.ledger.transaction() as tx:
            soon = _soon_on_call(tx, self.sites[site])
            return tuple(
                self._view(tx, site, person, soon) for person in self.sites[site].clinicians.values()
            )

    def one(self, site: str, clinician: str) -> ClinicianView | None:
        """One clinician with their history; None when the site has no such clinician."""
        person = self.sites[site].clinicians.get(clinician)
        if person is None:
            return None
        with self.ledger.transaction() as tx:
            soon = _soon_on_call(tx, self.sites[site])
            return self._view(tx, site, person, soon, tx.address_changes(site, clinician))

    def _view(
        self,
        tx: Transaction,
        site: str,
        person: Clinician,
        soon: Mapping[str, tuple[str, ...]],
        history: tuple[AddressChange, ...] = (),
    ) -> ClinicianView:
        records = tx.address_records(site, person)
        return ClinicianView(
            clinician=person,
            addresses=tuple(
                AddressView(
                    person.addresses[channel][-_SHOWN:], record, record.verification(self.policy, tx.now)
                )
                for channel, record in records.items()
            ),
            on_call=soon.get(person.clinician_id, ()),
            is_ready=any(record.is_ready(self.policy, tx.now) for record in records.values()),
            history=history,
        )


def unready(tx: Transaction, site: Site, policy: CheckPolicy) -> Iterator[str]:
    """Who is on call within a day and has no address that was shown to work."""
    for clinician in _soon_on_call(tx, site):
        records = tx.address_records(site.site_id, site.clinicians[clinician])
        if not any(record.is_ready(policy, tx.now) for record in records.values()):
            yield clinician


def _soon_on_call(tx: Transaction, site: Site) -> dict[str, tuple[str, ...]]:
    """The rosters on which each clinician is on call at any time from now to `AHEAD`."""
    found: dict[str, tuple[str, ...]] = {}
    for name in site.rosters:
        roster = standing_roster(tx, site, name, tx.now, tx.now + AHEAD)
        spans = () if roster is None else roster.schedule(tx.now, tx.now + AHEAD)
        people = [
            person for span in spans if isinstance(span.on_call, OnCall) for person in span.on_call.clinicians
        ]
        for person in dict.fromkeys(people):
            found[person] = (*found.get(person, ()), name)
    return found
