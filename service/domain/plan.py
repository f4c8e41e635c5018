"""Whom to page in turn, how long to wait for each, and what follows the last step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Step:
    """Page whoever is on call on a roster, then wait for somebody to take the case."""

    roster: str
    wait: timedelta


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of one urgency. A copy is frozen into each case when it starts.

    After the last step: the steps again, `repeats` times; then everyone at the site; then the alarm
    state, in which everyone is paged again every `everyone_every` until a human takes the case.
    A taken case that is not closed within `acknowledgement_lasts` is paged anew.
    """

    first_page_after: timedelta
    steps: tuple[Step, ...]
    repeats: int
    everyone_every: timedelta
    acknowledgement_lasts: timedelta
