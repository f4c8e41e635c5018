"""Whom to page in turn, how long to wait for each, and what follows the last step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from service.domain.channel import Channel


class TargetKind(StrEnum):
    """Who a step may page: whoever is on call on a roster, one person, or everyone of a team."""

    ROSTER = "roster"
    PERSON = "person"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a step pages, by name; who that is then is found out when the step is due."""

    kind: TargetKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Step:
    """Page all targets, then wait for somebody to take the case.

    `channels`: in this order instead of each person's own; none are added that a person does not have.
    """

    targets: tuple[Target, ...]
    wait: timedelta
    channels: tuple[Channel, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of one urgency. A copy is frozen into each case when it starts.

    A page that comes to nothing goes to the person's next channel at once, and one that nobody answers after
    `next_channel_after`. After the last step: the steps again, `repeats` times; then everyone at the site;
    then the alarm state, in which everyone is paged again every `everyone_every` until a human takes it.
    A taken case that is not closed within `acknowledgement_lasts` is paged anew. `confirmations`: so many
    different people must take it before the paging stops.
    """

    first_page_after: timedelta
    steps: tuple[Step, ...]
    repeats: int
    everyone_every: timedelta
    acknowledgement_lasts: timedelta
    next_channel_after: timedelta
    confirmations: int = 1


LAST_RESORT = Plan(
    first_page_after=timedelta(0),
    steps=(),
    repeats=-1,
    everyone_every=timedelta(minutes=5),
    acknowledgement_lasts=timedelta(hours=1),
    next_channel_after=timedelta(minutes=1),
)
"""In place of a plan that cannot be read: everyone is paged at once, and again and again, in the alarm state.
No case may be silent, or stay out of reach of a human, because of how its plan was stored."""
