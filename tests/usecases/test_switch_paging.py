"""Paging switched off: intake goes on, nobody is paged, nothing is lost, and it is on again by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.adapters.postgres.ledger import PostgresLedger
from service.domain.assessment import Assessor
from service.domain.channel import Channel
from service.domain.errors import Conflict, Invalid
from service.domain.escalation import CaseState
from service.domain.urgency import Urgency
from tests.database import TimeMachine
from tests.service_under_test import OSEI, TONIGHT, ServiceUnderTest

SITE = "riverside"


@pytest.fixture
def service(ledger: PostgresLedger, assessor: Assessor) -> ServiceUnderTest:
    return ServiceUnderTest(ledger, assessor)


def off(service: ServiceUnderTest, hours: float = 4) -> None:
    service.switch.off(SITE, "the manager", "the carrier is being changed", timedelta(hours=hours))


def rounds(service: ServiceUnderTest, time_machine: TimeMachine, count: int = 5) -> None:
    for _ in range(count):
        time_machine.forward(120)
        service.sweep()
        service.work()


def test_intake_goes_on_and_nobody_is_paged(service: ServiceUnderTest, time_machine: TimeMachine) -> None:
    off(service)
    receipt = service.contact(TONIGHT)
    assert receipt.stored
    assert receipt.assessment.urgency is Urgency.EMERGENCY
    service.work()
    rounds(service, time_machine)
    assert service.carrier.received == []
    case = service.case()
    assert (case.state, case.alarm) == (CaseState.OPEN, False)
    assert service.read.worklist(SITE, (CaseState.OPEN,), 10, 0).total == 1


def test_what_fell_due_goes_out_at_once_when_it_is_on_again(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    off(service)
    service.contact(TONIGHT)
    service.doorbell.rung.clear()  # as when Redis was emptied meanwhile
    rounds(service, time_machine)
    assert service.switch.on(SITE, "the manager")
    service.sweep()
    service.work()
    assert any(service.case().code in text for text in service.texts_to(OSEI))


def test_it_is_on_again_by_itself(service: ServiceUnderTest, time_machine: TimeMachine) -> None:
    off(service, hours=1)
    service.contact(TONIGHT)
    service.work()
    rounds(service, time_machine)
    assert service.carrier.received == []
    time_machine.forward(3600)
    assert service.switch.standing(SITE) is None
    service.sweep()
    service.work()
    assert service.texts_to(OSEI)


def test_a_page_that_waited_has_used_up_no_attempt(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    off(service)
    service.contact(TONIGHT)
    rounds(service, time_machine, 20)
    with service.ledger.transaction() as tx:
        lines = tx.page_lines(service.case().case_id)
    assert [(line.state.value, line.attempted_at) for line in lines] == [("queued", None)]


def test_a_case_that_is_paged_for_already_rests_and_goes_on(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    service.contact(TONIGHT)
    service.work()
    before = len(service.carrier.received)
    off(service)
    rounds(service, time_machine)
    assert len(service.carrier.received) == before
    service.switch.on(SITE, "the manager")
    rounds(service, time_machine, 1)
    assert len(service.carrier.received) > before


def test_what_a_clinician_does_is_still_answered(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    service.work()
    off(service)
    service.reply("r1", OSEI, service.case().code)
    service.work()
    assert service.case().owner == "osei"
    assert any("yours" in text for text in service.texts_to(OSEI))


def test_an_auditor_does_not_push_what_is_meant_to_rest(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    off(service)
    service.contact(TONIGHT)
    time_machine.forward(600)
    findings, _ = service.audit.audit()
    assert not [finding for finding in findings if "stood still" in finding.what]
    service.work()
    assert service.carrier.received == []


def test_tests_are_refused_since_they_would_show_nothing(service: ServiceUnderTest) -> None:
    off(service)
    with pytest.raises(Conflict, match="Paging is off"):
        service.drill.start(SITE, Urgency.SOON)
    with pytest.raises(Conflict, match="Paging is off"):
        service.check_address.start(SITE, "osei", Channel.SMS)


def test_it_is_never_off_for_long_and_somebody_says_why(service: ServiceUnderTest) -> None:
    with pytest.raises(Invalid) as refused:
        service.switch.off(SITE, " ", "", timedelta(days=3))
    assert [fault.pointer for fault in refused.value.faults] == ["/by", "/why", "/lasts"]
    assert service.switch.standing(SITE) is None


def test_another_site_is_paged_all_the_same(ledger: PostgresLedger, assessor: Assessor) -> None:
    service = ServiceUnderTest(ledger, assessor)
    service.switch.off("hillside", "the manager", "closed for a move", timedelta(hours=1))
    service.contact(TONIGHT)
    service.work()
    assert service.texts_to(OSEI)
