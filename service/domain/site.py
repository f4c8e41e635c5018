"""One service with its own clinicians, rosters and plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from service.domain.plan import Plan
from service.domain.roster import Roster
from service.domain.urgency import Urgency


class Channel(StrEnum):
    """A way to reach a clinician."""

    SMS = "sms"


@dataclass(frozen=True, slots=True)
class Clinician:
    """Somebody who can take a case, and the address of each channel that reaches them."""

    clinician_id: str
    name: str
    addresses: Mapping[Channel, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Site:
    """Rosters and clinicians by name, and the plan for each urgency that opens a case.

    `respond_within_minutes` holds the times that differ from the policy's.
    """

    site_id: str
    clinicians: Mapping[str, Clinician]
    rosters: Mapping[str, Roster]
    plans: Mapping[Urgency, Plan]
    respond_within_minutes: Mapping[Urgency, int] = field(default_factory=dict)
