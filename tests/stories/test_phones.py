"""Stories of phones: who is paged, who answers, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

import pytest

from simulator.faults import reject, undelivered
from simulator.intake import Intake
from simulator.stack import Stack
from tests.stories.conftest import LINDQVIST, MOREAU, OSEI, TONIGHT

pytestmark = pytest.mark.slow


def test_of_two_replies_at_once_one_has_the_case_and_the_other_is_told_by_whom_it_was_taken(
    boot: Callable[..., tuple[Stack, Intake]],
) -> None:
    stack, intake = boot(wait="2s")
    intake.send("c1", TONIGHT)
    phones = {"osei": stack.carrier.phone(OSEI), "lindqvist": stack.carrier.phone(LINDQVIST)}
    code = phones["osei"].expect_sms("waits for you").body.split()[1].rstrip(":")
    phones["lindqvist"].expect_sms(code, "waits for you")
    replies = [Thread(target=phone.reply, args=(code,)) for phone in phones.values()]
    for reply in replies:
        reply.start()
    for reply in replies:
        reply.join()
    case = intake.case_of("c1")
    assert case is not None
    winner = case["owner"]
    loser = next(name for name in phones if name != winner)
    phones[winner].expect_sms(code, "the case is yours")
    phones[loser].expect_sms(code, f"Dr {winner.title()} took the case before you")
    phones[loser].expect_sms(code, f"Dr {winner.title()} has taken the case")
    stack.carrier.assert_nothing_unexpected()


def test_a_phone_that_has_opted_out_is_passed_over_at_once(
    boot: Callable[..., tuple[Stack, Intake]],
) -> None:
    stack, intake = boot(wait="60s")
    stack.carrier.phone(OSEI).fail_next(reject(21610))
    intake.send("c1", TONIGHT)
    stack.carrier.phone(LINDQVIST).expect_sms("waits for you")
    stack.carrier.phone(LINDQVIST).expect_sms("the service itself needs help")
    stack.carrier.assert_nothing_unexpected()


def test_when_every_step_comes_to_nothing_everyone_is_paged_long_before_the_waits_are_over(
    boot: Callable[..., tuple[Stack, Intake]],
) -> None:
    stack, intake = boot(wait="60s")
    for number in (OSEI, LINDQVIST):
        stack.carrier.phone(number).always(undelivered(30003))
    intake.send("c1", TONIGHT)
    stack.carrier.phone(MOREAU).expect_sms("waits for you", within=30.0)
    case = intake.case_of("c1")
    assert case is not None
    kinds = [event["kind"] for event in intake.timeline(case["case_id"])]
    assert "everyone_paged" in kinds


def test_a_carrier_that_reports_twice_out_of_order_and_too_early_changes_nothing(
    boot: Callable[..., tuple[Stack, Intake]],
) -> None:
    stack, intake = boot(wait="60s")
    phone = stack.carrier.phone(OSEI)
    phone.fail_next("callback_before_response", "duplicate_callbacks", "reordered_callbacks")
    intake.send("c1", TONIGHT)
    code = phone.expect_sms("waits for you").body.split()[1].rstrip(":")
    phone.reply(code)
    phone.expect_sms(code, "yours")
    case = intake.case_of("c1")
    assert case is not None
    assert case["owner"] == "osei"
    stack.carrier.assert_nothing_unexpected()
