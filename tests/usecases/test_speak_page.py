"""What is said in a call, and what a key does: once, by a human, and told only when it is stored."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from service.adapters.yaml_policy import load_messages
from service.domain.channel import Channel
from service.domain.escalation import CaseState, EventKind
from service.domain.replies import Act
from service.domain.urgency import Urgency
from service.settings import REPOSITORY
from service.usecases.decide_case import Decision
from service.usecases.speak_page import SpeakPage, Spoken
from tests.fakes import FakeCarrier
from tests.service_under_test import LINDQVIST, OSEI, TONIGHT, ServiceUnderTest, a_site


@pytest.fixture
def service(service: ServiceUnderTest) -> ServiceUnderTest:
    """Osei has a telephone and nothing else."""
    site = a_site()
    osei = replace(site.clinicians["osei"], addresses={Channel.VOICE: OSEI})
    return ServiceUnderTest(
        service.ledger,
        service.assessor,
        replace(site, clinicians={**site.clinicians, "osei": osei}),
        carriers={Channel.VOICE: FakeCarrier()},
    )


@pytest.fixture
def speak(service: ServiceUnderTest) -> SpeakPage:
    return SpeakPage(service.ledger, service.answer_page, load_messages(REPOSITORY / "config"))


@pytest.fixture
def page_id(service: ServiceUnderTest) -> UUID:
    """The call to Osei about one contact."""
    service.contact(TONIGHT)
    service.work()
    return service.carriers[Channel.VOICE].received[0].reference


def said(spoken: Spoken | None) -> Spoken:
    assert spoken is not None
    return spoken


def test_the_code_is_said_letter_by_letter_with_the_keys_and_nothing_else(
    service: ServiceUnderTest, speak: SpeakPage, page_id: UUID
) -> None:
    asked = said(speak.ask(page_id))
    assert asked.asks
    assert ", ".join(service.case().code) in asked.words
    assert "4 to take" in asked.words
    assert "5 to pass" in asked.words
    assert "star" in asked.words
    assert service.case().code not in asked.words


def test_a_key_takes_the_case_and_its_word_comes_from_what_is_stored(
    service: ServiceUnderTest, speak: SpeakPage, page_id: UUID
) -> None:
    taken = said(speak.press(page_id, "4", "CA1"))
    assert "is yours" in taken.words
    assert not taken.asks
    assert (service.case().state, service.case().owner) == (CaseState.ACKNOWLEDGED, "osei")


def test_a_key_passes_the_case_on_and_the_next_step_is_due(
    service: ServiceUnderTest, speak: SpeakPage, page_id: UUID
) -> None:
    assert "passed on" in said(speak.press(page_id, "5", "CA1")).words
    assert service.case().passed == {"osei"}
    service.sweep()
    service.work()
    assert service.texts_to(LINDQVIST)


@pytest.mark.parametrize("key", ["0", "1", "7", "#", ""])
def test_a_wrong_key_changes_nothing_and_is_asked_again_twice_at_most(
    service: ServiceUnderTest, speak: SpeakPage, page_id: UUID, key: str
) -> None:
    asked, times = said(speak.ask(page_id)), 0
    while asked.asks:
        asked = said(speak.press(page_id, key, "CA1", asked.wrong))
        times += 1
        assert times < 10
    assert times == 3
    assert asked == speak.goodbye()
    assert service.case().state is CaseState.OPEN


def test_star_says_it_again_and_is_no_wrong_key(speak: SpeakPage, page_id: UUID) -> None:
    once_wrong = said(speak.press(page_id, "1", "CA1"))
    assert once_wrong.wrong == 1
    assert speak.press(page_id, "*", "CA1", once_wrong.wrong) == once_wrong


@pytest.mark.parametrize(("key", "state"), [("4", CaseState.ACKNOWLEDGED), ("5", CaseState.OPEN)])
def test_the_same_key_of_the_same_call_acts_once_and_is_told_the_same(
    service: ServiceUnderTest, speak: SpeakPage, page_id: UUID, key: str, state: CaseState
) -> None:
    first = speak.press(page_id, key, "CA1")
    before = service.case(), service.kinds()
    assert speak.press(page_id, key, "CA1") == first
    assert (service.case(), service.kinds()) == before
    assert service.case().state is state


def test_a_key_that_is_replayed_takes_no_case_that_was_given_back_since(
    service: ServiceUnderTest, speak: SpeakPage, page_id: UUID
) -> None:
    speak.press(page_id, "4", "CA1")
    service.decide.pass_on("riverside", service.case().case_id, "osei")
    before = service.case()
    replayed = said(speak.press(page_id, "4", "CA1"))
    assert service.case() == before
    assert before.state is CaseState.OPEN
    assert "yours" not in replayed.words


def test_a_pass_that_is_replayed_gives_no_case_back_that_was_taken_since(
    service: ServiceUnderTest, speak: SpeakPage, page_id: UUID
) -> None:
    speak.press(page_id, "5", "CA1")
    service.decide.acknowledge("riverside", service.case().case_id, "osei")
    before = service.case()
    replayed = said(speak.press(page_id, "5", "CA1"))
    assert service.case() == before
    assert before.owner == "osei"
    assert "passed on" not in replayed.words


def test_another_call_may_do_what_the_first_one_did(
    service: ServiceUnderTest, speak: SpeakPage, page_id: UUID
) -> None:
    speak.press(page_id, "4", "CA1")
    service.decide.pass_on("riverside", service.case().case_id, "osei")
    assert "is yours" in said(speak.press(page_id, "4", "CA2")).words


def test_who_has_the_case_already_is_told_so_and_never_that_nothing_is_to_do(
    service: ServiceUnderTest, speak: SpeakPage, page_id: UUID
) -> None:
    service.decide.acknowledge("riverside", service.case().case_id, "osei")
    told = said(speak.ask(page_id))
    assert "is yours" in told.words
    assert not told.asks


def test_whom_somebody_else_was_faster_than_is_told_that_it_is_settled(
    service: ServiceUnderTest, speak: SpeakPage, page_id: UUID
) -> None:
    service.decide.acknowledge("riverside", service.case().case_id, "lindqvist")
    assert "settled" in said(speak.ask(page_id)).words
    assert "settled" in said(speak.press(page_id, "4", "CA1")).words
    assert service.case().owner == "lindqvist"


def test_a_drill_is_said_to_be_one_before_and_after_the_key(
    service: ServiceUnderTest, speak: SpeakPage
) -> None:
    service.drill.start("riverside", Urgency.VERY_URGENT)
    service.work()
    service.sweep()
    page_id = service.carriers[Channel.VOICE].received[0].reference
    assert "test, no case" in said(speak.ask(page_id)).words
    assert "test, no case" in said(speak.press(page_id, "4", "CA1")).words


def test_no_page_and_nobody_behind_it_are_answered_with_nothing(
    service: ServiceUnderTest, speak: SpeakPage, page_id: UUID
) -> None:
    assert speak.ask(UUID(int=0)) is None
    assert speak.press(UUID(int=0), "4", "CA1") is None
    assert service.answer_page(UUID(int=0), Act.TAKE, "CA1 4") is None


def test_an_answered_page_says_who_answered_and_how(
    service: ServiceUnderTest, page_id: UUID, engine: Engine
) -> None:
    answered = service.answer_page(page_id, Act.TAKE, "CA1 4")
    assert answered is not None
    assert (answered.decision, answered.code) == (Decision.DONE, service.case().code)
    heard = [e.event for e in service.timeline(service.case().case_id)]
    acknowledged = next(event for event in heard if event.kind is EventKind.ACKNOWLEDGED)
    assert (acknowledged.clinician, acknowledged.detail) == ("osei", "voice")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM replies")) == 1
