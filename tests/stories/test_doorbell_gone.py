"""Redis may be away or emptied at any moment: every page still goes out."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.stack import Stack
from tests.stories.conftest import OSEI, TONIGHT, Place, a_site, house_of, intake_at, sites_with

pytestmark = pytest.mark.slow
WITHIN = 10.0  # seconds from the commit, as promised


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Place]]:
    sites = (a_site("stopped", "60s"), a_site("emptied", "60s"))
    with house_of(tmp_path_factory.mktemp("house"), *sites) as places:
        yield places


def test_with_redis_emptied_between_commit_and_pick_up_the_page_arrives(house: dict[str, Place]) -> None:
    place = house["emptied"]
    stack = place.stack
    assert stack.redis is not None
    stack.kill("worker-1", signal.SIGSTOP)
    place.intake.send("c1", TONIGHT)
    stack.redis.flush()
    stack.kill("worker-1", signal.SIGCONT)
    place.phone("osei").expect_sms("waits for you", within=WITHIN)
    place.assert_nothing_unexpected()


def test_with_redis_stopped_before_the_contact_the_page_arrives(house: dict[str, Place]) -> None:
    place = house["stopped"]
    place.stack.kill("redis")  # for good: this story is the last of the two
    place.intake.send("c1", TONIGHT)
    place.phone("osei").expect_sms("waits for you", within=WITHIN)
    place.assert_nothing_unexpected()


def test_without_any_redis_from_the_start_the_page_arrives(tmp_path: Path) -> None:
    environment = {"GOLDENHOUR_SITES_DIR": str(sites_with(tmp_path / "sites", "60s"))}
    with Stack(tmp_path / "var", environment=environment, with_redis=False) as stack:
        intake_at(stack).send("c1", TONIGHT)
        stack.carrier.phone(OSEI).expect_sms("waits for you", within=WITHIN)
        stack.carrier.assert_nothing_unexpected()
