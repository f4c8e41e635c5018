"""Many cases at once for one person: the first page at once, the others together, each on its own clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from service.adapters.postgres.ledger import PostgresLedger
from service.domain.answers import FirstContact
from service.domain.assessment import Assessor
from service.domain.delivery import Ambiguous, PageState
from service.domain.plan import Step
from service.domain.refusals import Refusal
from service.usecases.ports import DeliveryReport
from tests.database import TimeMachine
from tests.service_under_test import FIRST, LINDQVIST, OSEI, PLAN, TONIGHT, ServiceUnderTest, a_site, said


def _twenty(service: ServiceUnderTest) -> None:
    for number in range(20):
        service.contact(TONIGHT, contact_id=f"c{number}")
    service.work()


def _later(service: ServiceUnderTest, time_machine: TimeMachine, seconds: float) -> None:
    time_machine.forward(seconds)
    service.sweep()
    service.work()


def test_twenty_cases_are_one_page_at_once_and_few_messages_for_the_rest_each_code_in_one_of_them(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    _twenty(service)
    assert len(service.texts_to(OSEI)) == 1
    for _ in range(11):
        _later(service, time_machine, 5)
    texts = service.texts_to(OSEI)
    assert len(texts) == 3
    assert texts[1].startswith("Goldenhour: 6 cases wait for you: ")
    for _ in range(12):
        _later(service, time_machine, 5)
    told = " ".join(service.texts_to(OSEI))
    assert all(service.case(f"c{number}").code in told for number in range(20))
    assert len(service.texts_to(OSEI)) <= 6


def test_each_case_of_a_bundle_keeps_its_own_clock(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    service.contact(TONIGHT, contact_id="c0")
    service.work()
    time_machine.forward(120)
    service.contact(TONIGHT, contact_id="c1")
    service.work()
    _later(service, time_machine, 62)
    assert any(service.case("c0").code in text for text in service.texts_to(LINDQVIST))
    assert not any(service.case("c1").code in text for text in service.texts_to(LINDQVIST))


def test_a_code_of_a_bundle_takes_its_case_and_no_other(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    _twenty(service)
    _later(service, time_machine, 19)
    service.reply("SM1", OSEI, service.case("c7").code)
    assert service.case("c7").owner == "osei"
    assert service.case("c8").owner is None


def test_a_person_who_was_not_paged_lately_is_never_held_up(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    for number in range(5):
        service.contact(TONIGHT, contact_id=f"c{number}")
        service.work()
        time_machine.forward(61)
    assert len(service.texts_to(OSEI)) == 5


def test_at_most_three_messages_in_a_minute_however_the_cases_come(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    for number in range(11):
        service.contact(TONIGHT, contact_id=f"c{number}")
        service.work()
        _later(service, time_machine, 5)
    cases = [text for text in service.texts_to(OSEI) if "wait" in text]
    assert len(cases) <= 3


def test_the_same_case_does_not_page_the_same_phone_twice_in_a_minute(
    ledger: PostgresLedger, assessor: Assessor, time_machine: TimeMachine
) -> None:
    often = replace(PLAN, steps=(Step((FIRST,), timedelta(seconds=10)),) * 9)
    service = ServiceUnderTest(ledger, assessor, a_site(plan=often))
    service.contact(TONIGHT)
    service.work()
    for _ in range(5):
        _later(service, time_machine, 11)
    assert len(service.texts_to(OSEI)) == 1
    _later(service, time_machine, 11)
    assert len(service.texts_to(OSEI)) == 2


def test_a_rise_is_not_held_up_by_what_the_case_said_before(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    service.contact("I want to kill myself and I have a plan.")
    service.work()
    service.receive.add("riverside", FirstContact("c1", (said(TONIGHT, "a2"),)))
    service.work()
    _later(service, time_machine, 19)
    assert len(service.texts_to(OSEI)) == 2


def test_a_bundle_whose_answer_was_lost_is_found_again_as_what_it_was(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    _twenty(service)
    service.carrier.loses_answers = 1
    _later(service, time_machine, 19)
    for _ in range(6):
        _later(service, time_machine, 5)
    texts = [text for text in service.texts_to(OSEI) if "wait" in text]
    assert len(texts) == len(set(texts)) == 3


def test_a_bundle_that_never_went_out_is_sent_again_as_a_bundle(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    _twenty(service)
    service.carrier.outcomes = [Ambiguous()]
    for _ in range(14):
        _later(service, time_machine, 4)
    texts = " ".join(service.texts_to(OSEI))
    assert len(service.texts_to(OSEI)) <= 4
    assert "6 cases wait" in texts


def test_a_report_on_a_bundle_is_one_on_each_of_its_pages(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    _twenty(service)
    _later(service, time_machine, 19)
    leader = service.carrier.received[-1].reference
    report = DeliveryReport(PageState.UNDELIVERED, "SM9", "", Refusal.BAD_ADDRESS)
    assert service.report(leader, report)
    assert not service.report(leader, report)
    service.sweep()
    service.work()
    _later(service, time_machine, 19)
    assert any("cases wait" in text for text in service.texts_to(LINDQVIST))
