"""Stories of phones: who is paged, who answers, and who is told."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread

import pytest

from simulator.faults import reject, undelivered
from tests.stories.conftest import TONIGHT, Place, a_site, house_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Place]]:
    sites = (
        a_site("two", "2s"),
        a_site("opted-out", "60s"),
        a_site("nothing", "60s"),
        a_site("early", "60s"),
    )
    with house_of(tmp_path_factory.mktemp("house"), *sites) as places:
        yield places


def test_of_two_replies_at_once_one_has_the_case_and_the_other_is_told_by_whom_it_was_taken(
    house: dict[str, Place],
) -> None:
    place = house["two"]
    place.intake.send("c1", TONIGHT)
    phones = {"osei": place.phone("osei"), "lindqvist": place.phone("lindqvist")}
    code = phones["osei"].expect_sms("waits for you").body.split()[1].rstrip(":")
    phones["lindqvist"].expect_sms(code, "waits for you")
    replies = [Thread(target=phone.reply, args=(code,)) for phone in phones.values()]
    for reply in replies:
        reply.start()
    for reply in replies:
        reply.join()
    case = place.case("c1")
    winner = case["owner"]
    loser = next(name for name in phones if name != winner)
    phones[winner].expect_sms(code, "the case is yours")
    phones[loser].expect_sms(code, f"Dr {winner.title()} took the case before you")
    phones[loser].expect_sms(code, f"Dr {winner.title()} has taken the case")
    place.assert_nothing_unexpected()


def test_a_phone_that_has_opted_out_is_passed_over_at_once(
    house: dict[str, Place],
) -> None:
    place = house["opted-out"]
    place.phone("osei").fail_next(reject(21610))
    place.intake.send("c1", TONIGHT)
    place.phone("lindqvist").expect_sms("waits for you")
    place.phone("lindqvist").expect_sms("the service itself needs help")
    place.assert_nothing_unexpected()


def test_when_every_step_comes_to_nothing_everyone_is_paged_long_before_the_waits_are_over(
    house: dict[str, Place],
) -> None:
    place = house["nothing"]
    for person in ("osei", "lindqvist"):
        place.phone(person).always(undelivered(30003))
    place.intake.send("c1", TONIGHT)
    place.phone("moreau").expect_sms("waits for you", within=30.0)
    case = place.case("c1")
    kinds = [event["kind"] for event in place.intake.timeline(case["case_id"])]
    assert "everyone_paged" in kinds


def test_a_carrier_that_reports_twice_out_of_order_and_too_early_changes_nothing(
    house: dict[str, Place],
) -> None:
    place = house["early"]
    phone = place.phone("osei")
    phone.fail_next("callback_before_response", "duplicate_callbacks", "reordered_callbacks")
    place.intake.send("c1", TONIGHT)
    code = phone.expect_sms("waits for you").body.split()[1].rstrip(":")
    phone.reply(code)
    phone.expect_sms(code, "yours")
    case = place.case("c1")
    assert case["owner"] == "osei"
    place.assert_nothing_unexpected()
