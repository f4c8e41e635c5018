"""A page is sent at least once, whatever happens between any two statements."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine, text

from service.domain.delivery import Accepted, Ambiguous, NotThere, PageState, Rejected
from service.domain.escalation import EventKind
from service.domain.refusals import Refusal
from service.usecases.ports import DeliveryReport, OutboundMessage
from tests.database import TimeMachine
from tests.service_under_test import LINDQVIST, OSEI, TONIGHT, ServiceUnderTest

SID = "SM" + "0" * 32


def _states(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT state FROM pages ORDER BY created_at, attempt")))


def test_the_attempt_is_committed_before_the_carrier_is_called_and_no_transaction_is_open(
    service: ServiceUnderTest, engine: Engine
) -> None:
    seen: list[tuple[list[str], int]] = []

    def look(_: OutboundMessage) -> None:
        with engine.connect() as connection:
            open_transactions = connection.scalar(
                text("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'")
            )
        seen.append((_states(engine), open_transactions or 0))

    service.carrier.before_send = look
    service.contact(TONIGHT)
    service.work()
    assert seen == [(["sending"], 0)]


def test_two_processes_that_take_the_same_page_send_it_once(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    (page_id,) = service.doorbell.rung
    service.page_clinician(page_id)
    service.page_clinician(page_id)
    assert len(service.carrier.received) == 1


def test_a_process_that_dies_before_the_call_leaves_a_page_that_is_sent_after_its_lease(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    service.contact(TONIGHT)
    (page_id,) = service.doorbell.rung
    with service.ledger.transaction() as tx:  # claims, and is never heard of again
        assert tx.claim_page(page_id, "dead", timedelta(seconds=8)) is not None
    service.doorbell.rung.clear()
    service.sweep()
    assert service.carrier.received == []
    time_machine.forward(11)
    service.sweep()
    service.work()
    assert len(service.texts_to(OSEI)) == 1


def test_a_process_that_dies_after_the_carrier_took_it_causes_no_second_message(
    service: ServiceUnderTest, time_machine: TimeMachine, engine: Engine
) -> None:
    service.carrier.loses_answers = 1
    service.contact(TONIGHT)
    service.work()
    assert _states(engine) == ["unknown"]
    time_machine.forward(3)
    service.sweep()
    assert _states(engine) == ["accepted"]
    assert len(service.carrier.received) == 1


def test_a_send_that_got_lost_is_sent_again_with_the_same_code(
    service: ServiceUnderTest, time_machine: TimeMachine, engine: Engine
) -> None:
    service.carrier.outcomes = [Ambiguous()]
    service.contact(TONIGHT)
    service.work()
    time_machine.forward(3)
    service.sweep()
    assert service.carrier.received == [], "the carrier may still be about to show it"
    time_machine.forward(11)
    service.sweep()
    service.work()
    assert _states(engine) == ["presumed_lost", "accepted"]
    assert [service.case().code in message for message in service.texts_to(OSEI)] == [True]


def test_a_carrier_that_never_answers_is_tried_three_times_and_then_the_next_person_is_paged(
    service: ServiceUnderTest, time_machine: TimeMachine, engine: Engine
) -> None:
    service.carrier.away = True
    service.contact(TONIGHT)
    service.work()
    for _ in range(3):
        time_machine.forward(12)
        service.sweep()
        service.work()
    assert _states(engine)[:3] == ["presumed_lost", "presumed_lost", "failed"]
    service.carrier.away = False
    service.sweep()
    service.work()
    assert len(service.texts_to(LINDQVIST)) == 1


def test_a_message_of_another_page_is_not_mistaken_for_a_lost_one(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    service.site.plans  # noqa: B018 - the plan pages Osei again in the second round, with the same text
    service.contact(TONIGHT)
    service.work()
    for _ in range(2):
        time_machine.forward(301)
        service.carrier.outcomes = [Ambiguous()]  # both rounds' second sends get lost
        service.sweep()
        service.work()
    time_machine.forward(13)
    service.sweep()
    service.work()
    assert len(service.texts_to(OSEI)) == 2


def test_a_permanent_refusal_makes_the_next_step_due_now(service: ServiceUnderTest) -> None:
    service.carrier.outcomes = [Rejected(Refusal.BAD_ADDRESS)]
    service.contact(TONIGHT)
    service.work()
    service.sweep()
    service.work()
    assert len(service.texts_to(LINDQVIST)) == 1


def test_a_throttled_page_is_tried_again_soon_and_not_given_up(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    service.carrier.outcomes = [Rejected(Refusal.THROTTLED)]
    service.contact(TONIGHT)
    service.work()
    time_machine.forward(6)
    service.sweep()
    assert len(service.texts_to(OSEI)) == 1


def test_undelivered_makes_the_next_step_due_now(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    (page_id,) = service.doorbell.rung
    service.work()
    assert service.report(
        page_id, DeliveryReport(PageState.UNDELIVERED, SID, "out_of_reach 30003", Refusal.OUT_OF_REACH)
    )
    service.sweep()
    service.work()
    assert len(service.texts_to(LINDQVIST)) == 1


def test_delivered_acknowledges_nothing(service: ServiceUnderTest, time_machine: TimeMachine) -> None:
    service.contact(TONIGHT)
    (page_id,) = service.doorbell.rung
    service.work()
    service.report(page_id, DeliveryReport(PageState.DELIVERED, SID, ""))
    time_machine.forward(181)
    service.sweep()
    service.work()
    assert len(service.texts_to(LINDQVIST)) == 1


def test_a_report_before_the_carriers_answer_is_kept_and_the_answer_changes_nothing(
    service: ServiceUnderTest, engine: Engine
) -> None:
    service.contact(TONIGHT)
    (page_id,) = service.doorbell.rung
    service.carrier.before_send = lambda message: _report_delivered(service, message.reference)
    service.work()
    assert _states(engine) == ["delivered"]
    assert not service.report(page_id, DeliveryReport(PageState.SENT, SID, ""))
    assert _states(engine) == ["delivered"]


def _report_delivered(service: ServiceUnderTest, page_id: UUID) -> None:
    assert service.report(page_id, DeliveryReport(PageState.DELIVERED, SID, ""))


def test_a_process_that_wakes_after_its_lease_writes_nothing(
    service: ServiceUnderTest, engine: Engine, time_machine: TimeMachine
) -> None:
    service.contact(TONIGHT)
    (page_id,) = service.doorbell.rung
    with service.ledger.transaction() as tx:
        stale = tx.claim_page(page_id, "asleep", timedelta(seconds=8))
    assert stale is not None
    time_machine.forward(9)
    with service.ledger.transaction() as tx:
        assert tx.claim_page(page_id, "awake", timedelta(seconds=8)) is not None
    with service.ledger.transaction() as tx:
        assert not tx.write_page(stale, PageState.FAILED)
    assert _states(engine) == ["sending"]


def test_a_process_that_looked_too_long_sends_nothing_again(
    service: ServiceUnderTest, engine: Engine, time_machine: TimeMachine
) -> None:
    service.carrier.outcomes = [Ambiguous()]
    service.contact(TONIGHT)
    service.work()
    time_machine.forward(13)
    (page_id,) = service.due_pages()
    with service.ledger.transaction() as tx:
        slow = tx.claim_page(page_id, "slow", timedelta(seconds=8))
    assert slow is not None
    time_machine.forward(9)
    with service.ledger.transaction() as tx:
        quick = tx.claim_page(page_id, "quick", timedelta(seconds=8))
        assert quick is not None
    service.page_clinician._settle_lookup(quick, Accepted("SM1"))
    assert service.page_clinician._settle_lookup(slow, NotThere()) == []
    assert _states(engine) == ["accepted"]


def test_a_page_whose_case_was_taken_before_its_turn_is_never_sent(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    service.decide.acknowledge("riverside", service.case().case_id, "moreau")
    service.work()
    assert service.texts_to(OSEI) == []


def test_who_is_paged_while_another_takes_the_case_is_told_so(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    case_id = service.case().case_id
    service.carrier.before_send = lambda _: _take_once(service, case_id)
    service.work()
    assert ["waits for you" in message for message in service.texts_to(OSEI)] == [True, False]
    assert "Dr Moreau has taken" in service.texts_to(OSEI)[1]


def _take_once(service: ServiceUnderTest, case_id: UUID) -> None:
    service.carrier.before_send = lambda _: None
    service.decide.acknowledge("riverside", case_id, "moreau")


def test_somebody_who_left_the_service_is_passed_over_at_once(
    service: ServiceUnderTest, assessor: object
) -> None:
    service.contact(TONIGHT)
    clinicians = {name: who for name, who in service.site.clinicians.items() if name != "osei"}
    later = ServiceUnderTest(
        service.ledger,
        assessor,  # type: ignore[arg-type]
        replace(service.site, clinicians=clinicians),
        service.carrier,
        service.doorbell,
    )
    later.work()
    later.sweep()
    later.work()
    assert len(service.texts_to(LINDQVIST)) == 1


def test_a_page_is_valid_only_as_long_as_its_step_waits(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    service.work()
    assert service.carrier.received[0].valid_for == timedelta(minutes=3)
    assert service.carrier.taken["SM" + "0" * 32][1] <= datetime.now(UTC)


def test_the_timeline_says_what_became_of_each_page(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    (page_id,) = service.doorbell.rung
    service.work()
    service.report(page_id, DeliveryReport(PageState.DELIVERED, SID, ""))
    assert service.kinds() == [
        EventKind.OPENED,
        EventKind.PAGED,
        EventKind.PAGE_STATE,
        EventKind.PAGE_STATE,
    ]
