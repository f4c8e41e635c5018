"""A drill goes the whole way of a case and is never taken for one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from service.adapters.postgres.ledger import PostgresLedger
from service.domain import escalation
from service.domain.assessment import Assessor
from service.domain.delivery import PageState, Rejected
from service.domain.escalation import CaseKind, CaseState
from service.domain.refusals import Refusal
from service.domain.urgency import Urgency
from service.usecases.drill import SyntheticPage
from service.usecases.ports import DeliveryReport
from tests.database import TimeMachine
from tests.service_under_test import LINDQVIST, MOREAU, OSEI, TONIGHT, ServiceUnderTest


def test_a_drill_pages_by_the_real_plan_at_once_and_says_that_it_is_a_test(service: ServiceUnderTest) -> None:
    service.drill.start("riverside", Urgency.SOON)
    service.work()
    (text,) = service.texts_to(OSEI)
    assert text.startswith("TEST, no case.")


def test_its_legs_are_measured_and_a_reply_ends_it(service: ServiceUnderTest) -> None:
    case = service.drill.start("riverside", Urgency.EMERGENCY)
    (page_id,) = service.doorbell.rung
    service.work()
    service.report(page_id, DeliveryReport(PageState.DELIVERED, "SM" + "0" * 32, ""))
    service.reply("SM1", OSEI, case.code)
    service.work()
    report = service.drill.report("riverside", case.case_id)
    assert report is not None
    assert (report.case.state, report.by, report.over) == (CaseState.CLOSED, "osei", "sms")
    legs = [case.opened_at, report.legs.attempted_at, report.legs.accepted_at, report.legs.delivered_at]
    times = [at for at in (*legs, report.acknowledged_at) if at is not None]
    assert len(times) == 5
    assert times == sorted(times)
    assert "the drill is over" in service.texts_to(OSEI)[-1]


def test_nobody_answers_and_it_goes_on_as_a_case_would(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    case = service.drill.start("riverside", Urgency.EMERGENCY)
    service.work()
    time_machine.forward(181)
    service.sweep()
    service.work()
    assert len(service.texts_to(LINDQVIST)) == 1
    assert service.drill.withdraw("riverside", case.case_id)
    assert not service.drill.withdraw("riverside", case.case_id)
    time_machine.forward(3600)
    service.sweep()
    service.work()
    assert len(service.texts_to(LINDQVIST)) == 1


def test_a_drill_stands_in_no_worklist_and_no_count(service: ServiceUnderTest) -> None:
    service.drill.start("riverside", Urgency.EMERGENCY)
    service.work()
    assert service.read.worklist("riverside", tuple(CaseState), 100, 0).total == 0
    assert service.read.worklist("riverside", tuple(CaseState), 100, 0, {CaseKind.DRILL}).total == 1
    with service.ledger.transaction() as tx:
        overview = tx.overview()
    assert (overview.cases, overview.pages) == ({}, {})


def test_a_case_is_no_drill(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    case = service.case()
    assert service.drill.report("riverside", case.case_id) is None
    assert not service.drill.withdraw("riverside", case.case_id)
    assert service.case().state is CaseState.OPEN
    with pytest.raises(ValueError, match="only a human"):
        escalation.withdrawn(case)


@pytest.fixture
def synthetic(service: ServiceUnderTest) -> SyntheticPage:
    """Moreau's is the test phone."""
    return SyntheticPage(
        service.ledger,
        service.drill,
        service.doorbell,
        persons={"riverside": "moreau"},
        every=timedelta(minutes=15),
        within=timedelta(minutes=2),
    )


def troubles(service: ServiceUnderTest) -> list[str]:
    listed = service.read.worklist("riverside", tuple(CaseState), 100, 0)
    return [case.subject for case in listed.cases if case.kind is CaseKind.TROUBLE]


def test_a_synthetic_page_goes_to_the_test_phone_now_and_then(
    service: ServiceUnderTest, synthetic: SyntheticPage, time_machine: TimeMachine
) -> None:
    for _ in range(3):
        synthetic()
        service.work()
    assert len(service.texts_to(MOREAU)) == 1
    service.reply("SM1", MOREAU, "ACK")
    service.work()
    time_machine.forward(901)
    synthetic()
    service.work()
    assert troubles(service) == []
    assert sum("no case" in text and "drill." in text for text in service.texts_to(MOREAU)) == 2


def test_one_that_is_not_answered_pages_whoever_runs_the_service_and_nobody_else(
    service: ServiceUnderTest, synthetic: SyntheticPage, time_machine: TimeMachine
) -> None:
    synthetic()
    service.work()
    time_machine.forward(121)
    synthetic()
    service.sweep()
    service.work()
    assert troubles(service) == ["a synthetic page was not answered"]
    assert ["service itself" in text for text in service.texts_to(OSEI)] == [True]
    assert service.texts_to(LINDQVIST) == []


def test_one_that_does_not_go_out_pages_nobody_else_with_a_test(
    service: ServiceUnderTest, synthetic: SyntheticPage, time_machine: TimeMachine
) -> None:
    service.carrier.outcomes = [Rejected(Refusal.BAD_ADDRESS)]
    synthetic()
    service.work()
    for _ in range(3):
        service.sweep()
        service.work()
        time_machine.forward(20)
    assert {message.address for message in service.carrier.received} <= {MOREAU}
    assert troubles(service) == []


def test_where_two_must_confirm_a_drill_asks_for_two(ledger: PostgresLedger, assessor: Assessor) -> None:
    service = ServiceUnderTest(ledger, assessor)
    plans = {**service.site.plans, Urgency.SOON: replace(service.site.plans[Urgency.SOON], confirmations=2)}
    service = ServiceUnderTest(ledger, assessor, replace(service.site, plans=plans))
    case = service.drill.start("riverside", Urgency.SOON)
    service.work()
    service.reply("SM1", OSEI, case.code)
    report = service.drill.report("riverside", case.case_id)
    assert report is not None
    assert report.acknowledged_at is None
    service.reply("SM2", LINDQVIST, case.code)
    report = service.drill.report("riverside", case.case_id)
    assert report is not None
    assert report.case.state is CaseState.CLOSED
