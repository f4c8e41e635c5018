"""One way fails, the next is taken: whoever is asked is asked over everything that reaches them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from service.adapters.postgres.ledger import PostgresLedger
from service.domain.assessment import Assessor
from service.domain.channel import Channel
from service.domain.delivery import Ambiguous, PageState, Rejected, SendOutcome
from service.domain.escalation import CaseKind, CaseState, EventKind
from service.domain.plan import Step, Target, TargetKind
from service.domain.refusals import Refusal
from service.domain.replies import Act
from service.domain.site import Clinician
from service.usecases.decide_case import Decision
from service.usecases.ports import DeliveryReport
from tests.database import TimeMachine
from tests.fakes import FakeCarrier
from tests.service_under_test import FIRST, LINDQVIST, MOREAU, OSEI, PLAN, TONIGHT, ServiceUnderTest, a_site

OSEI_AT_HOME = "+441632960001"


@pytest.fixture
def service(ledger: PostgresLedger, assessor: Assessor) -> ServiceUnderTest:
    """Osei has a mobile and a telephone, the others a mobile only."""
    site = a_site()
    osei = Clinician("osei", "Dr Osei", {Channel.SMS: OSEI, Channel.VOICE: OSEI_AT_HOME})
    site = replace(site, clinicians={**site.clinicians, "osei": osei}, teams={"all": ("lindqvist", "moreau")})
    return ServiceUnderTest(ledger, assessor, site, carriers={Channel.VOICE: FakeCarrier()})


def calls(service: ServiceUnderTest) -> list[str]:
    return [message.address for message in service.carriers[Channel.VOICE].received]


def troubles(service: ServiceUnderTest) -> list[str]:
    worklist = service.read.worklist("riverside", tuple(CaseState), 100, 0)
    return [case.subject for case in worklist.cases if case.kind is CaseKind.TROUBLE]


def test_while_a_page_is_fresh_only_the_first_channel_is_used(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    service.work()
    service.sweep()
    assert calls(service) == []


@pytest.mark.parametrize("outcome", [Ambiguous(), *(Rejected(refusal) for refusal in Refusal)], ids=str)
def test_whatever_a_carrier_says_but_yes_the_next_channel_is_tried_at_once(
    service: ServiceUnderTest, outcome: SendOutcome
) -> None:
    service.carrier.outcomes = [outcome]
    service.contact(TONIGHT)
    service.work()
    assert calls(service) == [OSEI_AT_HOME]


@pytest.mark.parametrize("refusal", Refusal)
def test_so_it_is_when_the_carrier_says_so_later(service: ServiceUnderTest, refusal: Refusal) -> None:
    service.contact(TONIGHT)
    (page_id,) = service.doorbell.rung
    service.work()
    service.report(page_id, DeliveryReport(PageState.UNDELIVERED, "SM" + "0" * 32, "", refusal))
    service.work()
    assert calls(service) == [OSEI_AT_HOME]


def test_a_page_that_nobody_answers_goes_to_the_next_channel_once(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    service.contact(TONIGHT)
    service.work()
    time_machine.forward(61)
    for _ in range(3):
        service.sweep()
        service.work()
    assert calls(service) == [OSEI_AT_HOME]
    assert EventKind.NEXT_CHANNEL in service.kinds()


def test_a_page_that_was_answered_goes_nowhere_else(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    service.contact(TONIGHT)
    service.work()
    service.decide.acknowledge("riverside", service.case().case_id, "osei")
    time_machine.forward(61)
    service.sweep()
    service.work()
    assert calls(service) == []


def test_when_every_channel_of_a_person_has_failed_the_next_step_is_taken(service: ServiceUnderTest) -> None:
    service.carrier.outcomes = [Rejected(Refusal.BAD_ADDRESS)]
    service.carriers[Channel.VOICE].outcomes = [Rejected(Refusal.BAD_ADDRESS)]
    service.contact(TONIGHT)
    service.work()
    service.sweep()
    service.work()
    assert len(service.texts_to(LINDQVIST)) == 1


def test_a_phone_out_of_reach_is_tried_once_more_beside_the_next_channel(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    service.carrier.outcomes = [Rejected(Refusal.OUT_OF_REACH), Rejected(Refusal.OUT_OF_REACH)]
    service.contact(TONIGHT)
    service.work()
    for _ in range(4):
        time_machine.forward(20)
        service.sweep()
        service.work()
    assert service.carrier.outcomes == []
    assert len(service.texts_to(OSEI)) == 0


def test_who_opted_out_is_not_texted_again_and_somebody_is_told(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    service.carrier.outcomes = [Rejected(Refusal.OPTED_OUT)]
    service.contact(TONIGHT)
    service.work()
    assert troubles(service) == ["osei cannot be paged by sms"]
    time_machine.forward(61)
    service.contact(TONIGHT, contact_id="c2")
    service.work()
    assert service.texts_to(OSEI) == []
    assert len(calls(service)) == 2


def test_another_number_in_the_sites_file_is_another_chance(service: ServiceUnderTest) -> None:
    service.carrier.outcomes = [Rejected(Refusal.OPTED_OUT)]
    service.contact(TONIGHT)
    service.work()
    changed = Clinician("osei", "Dr Osei", {Channel.SMS: "+447700900199"})
    with service.ledger.transaction() as tx:
        assert tx.dead_channels("riverside", service.site.clinicians["osei"]) == {Channel.SMS}
        assert tx.dead_channels("riverside", changed) == frozenset()


def test_a_broken_channel_is_tried_last_and_whoever_runs_the_service_is_paged(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    service.carrier.outcomes = [Rejected(Refusal.PROVIDER)]
    service.contact(TONIGHT)
    service.work()
    assert troubles(service) == ["pages by sms do not go out"]
    time_machine.forward(20)
    service.contact(TONIGHT, contact_id="c2")
    service.work()
    assert len(calls(service)) == 2
    time_machine.forward(61)
    service.contact(TONIGHT, contact_id="c3")
    service.work()
    assert any(service.case("c3").code in text for text in service.texts_to(OSEI))


def test_a_page_that_goes_out_mends_its_channel(service: ServiceUnderTest) -> None:
    service.carrier.outcomes = [Rejected(Refusal.FILTERED), Rejected(Refusal.FILTERED)]
    for number in range(4):
        service.contact(TONIGHT, contact_id=f"c{number}")
        service.work()
    service.carrier.outcomes = [Rejected(Refusal.FILTERED), Rejected(Refusal.FILTERED)]
    for number in range(4, 6):
        service.contact(TONIGHT, contact_id=f"c{number}")
        service.work()
    assert troubles(service) == []


def test_a_step_may_name_the_channels_and_page_a_team_or_a_person(
    ledger: PostgresLedger, assessor: Assessor
) -> None:
    steps = (
        Step((FIRST,), timedelta(minutes=3), (Channel.VOICE, Channel.SMS)),
        Step((Target(TargetKind.TEAM, "all"), Target(TargetKind.PERSON, "gone")), timedelta(minutes=3)),
    )
    site = a_site(plan=replace(PLAN, steps=steps))
    osei = Clinician("osei", "Dr Osei", {Channel.SMS: OSEI, Channel.VOICE: OSEI_AT_HOME})
    site = replace(site, clinicians={**site.clinicians, "osei": osei}, teams={"all": ("lindqvist", "moreau")})
    service = ServiceUnderTest(ledger, assessor, site, carriers={Channel.VOICE: FakeCarrier()})
    service.contact(TONIGHT)
    service.work()
    assert (calls(service), service.texts_to(OSEI)) == ([OSEI_AT_HOME], [])
    service.decide.pass_on("riverside", service.case().case_id, "osei")
    service.sweep()
    service.work()
    assert (len(service.texts_to(LINDQVIST)), len(service.texts_to(MOREAU))) == (1, 1)
    assert EventKind.NOBODY_ON_CALL in service.kinds()


def test_two_must_confirm_where_the_plan_says_so(
    ledger: PostgresLedger, assessor: Assessor, time_machine: TimeMachine
) -> None:
    service = ServiceUnderTest(ledger, assessor, a_site(plan=replace(PLAN, confirmations=2)))
    service.contact(TONIGHT)
    service.work()
    case_id = service.case().case_id
    first = service.decide.acknowledge("riverside", case_id, "osei")
    assert first is not None
    assert first.decision is Decision.FIRST_OF_TWO
    assert service.case().state is CaseState.OPEN
    service.decide.acknowledge("riverside", case_id, "osei")
    assert service.case().state is CaseState.OPEN
    time_machine.forward(181)
    service.sweep()
    service.work()
    service.decide.acknowledge("riverside", case_id, "lindqvist")
    assert (service.case().state, service.case().owner) == (CaseState.ACKNOWLEDGED, "osei")


def test_a_case_is_handed_over_only_when_the_colleague_takes_it(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    service.work()
    case_id = service.case().case_id
    service.decide.acknowledge("riverside", case_id, "osei")
    refused = service.decide.offer("riverside", case_id, "moreau", "lindqvist")
    assert refused is not None
    assert refused.decision is Decision.NOT_THEIRS
    service.decide.offer("riverside", case_id, "osei", "moreau")
    service.work()
    assert service.case().owner == "osei"
    assert any("asks you to take" in text for text in service.texts_to(MOREAU))
    service.reply("SM1", MOREAU, service.case().code)
    assert service.case().owner == "moreau"


def test_a_key_press_acts_for_whoever_was_paged_and_may_come_twice(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    (page_id,) = service.doorbell.rung
    service.work()
    for expected in (Decision.DONE, Decision.ALREADY_THEIRS):
        answered = service.answer_page(page_id, Act.TAKE, "CA1-4")
        assert answered is not None
        assert answered.decision is expected
    assert service.case().owner == "osei"
    assert service.kinds().count(EventKind.REPLY) == 1


def test_who_takes_a_case_without_having_been_paged_is_named_so(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    service.work()
    service.decide.acknowledge("riverside", service.case().case_id, "moreau")
    entry = next(
        e for e in service.timeline(service.case().case_id) if e.event.kind is EventKind.ACKNOWLEDGED
    )
    assert entry.event.detail == "api, without having been paged"


def test_when_nobody_can_be_reached_the_alarm_is_a_case_of_its_own(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    service.contact(TONIGHT)
    for _ in range(8):
        service.work()
        time_machine.forward(601)
        service.sweep()
    assert service.case().alarm
    assert any(subject.startswith("nobody has taken") for subject in troubles(service))
    assert not any("nobody has taken" in subject for subject in troubles(service)[1:])


@pytest.mark.parametrize(
    ("channel", "asks"),
    [
        (Channel.WCTP, "Choose Accept to take it"),
        (Channel.PAGERDUTY, "Acknowledge this incident"),
        (Channel.SNPP, "Reply"),
    ],
)
def test_a_page_asks_for_what_can_be_done_on_its_channel(
    ledger: PostgresLedger, assessor: Assessor, channel: Channel, asks: str
) -> None:
    site = a_site()
    osei = replace(site.clinicians["osei"], addresses={channel: "5551212"})
    carrier = FakeCarrier()
    service = ServiceUnderTest(
        ledger,
        assessor,
        replace(site, clinicians={**site.clinicians, "osei": osei}),
        carriers={channel: carrier},
    )
    service.contact(TONIGHT)
    service.work()
    (message,) = carrier.received
    assert asks in message.text
    assert service.case().code in message.text
