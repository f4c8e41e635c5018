"""One service with its own clinicians, rosters and plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.domain.channel import Channel
from service.domain.plan import Plan
from service.domain.roster import Roster
from service.domain.urgency import Urgency


@dataclass(frozen=True, slots=True)
class Clinician:
    """Somebody who can take a case, and the address of each channel that reaches them, first choice first."""

    clinician_id: str
    name: str
    addresses: Mapping[Channel, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Site:
    """Rosters, teams and clinicians by name, and the plan for each urgency that opens a case.

    `trouble_plan`: for a case about the service itself, such as a carrier that refuses everything.
    `respond_within_minutes` holds the times that differ from the policy's.
    """

    site_id: str
    clinicians: Mapping[str, Clinician]
    rosters: Mapping[str, Roster]
    plans: Mapping[Urgency, Plan]
    trouble_plan: Plan
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    respond_within_minutes: Mapping[Urgency, int] = field(default_factory=dict)
