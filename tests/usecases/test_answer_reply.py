"""A reply from a known phone takes or passes exactly the case it names; everything else asks or is silent."""

from __future__ import annotations

from threading import Barrier, Event, Thread

import pytest

from service.adapters.postgres.pages import Pages
from service.domain.delivery import Rejected
from service.domain.escalation import CaseState, EventKind
from service.domain.refusals import Refusal
from service.usecases.ports import Page
from tests.database import TimeMachine
from tests.service_under_test import LINDQVIST, MOREAU, OSEI, TONIGHT, ServiceUnderTest


@pytest.fixture
def paged(service: ServiceUnderTest, time_machine: TimeMachine) -> ServiceUnderTest:
    """A case for which Osei and then Lindqvist were paged."""
    service.contact(TONIGHT)
    service.work()
    time_machine.forward(181)
    service.sweep()
    service.work()
    return service


def test_the_code_takes_the_case_and_both_are_told(paged: ServiceUnderTest) -> None:
    code = paged.case().code
    assert paged.reply("SM1", LINDQVIST, code.lower()) is None
    paged.work()
    assert (paged.case().state, paged.case().owner) == (CaseState.ACKNOWLEDGED, "lindqvist")
    assert f"{code}: the case is yours" in paged.texts_to(LINDQVIST)[-1]
    assert f"{code}: Dr Lindqvist has taken the case" in paged.texts_to(OSEI)[-1]
    assert paged.texts_to(MOREAU) == []


def test_of_two_replies_at_once_one_has_it_and_the_other_is_told_by_whom_it_was_taken(
    paged: ServiceUnderTest,
) -> None:
    code, answers, together = paged.case().code, {}, Barrier(2)

    def reply(number: str) -> None:
        together.wait()
        answers[number] = paged.reply(f"SM{number}", number, code)

    threads = [Thread(target=reply, args=(number,)) for number in (OSEI, LINDQVIST)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    paged.work()
    owner = paged.case().owner
    winner, loser = (OSEI, LINDQVIST) if owner == "osei" else (LINDQVIST, OSEI)
    assert answers[winner] is None
    assert "the case is yours" in paged.texts_to(winner)[-1]
    assert f"Dr {str(owner).title()} took the case before you" in str(answers[loser])
    assert paged.kinds().count(EventKind.ACKNOWLEDGED) == 1


def test_the_same_message_twice_acts_once(paged: ServiceUnderTest) -> None:
    code = paged.case().code
    paged.reply("SM1", OSEI, f"pass {code}")
    assert paged.reply("SM1", OSEI, f"pass {code}") is None
    assert paged.kinds().count(EventKind.PASSED) == 1


def test_pass_pages_the_next_at_once(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    service.work()
    assert "passed on" in str(service.reply("SM1", OSEI, f"pass {service.case().code}"))
    service.sweep()
    service.work()
    assert len(service.texts_to(LINDQVIST)) == 1


def test_the_owner_who_passes_gives_the_case_back_and_it_is_paged_again(paged: ServiceUnderTest) -> None:
    code = paged.case().code
    paged.reply("SM1", LINDQVIST, code)
    paged.reply("SM2", LINDQVIST, f"PASS {code}")
    assert paged.case().state is CaseState.OPEN
    paged.sweep()
    paged.work()
    assert "waits for you" in paged.texts_to(OSEI)[-1]


def test_nobody_takes_a_case_out_of_anothers_hands(paged: ServiceUnderTest) -> None:
    code = paged.case().code
    paged.reply("SM1", LINDQVIST, code)
    assert "Dr Lindqvist took the case before you" in str(paged.reply("SM2", OSEI, f"pass {code}"))
    assert paged.case().owner == "lindqvist"
    assert "yours already" in str(paged.reply("SM3", LINDQVIST, code))


def test_a_bare_word_takes_the_only_open_case(paged: ServiceUnderTest) -> None:
    paged.reply("SM1", OSEI, "ack")
    assert paged.case().owner == "osei"


def test_a_bare_word_with_several_open_cases_is_asked_to_name_the_code(paged: ServiceUnderTest) -> None:
    paged.contact(TONIGHT, contact_id="c2")
    paged.work()
    asked = str(paged.reply("SM1", OSEI, "ack"))
    assert paged.case("c1").code in asked
    assert paged.case("c2").code in asked
    assert {paged.case("c1").state, paged.case("c2").state} == {CaseState.OPEN}


@pytest.mark.parametrize("text", ["ok", "on my way", "who is this?", "I can't take it"])
def test_other_words_are_asked_about_and_take_nothing(paged: ServiceUnderTest, text: str) -> None:
    assert paged.case().code in str(paged.reply("SM1", OSEI, text))
    assert paged.case().state is CaseState.OPEN


def test_a_code_that_no_open_case_has_is_said_so(paged: ServiceUnderTest) -> None:
    assert "no open case has that code" in str(paged.reply("SM1", OSEI, "ZZZZ"))


@pytest.mark.parametrize("text", ["Liked “a case waits for you”", "👍", "STOP", "I'm driving, later"])
def test_reactions_and_automatic_answers_get_silence(paged: ServiceUnderTest, text: str) -> None:
    assert paged.reply("SM1", OSEI, text) is None
    assert paged.case().state is CaseState.OPEN


def test_an_unknown_number_gets_nothing_even_with_the_right_code(paged: ServiceUnderTest) -> None:
    assert paged.reply("SM1", "+447700900999", paged.case().code) is None
    assert paged.case().state is CaseState.OPEN


def test_two_machines_do_not_talk_all_night(paged: ServiceUnderTest) -> None:
    answers = [paged.reply(f"SM{n}", OSEI, "thank you for your message") for n in range(6)]
    assert [answer is not None for answer in answers] == [True, True, True, False, False, False]


def test_a_late_reply_to_a_closed_case_is_told_that_it_is_closed(paged: ServiceUnderTest) -> None:
    case = paged.case()
    paged.decide.close("riverside", case.case_id, "moreau", "spoken_to")
    assert "is closed" in str(paged.reply("SM1", OSEI, case.code))
    assert paged.case().state is CaseState.CLOSED


def test_a_bare_word_never_takes_a_case_that_its_sender_was_not_told_of(
    service: ServiceUnderTest,
) -> None:
    service.contact(TONIGHT, contact_id="c1")
    service.work()
    service.decide.acknowledge("riverside", service.case("c1").case_id, "moreau")
    service.contact(TONIGHT, contact_id="c2")  # its page is on its way still
    assert "took the case before you" in str(service.reply("SM1", OSEI, "ack"))
    assert service.case("c2").state is CaseState.OPEN


def test_a_reply_and_a_worker_at_the_same_page_never_wait_for_one_another(
    service: ServiceUnderTest, time_machine: TimeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.contact(TONIGHT)
    service.carrier.outcomes = [Rejected(Refusal.THROTTLED)]
    (page_id,) = service.doorbell.rung
    service.work()
    for _ in range(2):  # the page to Osei waits to be tried again, and a newer one stands beside it
        time_machine.forward(301)
        service.advance()
    holding, go_on = Event(), Event()
    superseded = Pages.superseded

    def slowly(pages: Pages, page: Page) -> bool:
        holding.set()
        go_on.wait(5)
        return superseded(pages, page)

    monkeypatch.setattr(Pages, "superseded", slowly)
    worker = Thread(target=service.page_clinician, args=(page_id,))
    human = Thread(target=service.reply, args=("SM1", OSEI, service.case().code))
    worker.start()
    assert holding.wait(5)
    human.start()
    go_on.set()
    worker.join()
    human.join()
    assert service.case().owner == "osei"


@pytest.mark.parametrize("text", ["{code}", "ack"])
def test_a_reply_that_is_quicker_than_the_carriers_own_answer_is_a_paged_clinicians(
    service: ServiceUnderTest, text: str
) -> None:
    service.contact(TONIGHT)
    code = service.case().code

    def at_once(_: object) -> None:
        service.carrier.before_send = lambda _: None
        assert service.reply("SM1", OSEI, text.format(code=code)) is None

    service.carrier.before_send = at_once
    service.work()
    assert (service.case().state, service.case().owner) == (CaseState.ACKNOWLEDGED, "osei")
    taken = next(
        e.event for e in service.timeline(service.case().case_id) if e.event.kind is EventKind.ACKNOWLEDGED
    )
    assert taken.detail == "sms"
