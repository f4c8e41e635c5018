"""What has been accepted is stored, with the case and the pages it needs, or nothing is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.adapters.aes_gcm import Cipher
from service.adapters.postgres.ledger import PostgresLedger
from service.domain.answers import Absent, FirstContact, ItemAnswer, TextAnswer
from service.domain.assessment import Assessor
from service.domain.errors import Conflict, NotFound
from service.domain.escalation import CaseState, EventKind
from service.domain.plan import Step
from service.domain.roster import Roster
from service.domain.shift import Shift
from service.domain.urgency import Urgency
from tests.database import TimeMachine
from tests.service_under_test import (
    HOPELESS,
    MOREAU,
    OSEI,
    PLAN,
    QUIET,
    SECOND,
    TONIGHT,
    ServiceUnderTest,
    a_site,
    said,
)


def test_a_plan_for_tonight_is_paged_to_the_first_on_call(service: ServiceUnderTest) -> None:
    receipt = service.contact(TONIGHT)
    service.work()
    assert receipt.assessment.urgency is Urgency.EMERGENCY
    assert service.case().code in service.texts_to(OSEI)[0]


def test_what_is_soon_goes_onto_the_worklist_and_wakes_nobody(service: ServiceUnderTest) -> None:
    assert service.contact(HOPELESS).assessment.urgency is Urgency.SOON
    service.work()
    service.sweep()
    case = service.case()
    assert (case.state, service.carrier.received) == (CaseState.OPEN, [])
    assert case.next_action_at == case.opened_at + timedelta(hours=4)


def test_what_is_soon_and_answered_by_nobody_is_paged_in_the_end(
    service: ServiceUnderTest, time_machine: object
) -> None:
    service.contact(HOPELESS)
    time_machine.forward(4 * 3600 + 1)  # type: ignore[attr-defined]
    service.sweep()
    service.work()
    assert len(service.texts_to(OSEI)) == 1


def test_a_quiet_contact_opens_no_case_and_claims_nothing(service: ServiceUnderTest) -> None:
    assessment = service.contact(QUIET).assessment
    assert assessment.urgency is Urgency.NONE_FOUND
    assert assessment.reasons == ("No signals found in what was supplied.",)
    assert service.read.worklist("riverside", tuple(CaseState), 10, 0).total == 0


def test_the_same_answers_again_change_nothing_and_give_the_same_assessment(
    service: ServiceUnderTest,
) -> None:
    first = service.contact(TONIGHT)
    before = service.kinds()
    again = service.contact(TONIGHT)
    assert (again.assessment, again.stored) == (first.assessment, False)
    assert service.kinds() == before


def test_an_answer_with_other_content_is_refused_and_nothing_of_the_request_is_stored(
    service: ServiceUnderTest,
) -> None:
    service.contact(QUIET, "I sleep badly.")
    changed = FirstContact("c1", (said("Other words.", "a1"), said("Different.", "a2"), said(TONIGHT, "a3")))
    with pytest.raises(Conflict) as refused:
        service.receive.create("riverside", changed)
    assert [fault.pointer for fault in refused.value.faults] == ["/answers/0", "/answers/1"]
    assessment = service.read.assessment("riverside", "c1")
    assert assessment is not None
    assert assessment.urgency is Urgency.NONE_FOUND


def test_an_age_that_differs_from_the_stored_one_is_refused(service: ServiceUnderTest) -> None:
    service.receive.create("riverside", FirstContact("c1", (said(QUIET),), age=30))
    with pytest.raises(Conflict) as refused:
        service.receive.create("riverside", FirstContact("c1", (said(QUIET),), age=13))
    assert [fault.pointer for fault in refused.value.faults] == ["/age"]


def test_answers_to_an_unknown_contact_are_refused(service: ServiceUnderTest) -> None:
    with pytest.raises(NotFound):
        service.receive.add("riverside", FirstContact("nobody", (said(QUIET),)))


def test_the_order_in_which_answers_arrive_does_not_change_the_urgency(service: ServiceUnderTest) -> None:
    service.contact(QUIET, HOPELESS, TONIGHT, contact_id="forwards")
    for answer_id, text in (("a3", TONIGHT), ("a2", HOPELESS), ("a1", QUIET)):
        service.receive.create("riverside", FirstContact("backwards", (said(text, answer_id),)))
    forwards, backwards = (service.read.assessment("riverside", c) for c in ("forwards", "backwards"))
    assert forwards is not None
    assert backwards is not None
    assert (forwards.urgency, forwards.scores) == (backwards.urgency, backwards.scores)
    assert set(forwards.reasons) == set(backwards.reasons)


def test_a_rise_in_urgency_pages_at_the_new_plan(service: ServiceUnderTest) -> None:
    service.contact(HOPELESS)
    service.receive.add("riverside", FirstContact("c1", (said(TONIGHT, "a2"),)))
    service.work()
    assert service.case().urgency is Urgency.EMERGENCY
    assert EventKind.URGENCY_ROSE in service.kinds()
    assert len(service.texts_to(OSEI)) == 1


def test_a_rise_in_urgency_pages_again_for_a_case_that_somebody_has_taken(service: ServiceUnderTest) -> None:
    service.contact(HOPELESS)
    service.decide.acknowledge("riverside", service.case().case_id, "moreau")
    service.receive.add("riverside", FirstContact("c1", (said(TONIGHT, "a2"),)))
    assert service.case().state is CaseState.OPEN
    service.work()
    assert any("waits for you" in text for text in service.texts_to(OSEI))
    assert "there is something new, and the case is open again" in service.texts_to(MOREAU)[-1]


def test_reassurance_that_follows_lowers_nothing(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    calm = FirstContact("c1", (said("I'm fine, really. I have my kids to live for.", "a2"),))
    receipt = service.receive.add("riverside", calm)
    assert receipt.assessment.urgency is Urgency.EMERGENCY
    assert service.case().urgency is Urgency.EMERGENCY


def test_unchanged_urgency_updates_the_case_silently(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    service.work()
    service.receive.add("riverside", FirstContact("c1", (said("It is raining.", "a2"),)))
    service.work()
    assert len(service.carrier.received) == 1
    assert service.kinds()[-1] is EventKind.ANSWERS_ADDED


def test_after_a_closed_case_a_quiet_answer_opens_none_and_a_grave_one_opens_another(
    service: ServiceUnderTest,
) -> None:
    service.contact(TONIGHT)
    closed = service.case()
    service.decide.close("riverside", closed.case_id, "osei", "spoken_to")
    service.receive.add("riverside", FirstContact("c1", (said("It is raining.", "a2"),)))
    assert service.case().case_id == closed.case_id
    service.receive.add("riverside", FirstContact("c1", (said(TONIGHT, "a3"),)))
    assert service.case().case_id != closed.case_id
    assert service.case().state is CaseState.OPEN


def test_refused_answers_are_unread_and_on_the_worklist(service: ServiceUnderTest) -> None:
    refused = ItemAnswer("a1", "phq-9", "9", None, Absent.REFUSED)
    assessment = service.contact(refused).assessment
    assert assessment.urgency is Urgency.UNREAD
    assert assessment.gaps
    assert service.case().urgency is Urgency.UNREAD


def test_the_doorbell_may_be_silent_and_the_page_still_goes_out(
    service: ServiceUnderTest, time_machine: object
) -> None:
    service.doorbell.silent = True
    service.contact(TONIGHT)
    time_machine.forward(4)  # type: ignore[attr-defined]
    service.sweep()
    assert len(service.texts_to(OSEI)) == 1


@pytest.mark.parametrize("key_id", ["k2", "k1"], ids=["gone", "another under its id"])
def test_without_its_key_an_answer_is_a_gap_and_never_a_silence(
    service: ServiceUnderTest, engine: object, assessor: Assessor, key_id: str
) -> None:
    service.contact(TextAnswer("a1", QUIET))
    other = Cipher({key_id: bytes(32)}, key_id)
    blind = ServiceUnderTest(PostgresLedger(engine, other), assessor)  # type: ignore[arg-type]
    receipt = blind.receive.add("riverside", FirstContact("c1", (TextAnswer("a2", QUIET),)))
    assert receipt.assessment.urgency is Urgency.UNREAD
    assert receipt.assessment.gaps == ("answer a1 is stored, but its key is gone",)


def test_graver_words_on_a_taken_case_reach_its_owner_and_whoever_is_on_call(
    service: ServiceUnderTest,
    time_machine: TimeMachine,
) -> None:
    service.contact(TONIGHT)
    service.work()
    service.decide.acknowledge("riverside", service.case().case_id, "moreau")
    service.work()
    time_machine.forward(60)
    service.receive.add("riverside", FirstContact("c1", (said("I have just taken all the pills.", "a2"),)))
    service.work()
    assert service.case().state is CaseState.OPEN
    assert "there is something new" in service.texts_to(MOREAU)[-1]
    assert "waits for you" in service.texts_to(OSEI)[-1]


def test_the_same_words_again_on_a_taken_case_disturb_nobody(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    service.work()
    service.decide.acknowledge("riverside", service.case().case_id, "osei")
    service.work()
    before = len(service.carrier.received)
    for number in range(2, 8):
        again = FirstContact("c1", (said(TONIGHT, f"a{number}"),))
        service.receive.add("riverside", again)
        service.work()
    assert (len(service.carrier.received), service.case().state) == (before, CaseState.ACKNOWLEDGED)


def test_after_a_close_what_builds_up_over_several_answers_opens_a_case(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    closed = service.case()
    service.decide.close("riverside", closed.case_id, "osei", "spoken_to")
    told = [
        "My brother was killed in March.",
        "I'm facing bankruptcy.",
        "There's a court case.",
        "I'm a failure.",
    ]
    for number, text in enumerate(told, start=2):
        service.receive.add("riverside", FirstContact("c1", (said(text, f"a{number}"),)))
    assert (service.case().urgency, service.case().state) == (Urgency.SOON, CaseState.OPEN)
    service.receive.add("riverside", FirstContact("c1", (said(QUIET, "a9"),)))
    assert service.case().urgency is Urgency.SOON, "what was closed before does not come back"


def test_an_age_may_be_supplied_later_and_hides_no_grave_answer(service: ServiceUnderTest) -> None:
    service.contact(QUIET)
    later = FirstContact("c1", (said(QUIET), said(TONIGHT, "a2")), age=44)
    assert service.receive.create("riverside", later).assessment.urgency is Urgency.EMERGENCY
    with pytest.raises(Conflict):
        service.receive.create("riverside", FirstContact("c1", (), age=45))


def test_a_first_step_that_fails_loses_neither_the_contact_nor_the_case(
    ledger: PostgresLedger, assessor: Assessor
) -> None:
    broken = a_site()
    forever = Shift("osei", datetime(2026, 1, 1), datetime(9999, 12, 31, 23, 59))
    new_york = Roster("first", ZoneInfo("America/New_York"), (), (forever,))
    service = ServiceUnderTest(ledger, assessor, replace(broken, rosters={"first": new_york}))
    service.contact(TONIGHT)
    service.sweep()
    assert (service.case().state, service.case().alarm) == (CaseState.OPEN, True)


def test_a_plan_is_frozen_into_its_case(ledger: PostgresLedger, assessor: Assessor) -> None:
    service = ServiceUnderTest(ledger, assessor)
    service.contact(TONIGHT)
    slower = replace(PLAN, steps=(Step((SECOND,), timedelta(hours=9)),))
    later = ServiceUnderTest(ledger, assessor, a_site(plan=slower), service.carrier, service.doorbell)
    assert later.case().plan == PLAN


def test_a_site_may_set_its_own_times_to_respond(ledger: PostgresLedger, assessor: Assessor) -> None:
    quick = replace(a_site(), respond_within_minutes={Urgency.SOON: 60})
    service = ServiceUnderTest(ledger, assessor, quick)
    assert service.contact(HOPELESS).assessment.respond_within_minutes == 60
    case = service.case()
    assert case.respond_by == case.opened_at + timedelta(minutes=60)
