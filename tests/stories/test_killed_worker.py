"""A worker dies at the worst moments; the phone rings all the same."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from time import monotonic, sleep

import pytest
from sqlalchemy import create_engine, text

from simulator.stack import Stack
from tests.stories.conftest import TONIGHT, Place, a_site, house_of, until

pytestmark = pytest.mark.slow
GRACE = 8.0  # seconds: well within what an orchestrator gives before it kills
SWEEPERS = ("sweeper-1", "sweeper-2")
RECOVERED_WITHIN = 30.0  # seconds: the lease, the carrier's time to show what it took, and a new attempt


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Place]]:
    sites = [a_site(name, "60s") for name in ("before", "after", "idle")]
    with house_of(tmp_path_factory.mktemp("house"), *sites) as places:
        yield places


def _kill_the_worker_while_the_carrier_holds(place: Place, fault: str) -> str:
    """The sweepers are still, so the worker alone takes the page; it is killed during its call. The code."""
    stack, phone = place.stack, place.phone("osei")
    for name in stack.ended():
        stack.start(name)
    for sweeper in SWEEPERS:
        stack.kill(sweeper, signal.SIGSTOP)
    phone.fail_next(fault)
    place.intake.send("c1", TONIGHT)
    phone.wait_until_holding()
    stack.kill("worker-1", signal.SIGKILL)
    phone.wait_until_not_holding()
    for sweeper in SWEEPERS:
        stack.kill(sweeper, signal.SIGCONT)
    return str(place.case("c1")["code"])


def test_killed_with_its_attempt_committed_before_the_carrier_took_it_the_page_arrives(
    house: dict[str, Place],
) -> None:
    place = house["before"]
    code = _kill_the_worker_while_the_carrier_holds(place, "hold_before_accept")
    assert place.phone("osei").received == []
    place.phone("osei").expect_sms(code, within=RECOVERED_WITHIN)
    place.assert_nothing_unexpected()


def test_killed_after_the_carrier_took_it_the_page_arrives_at_most_twice_with_one_code(
    house: dict[str, Place],
) -> None:
    place = house["after"]
    code = _kill_the_worker_while_the_carrier_holds(place, "accept_then_hold")
    place.phone("osei").expect_sms(code)
    _until_settled(place.stack)
    messages = [sms.body for sms in place.phone("osei").received]
    assert 1 <= len(messages) <= 2
    assert all(code in message for message in messages)


def test_an_idle_worker_that_is_told_to_stop_ends_by_itself(house: dict[str, Place]) -> None:
    place = house["idle"]
    stack = place.stack
    for name in stack.ended():
        stack.start(name)
    intake, phone = place.intake, place.phone("osei")
    intake.send("c1", TONIGHT)
    phone.expect_sms("a case waits for you")  # so that it has begun to work, and waits for the bell
    stack.kill("worker-1", signal.SIGTERM)
    until(lambda: "worker-1" in stack.ended(), GRACE, "it ends")
    intake.send("c2", TONIGHT)  # and the sweepers do what it would have done
    phone.expect_sms("a case waits for you")


def _until_settled(stack: Stack) -> None:
    """Wait until no page is on its way any more: only then can a second message no longer come."""
    engine = create_engine(stack.database_url)
    query = text("SELECT count(*) FROM pages WHERE state IN ('queued', 'sending', 'unknown')")
    deadline = monotonic() + RECOVERED_WITHIN
    try:
        while True:
            with engine.connect() as connection:
                waiting = connection.scalar(query)
            if waiting == 0:
                return
            assert monotonic() < deadline, "a page stayed on its way"
            sleep(0.1)
    finally:
        engine.dispose()
