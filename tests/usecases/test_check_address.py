"""Whether a clinician's address reaches them is shown by a test page, and by nothing else."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from service.adapters.postgres.ledger import PostgresLedger
from service.domain.assessment import Assessor
from service.domain.channel import Channel
from service.domain.checks import ChangeKind, Verification
from service.domain.delivery import PageState, Rejected
from service.domain.errors import Conflict, NotFound
from service.domain.escalation import CaseKind, CaseState, EventKind
from service.domain.refusals import Address, Refusal
from service.usecases.check_address import Confirmation
from service.usecases.ports import DeliveryReport
from service.usecases.read_clinicians import AddressView
from tests.database import TimeMachine
from tests.fakes import FakeCarrier
from tests.service_under_test import LINDQVIST, OSEI, TONIGHT, ServiceUnderTest, a_site


def address(service: ServiceUnderTest, clinician: str = "osei") -> AddressView:
    """What is known of a clinician's first address."""
    view = service.clinicians.one(service.site.site_id, clinician)
    assert view is not None
    return view.addresses[0]


def number_sent(service: ServiceUnderTest, number: str = OSEI) -> str:
    """The six digits that the newest check to a phone carries."""
    found = re.findall(r"\b[0-9]{6}\b", service.texts_to(number)[-1])
    assert len(found) == 1
    return str(found[0])


def test_a_reply_to_a_check_verifies_the_address(service: ServiceUnderTest) -> None:
    assert address(service).verification is Verification.NEVER
    case = service.check_address.start("riverside", "osei", Channel.SMS)
    service.work()
    (text,) = service.texts_to(OSEI)
    assert text.startswith("TEST, no case.")
    assert case.code in text
    service.reply("SM1", OSEI, case.code)
    assert address(service).verification is Verification.VERIFIED
    report = service.drill.report("riverside", case.case_id)
    assert report is not None
    assert (report.case.state, report.by) == (CaseState.CLOSED, "osei")


def test_the_number_that_it_carries_verifies_it_once(service: ServiceUnderTest) -> None:
    service.check_address.start("riverside", "osei", Channel.SMS)
    service.work()
    number = number_sent(service)
    confirm = service.check_address.confirm
    assert confirm("riverside", "osei", Channel.SMS, number, "a key") is Confirmation.VERIFIED
    assert address(service).verification is Verification.VERIFIED
    with pytest.raises(NotFound):
        confirm("riverside", "osei", Channel.SMS, number, "a key")


def test_after_too_many_wrong_numbers_the_right_one_is_worth_nothing(service: ServiceUnderTest) -> None:
    service.check_address.start("riverside", "osei", Channel.SMS)
    service.work()
    right = number_sent(service)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    confirm = service.check_address.confirm
    attempts = [
        confirm("riverside", "osei", Channel.SMS, wrong, "a key") for _ in range(service.checks.attempts)
    ]
    assert attempts == [Confirmation.WRONG] * (service.checks.attempts - 1) + [Confirmation.TOO_MANY]
    with pytest.raises(NotFound):
        confirm("riverside", "osei", Channel.SMS, right, "a key")
    assert address(service).verification is Verification.NEVER


def test_a_check_is_over_after_its_time_and_widens_to_nobody(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    case = service.check_address.start("riverside", "osei", Channel.SMS)
    service.work()
    number = number_sent(service)
    time_machine.forward(service.checks.lasts.total_seconds() + 1)
    with pytest.raises(NotFound):
        service.check_address.confirm("riverside", "osei", Channel.SMS, number, "a key")
    service.check_address()
    service.sweep()
    service.work()
    report = service.drill.report("riverside", case.case_id)
    assert report is not None
    assert report.case.state is CaseState.CLOSED
    assert [message.address for message in service.carrier.received] == [OSEI]


def test_one_that_cannot_be_delivered_pages_nobody_else(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    service.carrier.outcomes = [Rejected(Refusal.BAD_ADDRESS)]
    case = service.check_address.start("riverside", "osei", Channel.SMS)
    service.work()
    for _ in range(3):
        service.sweep()
        service.work()
        time_machine.forward(60)
    assert service.carrier.received == []
    assert address(service).record.standing is Address.DOUBTFUL
    timeline = service.timeline(case.case_id)
    assert EventKind.NOBODY_TO_PAGE in [entry.event.kind for entry in timeline]
    listed = service.read.worklist("riverside", tuple(CaseState), 100, 0)
    assert listed.total == 0


def test_only_the_newest_number_is_good_and_they_are_not_sent_at_will(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    service.check_address.start("riverside", "osei", Channel.SMS)
    service.work()
    old = number_sent(service)
    with pytest.raises(Conflict):
        service.check_address.start("riverside", "osei", Channel.SMS)
    time_machine.forward(61)
    second = service.check_address.start("riverside", "osei", Channel.SMS)
    service.work()
    confirm = service.check_address.confirm
    if old != number_sent(service):
        assert confirm("riverside", "osei", Channel.SMS, old, "a key") is Confirmation.WRONG
    service.reply("SM1", OSEI, second.code)
    assert address(service).verification is Verification.VERIFIED


def test_what_the_api_or_a_colleague_says_of_a_check_shows_nothing(service: ServiceUnderTest) -> None:
    case = service.check_address.start("riverside", "osei", Channel.SMS)
    service.work()
    service.reply("SM1", LINDQVIST, case.code)
    assert address(service).verification is Verification.NEVER
    assert address(service, "lindqvist").verification is Verification.NEVER


def test_an_acknowledgement_over_the_api_shows_nothing(service: ServiceUnderTest) -> None:
    case = service.check_address.start("riverside", "osei", Channel.SMS)
    service.work()
    service.decide.acknowledge("riverside", case.case_id, "osei")
    assert address(service).verification is Verification.NEVER


def test_another_number_has_to_be_verified_anew(ledger: PostgresLedger, assessor: Assessor) -> None:
    service = ServiceUnderTest(ledger, assessor)
    case = service.check_address.start("riverside", "osei", Channel.SMS)
    service.work()
    service.reply("SM1", OSEI, case.code)
    site = a_site()
    moved = replace(site.clinicians["osei"], addresses={Channel.SMS: "+447700900199"})
    later = ServiceUnderTest(ledger, assessor, replace(site, clinicians={**site.clinicians, "osei": moved}))
    assert address(later).verification is Verification.NEVER
    assert address(service).verification is Verification.VERIFIED


def test_when_a_page_last_arrived_is_told_by_person_and_site(
    ledger: PostgresLedger, assessor: Assessor, time_machine: TimeMachine
) -> None:
    service = ServiceUnderTest(ledger, assessor)
    elsewhere = ServiceUnderTest(ledger, assessor, a_site("hillside"), FakeCarrier())
    assert address(service).record.arrived_at is None
    _deliver(service, "c1")
    first = address(service).record.arrived_at
    assert first is not None
    time_machine.forward(3600)
    _deliver(service, "c2")
    newest = address(service).record.arrived_at
    assert newest is not None
    assert newest >= first
    assert address(elsewhere).record.arrived_at is None
    _deliver(elsewhere, "c3")
    there = address(elsewhere).record.arrived_at
    assert there is not None
    assert there > newest
    assert address(service).record.arrived_at == newest
    assert address(service, "lindqvist").record.arrived_at is None


def _deliver(service: ServiceUnderTest, name: str) -> None:
    """Page whoever is first on call; the page arrives."""
    service.contact(TONIGHT, contact_id=name)
    (page_id,) = service.doorbell.rung
    service.work()
    (*_, provider_id) = service.carrier.taken
    service.report(page_id, DeliveryReport(PageState.DELIVERED, provider_id, ""))


def test_a_verification_is_due_again_after_its_time(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    case = service.check_address.start("riverside", "osei", Channel.SMS)
    service.work()
    service.reply("SM1", OSEI, case.code)
    time_machine.forward(service.checks.again_after.total_seconds() + 1)
    assert address(service).verification is Verification.DUE
    service.contact(TONIGHT)  # who is due to be checked is paged all the same
    service.work()
    assert len([text for text in service.texts_to(OSEI) if "a case waits" in text]) == 1


def test_who_opts_out_by_a_text_is_dead_there_at_once_and_somebody_is_told(
    ledger: PostgresLedger, assessor: Assessor
) -> None:
    site = a_site()
    both = replace(site.clinicians["osei"], addresses={Channel.SMS: OSEI, Channel.VOICE: OSEI})
    calls = FakeCarrier()
    service = ServiceUnderTest(
        ledger,
        assessor,
        replace(site, clinicians={**site.clinicians, "osei": both}),
        carriers={Channel.VOICE: calls},
    )
    service.contact(TONIGHT)
    service.work()
    assert service.reply("SM1", OSEI, "STOP") is None
    assert service.case().state is CaseState.OPEN
    service.sweep()
    service.work()
    called = [message.address for message in calls.received if "a case waits" in message.text]
    assert called == [OSEI]  # the next channel, at once
    assert address(service).record.standing is Address.DEAD
    troubles = service.read.worklist("riverside", tuple(CaseState), 100, 0, {CaseKind.TROUBLE}).cases
    assert [case.subject for case in troubles] == ["osei cannot be paged by sms"]
    before = len(service.texts_to(OSEI))
    service.contact(TONIGHT, contact_id="c2")
    service.work()
    assert len(service.texts_to(OSEI)) == before


@pytest.mark.parametrize("word", ["START", "unstop"])
def test_who_opts_in_again_is_texted_again(service: ServiceUnderTest, word: str) -> None:
    service.reply("SM1", OSEI, "Stop")
    service.reply("SM2", OSEI, word)
    assert address(service).record.standing is Address.GOOD
    service.contact(TONIGHT)
    service.work()
    assert service.texts_to(OSEI)
    view = service.clinicians.one("riverside", "osei")
    assert view is not None
    assert [change.kind for change in view.history] == [ChangeKind.DIED, ChangeKind.OPTED_IN]


def test_what_is_dead_for_another_reason_is_not_revived_by_a_word(service: ServiceUnderTest) -> None:
    person = service.site.clinicians["osei"]
    with service.ledger.transaction() as tx:
        tx.mark_address("riverside", person, Channel.SMS, Address.DEAD, Refusal.BAD_ADDRESS)
    service.reply("SM1", OSEI, "START")
    assert address(service).record.standing is Address.DEAD


def test_a_check_is_sent_to_a_dead_address_and_its_answer_revives_it(service: ServiceUnderTest) -> None:
    service.reply("SM1", OSEI, "STOP")
    service.work()
    case = service.check_address.start("riverside", "osei", Channel.SMS)
    service.work()
    assert any(text.startswith("TEST, no case.") for text in service.texts_to(OSEI))
    service.reply("SM2", OSEI, case.code)
    assert address(service).record.standing is Address.GOOD


def test_checks_stand_in_no_worklist_and_no_count(service: ServiceUnderTest) -> None:
    service.check_address.start("riverside", "osei", Channel.SMS)
    service.work()
    assert service.read.worklist("riverside", tuple(CaseState), 100, 0).total == 0
    with service.ledger.transaction() as tx:
        overview = tx.overview()
    assert (overview.cases, overview.pages, overview.alarms) == ({}, {}, 0)


def test_who_or_what_is_not_known_is_named(service: ServiceUnderTest) -> None:
    with pytest.raises(NotFound, match="no clinician"):
        service.check_address.start("riverside", "nobody", Channel.SMS)
    with pytest.raises(NotFound, match="no address"):
        service.check_address.start("riverside", "osei", Channel.SNPP)
    with pytest.raises(NotFound, match="No check"):
        service.check_address.confirm("riverside", "osei", Channel.SMS, "123456", "a key")
    assert service.clinicians.one("riverside", "nobody") is None


def test_who_is_on_call_without_a_verified_address_is_named_by_the_auditor(service: ServiceUnderTest) -> None:
    named = [finding.what for finding in service.audit.audit()[0] if "verified" in finding.what]
    assert len(named) == 2  # osei and lindqvist; moreau is on no roster
    for clinician, phone in (("osei", OSEI), ("lindqvist", LINDQVIST)):
        case = service.check_address.start("riverside", clinician, Channel.SMS)
        service.work()
        service.reply(f"SM {clinician}", phone, case.code)
    assert service.audit.audit()[0] == []
    service.reply("SM1", OSEI, "STOP")
    assert "verified" in " ".join(finding.what for finding in service.audit.audit()[0])


def test_a_missing_verification_keeps_no_dead_mans_switch_from_being_pressed(
    service: ServiceUnderTest,
) -> None:
    service.audit()
    assert service.deadman.heard == 1
