"""Only a human takes, passes or closes a case."""

from __future__ import annotations

from uuid import UUID, uuid4

from service.domain.escalation import CaseState, EventKind
from service.usecases.decide_case import Decision
from tests.database import TimeMachine
from tests.service_under_test import LINDQVIST, MOREAU, OSEI, TONIGHT, ServiceUnderTest


def test_the_first_who_acknowledges_has_the_case(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    case_id = service.case().case_id
    decisions = [
        decided.decision
        for who in ("osei", "osei", "lindqvist")
        if (decided := service.decide.acknowledge("riverside", case_id, who)) is not None
    ]
    assert decisions == [Decision.DONE, Decision.ALREADY_THEIRS, Decision.TAKEN_BY_ANOTHER]


def test_closing_tells_those_who_were_paged(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    service.work()
    service.decide.close("riverside", service.case().case_id, "moreau", "spoken_to")
    service.work()
    assert "the case is closed" in service.texts_to(OSEI)[-1]
    assert (service.case().state, service.case().disposition) == (CaseState.CLOSED, "spoken_to")


def test_a_closed_case_stays_closed(service: ServiceUnderTest, time_machine: TimeMachine) -> None:
    service.contact(TONIGHT)
    case_id = service.case().case_id
    service.decide.close("riverside", case_id, "moreau", "spoken_to")
    for act in (service.decide.acknowledge, service.decide.pass_on):
        decided = act("riverside", case_id, "osei")
        assert decided is not None
        assert decided.decision is Decision.ALREADY_CLOSED
    time_machine.forward(100_000)
    service.sweep()
    service.work()
    assert service.case().state is CaseState.CLOSED
    assert all("waits for you" not in text for text in service.texts_to(OSEI))


def test_a_taken_case_that_nobody_closes_is_paged_anew(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    service.contact(TONIGHT)
    service.work()
    service.decide.acknowledge("riverside", service.case().case_id, "osei")
    time_machine.forward(3601)
    service.sweep()
    service.work()
    assert EventKind.ACKNOWLEDGEMENT_EXPIRED in service.kinds()
    assert sum("waits for you" in text for text in service.texts_to(OSEI)) == 2
    assert any("was not closed in time" in text for text in service.texts_to(OSEI))


def test_another_sites_case_is_not_there(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    assert service.decide.acknowledge("elsewhere", service.case().case_id, "osei") is None
    assert service.decide.close("riverside", uuid4(), "osei", "spoken_to") is None


def test_nobody_takes_it_and_paging_goes_on_through_everyone_into_the_alarm(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    service.contact(TONIGHT)
    service.work()
    for _ in range(6):
        time_machine.forward(601)
        service.sweep()
        service.work()
    with service.ledger.transaction() as tx:
        assert tx.overview().alarms == 1
    assert service.case().state is CaseState.OPEN
    assert len(service.texts_to(OSEI)) >= 4
    assert len(service.texts_to(LINDQVIST)) >= 4
    assert service.case().next_action_at is not None


def test_the_owner_is_told_when_another_closes_their_case(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    service.work()
    case_id = service.case().case_id
    service.decide.acknowledge("riverside", case_id, "osei")
    service.work()
    service.decide.close("riverside", case_id, "moreau", "spoken_to")
    service.work()
    assert "the case is closed" in service.texts_to(OSEI)[-1]


def test_nobody_is_told_that_it_is_taken_when_it_is_open_again(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    case_id = _paged_twice(service, time_machine)
    service.decide.acknowledge("riverside", case_id, "osei")
    service.decide.pass_on("riverside", case_id, "osei")  # before the messages of the first act have left
    service.work()
    assert not any("has taken" in text or "is yours" in text for text in service.texts_to(LINDQVIST))
    assert not any("is yours" in text for text in service.texts_to(OSEI))


def test_whoever_was_paged_before_a_case_rose_is_told_who_took_it(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    case_id = _paged_twice(service, time_machine)
    service.decide.acknowledge("riverside", case_id, "moreau")
    time_machine.forward(3601)  # not closed in time: a new episode
    service.sweep()
    service.work()
    service.decide.acknowledge("riverside", case_id, "osei")
    service.work()
    assert "Dr Osei has taken" in service.texts_to(LINDQVIST)[-1]
    assert "Dr Osei has taken" in service.texts_to(MOREAU)[-1]


def _paged_twice(service: ServiceUnderTest, time_machine: TimeMachine) -> UUID:
    """A case for which Osei and then Lindqvist were paged."""
    service.contact(TONIGHT)
    service.work()
    time_machine.forward(181)
    service.sweep()
    service.work()
    return service.case().case_id
