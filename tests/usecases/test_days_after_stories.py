"""Twenty stories of the days after, each with its mirror, through the ledger and the sweepers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import yaml

from service.adapters.postgres.ledger import PostgresLedger
from service.domain.answers import ItemAnswer
from service.domain.assessment import Assessment, Assessor
from service.domain.course import Happening
from service.domain.urgency import Urgency
from service.settings import REPOSITORY
from tests.database import TimeMachine
from tests.service_under_test import ServiceUnderTest
from tests.usecases.test_days_after import Story

STORIES: list[dict[str, Any]] = yaml.safe_load(
    (REPOSITORY / "tests/cases/days_after.yaml").read_text(encoding="utf-8")
)
FOUR_DAYS = 96


@pytest.fixture
def story(ledger: PostgresLedger, assessor: Assessor, time_machine: TimeMachine) -> Story:
    """Only follow-ups page within these days: what is on the worklist waits for a month."""
    service = ServiceUnderTest(ledger, assessor)
    late = replace(service.site.plans[Urgency.SOON], first_page_after=timedelta(days=30))
    plans = {**service.site.plans, Urgency.SOON: late, Urgency.URGENT: late, Urgency.UNREAD: late}
    service = ServiceUnderTest(ledger, assessor, replace(service.site, plans=plans))
    return Story(service, time_machine, count(), datetime.now(UTC) - timedelta(hours=100))


def told(story: Story, tells: list[dict[str, list[Any]]]) -> Assessment:
    """Tell each line in its turn; the assessment that stands at the end."""
    for line in tells:
        ((kind, what),) = line.items()
        if kind == "says":
            found = story.says(what[1], at=what[0])
        elif kind == "ticks":
            at = story.began + timedelta(hours=what[0])
            item = ItemAnswer(f"i{next(story.ids)}", what[1], what[2], what[3], at=at)
            found = story.service.add(item).assessment
        elif kind == "session":
            story.happens(Happening.STARTED, what[0])
            found = story.happens(Happening.ENDED, what[1])
        else:
            appointment = what[1] if len(what) > 1 else None
            by = "nurse 7" if kind == "spoken_to" else ""
            found = story.happens(Happening(kind), what[0], appointment, by)
    return found


def named(case: dict[str, Any]) -> str:
    return str(case["story"])


def test_there_are_twenty_and_each_has_its_mirror() -> None:
    assert len(STORIES) >= 20
    assert all(case["mirror"] != case["tells"] for case in STORIES)


@pytest.mark.parametrize("case", STORIES, ids=named)
def test_a_story_is_noticed_and_somebody_is_paged_before_its_time_is_over(
    story: Story, case: dict[str, Any]
) -> None:
    found = told(story, case["tells"])
    assert found.urgency.rank >= Urgency(case["urgency"]).rank
    assert set(case.get("turns", ())) <= {turn.turn_id for turn in found.turns}
    if not case.get("turns"):
        assert found.turns == ()
    promise = story.promise()
    assert promise is not None
    assert promise.promise is not None
    assert set(case["reasons"]) <= set(promise.promise.reasons)
    assert story.due_in == case["due"]
    story.service.sweep()
    story.service.work()
    hours = case["due"] - 100
    if hours > 4:
        story.pass_time(hours - 4.5)
        assert story.pages == 0
        story.pass_time(0.6)
    assert story.pages == 1


@pytest.mark.parametrize("case", STORIES, ids=named)
def test_its_mirror_stays_quiet(story: Story, case: dict[str, Any]) -> None:
    found = told(story, case["mirror"])
    assert found.turns == ()
    story.service.sweep()
    story.service.work()
    for _ in range(8):
        story.pass_time(FOUR_DAYS / 8)
    assert story.pages == 0
