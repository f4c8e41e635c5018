"""One service with its own clinicians, rosters and plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from service.domain.calendar import CalendarSource
from service.domain.channel import Channel
from service.domain.follow_up import FollowUpPolicy
from service.domain.plan import Plan
from service.domain.roster import Roster
from service.domain.urgency import Urgency

_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Clinician:
    """Somebody who can take a case, and the address of each channel that reaches them, first choice first."""

    clinician_id: str
    name: str
    addresses: Mapping[Channel, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pace:
    """How many messages one person gets over one channel. The first never waits.

    At most `most` within `within`; what is queued meanwhile goes together, `bundle_after` the last one. One
    case pages the same person over the same channel at most once in `same_case_every`.
    """

    bundle_after: timedelta
    most: int
    within: timedelta
    same_case_every: timedelta

    def next_at(self, sent: Sequence[datetime], same_case: datetime | None) -> datetime | None:
        """When the next message may go, after those that were `sent` lately (oldest first) and the last one
        of the `same_case`; None when nothing holds it."""
        holds = []
        if sent:
            holds.append(sent[-1] + self.bundle_after)
        if len(sent) >= self.most:
            holds.append(sent[-self.most] + self.within)
        if same_case is not None:
            holds.append(same_case + self.same_case_every)
        return max(holds, default=None)


@dataclass(frozen=True, slots=True)
class Site:
    """Rosters, teams and clinicians by name, and the plan for each urgency that opens a case.

    `trouble_plan`: for a case about the service itself, such as a carrier that refuses everything;
    `follow_up_plan`: for a person whom nobody has spoken to in time. `follow_up`: by when that is, where it
    differs from the policy's. `respond_within_minutes` holds the times that differ from the policy's;
    `calendars` are by the name of the roster that follows them. `retention`: how long a person's words are
    kept after the last that happened to them; None keeps them until they are erased.
    """

    site_id: str
    clinicians: Mapping[str, Clinician]
    rosters: Mapping[str, Roster]
    plans: Mapping[Urgency, Plan]
    trouble_plan: Plan
    follow_up_plan: Plan
    pace: Pace
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    respond_within_minutes: Mapping[Urgency, int] = field(default_factory=dict)
    calendars: Mapping[str, CalendarSource] = field(default_factory=dict)
    retention: timedelta | None = None
    time_zone: ZoneInfo = _UTC
    follow_up: FollowUpPolicy | None = None
