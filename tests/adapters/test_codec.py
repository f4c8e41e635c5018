"""What is stored is read as it was, also by a version that stored less."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from service.adapters.postgres.codec import plan_from_row, plan_to_row
from service.domain.channel import Channel
from service.domain.plan import LAST_RESORT, Plan, Step, Target, TargetKind

STEP = Step(
    (Target(TargetKind.ROSTER, "first"), Target(TargetKind.TEAM, "all")),
    timedelta(minutes=3),
    (Channel.VOICE, Channel.SMS),
)
PLAN = Plan(
    first_page_after=timedelta(0),
    steps=(STEP,),
    repeats=1,
    everyone_every=timedelta(minutes=10),
    acknowledgement_lasts=timedelta(hours=1),
    next_channel_after=timedelta(seconds=90),
    confirmations=2,
)


def test_a_plan_comes_back_as_it_was_frozen() -> None:
    assert plan_from_row(plan_to_row(PLAN)) == PLAN


def test_a_plan_frozen_by_the_version_before_is_read_while_both_run() -> None:
    row = {
        "first_page_after": 0.0,
        "steps": [{"roster": "first", "wait": 180.0}],
        "repeats": 1,
        "everyone_every": 600.0,
        "acknowledgement_lasts": 3600.0,
    }
    plan = plan_from_row(row)
    assert plan.steps == (Step((Target(TargetKind.ROSTER, "first"),), timedelta(minutes=3)),)
    assert (plan.confirmations, plan.next_channel_after) == (1, timedelta(minutes=10))


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        [],
        "a plan",
        {},
        {**plan_to_row(PLAN), "steps": []},
        {**plan_to_row(PLAN), "steps": [7]},
        {**plan_to_row(PLAN), "everyone_every": "soon"},
        {**plan_to_row(PLAN), "everyone_every": 1e300},
        {**plan_to_row(PLAN), "steps": [{"targets": [{"kind": "star", "name": "x"}], "wait": 1}]},
    ],
)
def test_in_place_of_a_plan_that_cannot_be_read_stands_the_last_resort(damaged: Any) -> None:
    assert plan_from_row(damaged) == LAST_RESORT
    assert plan_from_row(plan_to_row(LAST_RESORT)) == LAST_RESORT
