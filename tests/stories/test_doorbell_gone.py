"""Redis may be away or emptied at any moment: every page still goes out."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from simulator.intake import Intake
from simulator.stack import Stack
from tests.stories.conftest import OSEI, TONIGHT

pytestmark = pytest.mark.slow
WITHIN = 10.0  # seconds from the commit, as promised


def test_with_redis_stopped_before_the_contact_the_page_arrives(
    boot: Callable[..., tuple[Stack, Intake]],
) -> None:
    stack, intake = boot()
    stack.kill("redis")
    intake.send("c1", TONIGHT)
    stack.carrier.phone(OSEI).expect_sms("waits for you", within=WITHIN)
    stack.carrier.assert_nothing_unexpected()


def test_with_redis_emptied_between_commit_and_pick_up_the_page_arrives(
    boot: Callable[..., tuple[Stack, Intake]],
) -> None:
    stack, intake = boot()
    assert stack.redis is not None
    stack.kill("worker-1", signal.SIGSTOP)
    intake.send("c1", TONIGHT)
    stack.redis.flush()
    stack.kill("worker-1", signal.SIGCONT)
    stack.carrier.phone(OSEI).expect_sms("waits for you", within=WITHIN)
    stack.carrier.assert_nothing_unexpected()


def test_without_any_redis_from_the_start_the_page_arrives(
    boot: Callable[..., tuple[Stack, Intake]],
) -> None:
    stack, intake = boot(with_redis=False)
    intake.send("c1", TONIGHT)
    stack.carrier.phone(OSEI).expect_sms("waits for you", within=WITHIN)
    stack.carrier.assert_nothing_unexpected()
