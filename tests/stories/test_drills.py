"""A drill over the whole way, on real processes; and one that nobody answers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from docs.making import printed
from simulator.intake import Intake
from simulator.stack import Stack
from tests.stories.conftest import LINDQVIST, Place, a_site, house_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Place]]:
    """At one of the sites Moreau has a test phone, which is paged now and then."""
    sites = (a_site("answered", "60s"), a_site("unanswered", "60s"), a_site("synthetic", "60s"))
    settings = {
        "GOLDENHOUR_SYNTHETIC": "synthetic/moreau",
        "GOLDENHOUR_SYNTHETIC_WITHIN_SECONDS": "4",
    }
    with house_of(tmp_path_factory.mktemp("house"), *sites, **settings) as places:
        yield places


def _drill(place: Place, site: str, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "service.cli", "drill", site, *options],
        env=place.stack.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_drill_that_is_answered_ends_well_and_says_how_long_each_leg_took(house: dict[str, Place]) -> None:
    place = house["answered"]
    drill = _drill(place, "answered", "--wait", "40")
    sms = place.phone("osei").expect_sms("TEST, no case.")
    place.phone("osei").reply(sms.body.split("Goldenhour ")[1][:4])
    said, _ = drill.communicate(timeout=60)
    assert drill.returncode == 0, said
    assert "not yet" not in said.replace("delivered not yet", "")
    assert "by osei, sms" in said
    shown = printed.shown(printed.DRILLS)
    assert "not yet" not in shown
    assert _sure(printed.fixed(said)) == _sure(shown.replace("riverside", "answered")), "run `make pictures`"


def _sure(told: str) -> list[str]:
    """The lines, but for the carrier's report: it may come after the answer."""
    return [line for line in told.splitlines() if "delivered" not in line]


def test_a_drill_that_nobody_answers_fails_and_is_over(house: dict[str, Place]) -> None:
    drill = _drill(house["unanswered"], "unanswered", "--wait", "3")
    said, _ = drill.communicate(timeout=60)
    assert drill.returncode == 1
    assert "nobody answered in time" in said


def test_a_synthetic_page_that_nobody_answers_pages_whoever_runs_the_service(house: dict[str, Place]) -> None:
    place = house["synthetic"]
    place.phone("moreau").expect_sms("this is a drill")
    place.phone("osei").expect_sms("the service itself needs help", within=30.0)


def test_a_rehearsal_pages_nobody_who_is_not_on_its_list(
    boot_with: Callable[..., tuple[Stack, Intake]],
) -> None:
    stack, intake = boot_with(GOLDENHOUR_PAGE_ONLY=LINDQVIST)
    intake.send("c1", "I have a plan for tonight.")
    sms = stack.carrier.phone(LINDQVIST).expect_sms("waits for you", within=30.0)
    assert sms.body.startswith("TEST ")
    assert {received.phone for received in stack.carrier.received} == {LINDQVIST}
