"""A human changes who is on call for a time, and takes that back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from service.domain.errors import Fault, Invalid, NotFound
from service.domain.override import Override
from service.domain.roster import LOOKS_AHEAD, Roster, Span
from service.domain.site import Site
from service.usecases.on_call import standing_roster
from service.usecases.ports import Ledger, Transaction


@dataclass(frozen=True, slots=True)
class Wanted:
    """An override as it is asked for; `begin` is None for now."""

    begin: datetime | None
    end: datetime
    clinician: str | None = None
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class Overridden:
    """What became of the roster: the override as it holds, the gaps that this opened, and what to know."""

    override: Override
    gaps: tuple[Span, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OverrideRoster:
    """Adds and ends overrides. What opens a gap is done, and said: a human may know more than the roster."""

    ledger: Ledger
    sites: Mapping[str, Site]

    def add(self, site: str, roster: str, wanted: Wanted, made_by: str) -> Overridden:
        """Raises `NotFound` for a roster that the site does not have, `Invalid` naming every fault."""
        with self.ledger.transaction() as tx:
            override = self._made(tx, site, roster, wanted, made_by)
            before = self._standing(tx, site, roster, override.begin, override.end)
            tx.add_override(site, roster, override)
            after = replace(before, overrides=(*before.overrides, override))
        gaps = _opened(before, after, override.begin, override.end)
        overlapping = [o for o in before.overrides if o.begin < override.end and o.end > override.begin]
        return Overridden(override, gaps, tuple(_warnings(gaps, overlapping=bool(overlapping))))

    def end(self, site: str, roster: str, override_id: UUID) -> Overridden:
        """End an override now. Raises `NotFound` when there is none that holds or will hold."""
        with self.ledger.transaction() as tx:
            until = tx.now + LOOKS_AHEAD
            before = self._standing(tx, site, roster, tx.now, until)
            ended = tx.end_override(site, roster, override_id)
            if ended is None:
                raise NotFound("There is no override with this id that holds or will hold.")
            now = tx.now
        after = replace(before, overrides=tuple(o for o in before.overrides if o.override_id != override_id))
        gaps = _opened(before, after, now, until)
        return Overridden(ended, gaps, tuple(_warnings(gaps, overlapping=False)))

    def _standing(self, tx: Transaction, site: str, name: str, begin: datetime, end: datetime) -> Roster:
        roster = standing_roster(tx, self.sites[site], name, begin, end)
        if roster is None:
            raise NotFound("There is no roster of this name at this site.")
        return roster

    def _made(self, tx: Transaction, site: str, roster: str, wanted: Wanted, made_by: str) -> Override:
        if roster not in self.sites[site].rosters:
            raise NotFound("There is no roster of this name at this site.")
        begin = max(wanted.begin or tx.now, tx.now)  # what has been cannot be changed
        faults = self._faults(site, wanted, begin, tx.now)
        if faults:
            raise Invalid("The override was refused. Nothing was changed.", faults)
        return Override(uuid4(), begin, wanted.end, wanted.clinician, wanted.instead_of, made_by)

    def _faults(self, site: str, wanted: Wanted, begin: datetime, now: datetime) -> list[Fault]:
        faults = []
        known = self.sites[site].clinicians
        for name in ("clinician", "instead_of"):
            person = getattr(wanted, name)
            if person is not None and person not in known:
                faults.append(Fault(f"/{name}", "is not a clinician of this site"))
        if wanted.clinician is None and wanted.instead_of is None:
            faults.append(Fault("/clinician", "name who comes, or in `instead_of` who is taken off"))
        elif wanted.clinician == wanted.instead_of:
            faults.append(Fault("/instead_of", "is the same person"))
        if wanted.end <= begin:
            faults.append(Fault("/until", "must be later than `from`, and later than now"))
        elif wanted.end > now + LOOKS_AHEAD:
            faults.append(Fault("/until", f"must be within {LOOKS_AHEAD.days} days"))
        return faults


def _opened(before: Roster, after: Roster, begin: datetime, end: datetime) -> tuple[Span, ...]:
    """The gaps that were not there before."""
    known = before.gaps(begin, end)
    return tuple(
        gap
        for gap in after.gaps(begin, end)
        if not any(old.begin <= gap.begin and gap.end <= old.end for old in known)
    )


def _warnings(gaps: tuple[Span, ...], *, overlapping: bool) -> list[str]:
    warnings = []
    if gaps:
        warnings.append(f"this leaves nobody on call at {len(gaps)} times; `gaps` says when")
    if overlapping:
        warnings.append("another override holds at the same time: both stand")
    return warnings
