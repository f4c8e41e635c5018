"""Calls, seen by the official SDK: who answers, what is said, which keys are pressed, what is reported."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped, unused-ignore]
from twilio.rest import Client  # type: ignore[import-untyped, unused-ignore]

from simulator.control import Carrier
from simulator.faults import delay, failed, reject
from tests.simulator.conftest import ANNE, AUTH_TOKEN, BEN, SENDER
from tests.simulator.receiver import Receiver

pytestmark = pytest.mark.slow

MENU = (
    '<Response><Gather numDigits="1" timeout="8" finishOnKey="" action="/keys"><Say>Press 4 to take it.</Say>'
    "</Gather><Say>Nobody pressed.</Say></Response>"
)
TAKEN = "<Response><Say>It is yours.</Say><Hangup/><Say>Never said.</Say></Response>"


def dial(client: Client, receiver: Receiver, to: str = ANNE, **more: Any) -> Any:
    given = {
        "url": f"{receiver.base_url}/words#rc=0",
        "fallback_url": f"{receiver.base_url}/fallback",
        "status_callback": f"{receiver.base_url}/status",
        "status_callback_event": ["ringing", "answered", "completed"],
        **more,
    }
    return client.calls.create(to=to, from_=SENDER, **given)


def told(receiver: Receiver, count: int) -> list[tuple[str, str]]:
    webhooks = receiver.wait_for("/status", count)
    return [(w.parameters["CallStatus"], w.parameters["SequenceNumber"]) for w in webhooks]


def test_a_human_hears_the_words_and_presses_keys(
    carrier: Carrier, client: Client, receiver: Receiver
) -> None:
    receiver.answer("/words", (200, MENU))
    receiver.answer("/keys", (200, TAKEN))
    carrier.phone(ANNE).answers_calls("4")
    created = dial(client, receiver)
    assert (created.status, created.sid[:2]) == ("queued", "CA")
    call = carrier.phone(ANNE).expect_call("completed")
    assert (call.words, call.keys) == (("Press 4 to take it.", "It is yours."), ("4",))
    assert client.calls(created.sid).fetch().status == "completed"
    assert [c.sid for c in client.calls.list(to=ANNE)] == [created.sid]
    assert client.calls.list(to=BEN) == []
    pressed = receiver.wait_for("/keys", 1)[0]
    assert pressed.parameters["Digits"] == "4"
    for webhook in (pressed, receiver.wait_for("/words", 1)[0], receiver.wait_for("/status", 1)[0]):
        assert webhook.is_signed(receiver.base_url, AUTH_TOKEN)
        assert webhook.parameters["CallSid"] == created.sid


@pytest.mark.parametrize(
    ("who", "status", "words"),
    [
        ("human", "completed", ("Press 4 to take it.", "Nobody pressed.")),
        ("voicemail", "completed", ("Press 4 to take it.", "Nobody pressed.")),
        ("hangs_up", "completed", ("Press 4 t…",)),
        ("busy", "busy", ()),
        ("nobody", "no-answer", ()),
        ("fails", "failed", ()),
    ],
)
def test_without_a_key_the_document_goes_on_to_its_end(
    carrier: Carrier, client: Client, receiver: Receiver, who: str, status: str, words: tuple[str, ...]
) -> None:
    receiver.answer("/words", (200, MENU))
    carrier.phone(ANNE).answers_calls(who=who)
    dial(client, receiver)
    call = carrier.phone(ANNE).expect_call(status)
    assert (call.words, call.keys) == (words, ())


def test_the_impatient_press_during_the_words(carrier: Carrier, client: Client, receiver: Receiver) -> None:
    receiver.answer("/words", (200, MENU))
    receiver.answer("/keys", (200, TAKEN))
    carrier.phone(ANNE).answers_calls("4", who="impatient")
    dial(client, receiver)
    assert carrier.phone(ANNE).expect_call("completed").words == ("Press 4 t…", "It is yours.")


def test_a_machine_that_screens_calls_presses_1_at_every_menu(
    carrier: Carrier, client: Client, receiver: Receiver
) -> None:
    receiver.answer("/words", (200, MENU))
    receiver.answer("/keys", (200, MENU), (200, "<Response><Redirect>/words</Redirect></Response>"))
    carrier.phone(ANNE).answers_calls(who="screening")
    dial(client, receiver)
    assert carrier.phone(ANNE).expect_call("completed").keys == ("1", "1")
    assert len(receiver.wait_for("/words", 2)) == 2


@pytest.mark.parametrize("answer", [(500, ""), (200, "<Dial/>"), (200, "no xml"), (404, MENU)])
def test_what_is_no_twiml_is_asked_of_the_fallback_address(
    carrier: Carrier, client: Client, receiver: Receiver, answer: tuple[int, str]
) -> None:
    receiver.answer("/words", answer)
    receiver.answer("/fallback", (200, TAKEN))
    carrier.phone(ANNE).answers_calls()
    dial(client, receiver)
    assert carrier.phone(ANNE).expect_call("completed").words == ("It is yours.",)
    assert receiver.wait_for("/fallback", 1)[0].is_signed(receiver.base_url, AUTH_TOKEN)


def test_without_any_twiml_the_call_ends_with_an_apology(
    carrier: Carrier, client: Client, receiver: Receiver
) -> None:
    receiver.answer("/words", (500, ""))
    receiver.answer("/fallback", (500, ""))
    carrier.phone(ANNE).answers_calls("4")
    dial(client, receiver)
    call = carrier.phone(ANNE).expect_call("completed")
    assert "application error" in call.words[-1]
    assert call.keys == ()


def test_the_callbacks_are_numbered_in_the_order_in_which_things_happened(
    carrier: Carrier, client: Client, receiver: Receiver
) -> None:
    carrier.phone(ANNE).answers_calls()
    dial(client, receiver)
    assert told(receiver, 3) == [("ringing", "0"), ("in-progress", "1"), ("completed", "2")]


def test_callbacks_may_be_reordered_and_doubled_and_keep_their_numbers(
    carrier: Carrier, client: Client, receiver: Receiver
) -> None:
    carrier.phone(ANNE).answers_calls()
    carrier.phone(ANNE).fail_next("reordered_callbacks", "duplicate_callbacks", "extra_parameters")
    dial(client, receiver)
    last, middle, first = ("completed", "2"), ("in-progress", "1"), ("ringing", "0")
    assert told(receiver, 6) == [last, last, middle, middle, first, first]
    assert all(w.is_signed(receiver.base_url, AUTH_TOKEN) for w in receiver.wait_for("/status", 6))


def test_only_what_was_asked_for_is_called_back(carrier: Carrier, client: Client, receiver: Receiver) -> None:
    carrier.phone(ANNE).answers_calls(who="busy")
    dial(client, receiver, status_callback_event=["completed"])
    assert told(receiver, 1) == [("busy", "0")]


def test_a_callback_may_be_lost_or_signed_wrongly_or_come_before_the_answer(
    carrier: Carrier, client: Client, receiver: Receiver
) -> None:
    anne = carrier.phone(ANNE)
    anne.answers_calls(who="busy")
    anne.fail_next("no_callback")
    dial(client, receiver)
    anne.expect_call("busy")
    anne.fail_next("callback_before_response", "bad_signature")
    dial(client, receiver)
    webhooks = receiver.wait_for("/status", 2)  # of the second call, and by now: the create is answered
    assert [w.parameters["CallStatus"] for w in webhooks] == ["ringing", "busy"]
    assert not any(w.is_signed(receiver.base_url, AUTH_TOKEN) for w in webhooks)


@pytest.mark.parametrize("fault", ["rate_limit_429", "error_500_before_accepting", reject(21211)])
def test_a_refused_call_rings_nowhere(
    carrier: Carrier, client: Client, receiver: Receiver, fault: Any
) -> None:
    carrier.phone(ANNE).fail_next(fault)
    with pytest.raises(TwilioRestException):
        dial(client, receiver)
    assert carrier.calls == []


@pytest.mark.parametrize("fault", ["error_500_after_accepting", "accept_then_drop", delay(0.1)])
def test_a_call_whose_answer_goes_wrong_rings_all_the_same(
    carrier: Carrier, client: Client, receiver: Receiver, fault: Any
) -> None:
    carrier.phone(ANNE).answers_calls(who="busy")
    carrier.phone(ANNE).fail_next(fault)
    try:
        dial(client, receiver)
    except (TwilioRestException, requests.RequestException):
        assert fault != delay(0.1)
    assert carrier.phone(ANNE).expect_call("busy").phone == ANNE


def test_a_call_may_fail_after_it_was_accepted(carrier: Carrier, client: Client, receiver: Receiver) -> None:
    carrier.phone(ANNE).fail_next(failed(30003))
    dial(client, receiver)
    assert told(receiver, 1) == [("failed", "0")]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"to": "0123"}, 21211), ({"url": "nowhere"}, 21609), ({"timeout": 601}, 20001)],
)
def test_a_malformed_call_is_refused(
    carrier: Carrier, client: Client, receiver: Receiver, wrong: dict[str, Any], code: int
) -> None:
    with pytest.raises(TwilioRestException) as raised:
        dial(client, receiver, **wrong)
    assert raised.value.code == code


def test_a_phone_on_the_page_rings_until_it_is_answered_and_shows_words_and_keys(
    carrier: Carrier, client: Client, receiver: Receiver, base_url: str
) -> None:
    receiver.answer("/words", (200, MENU))
    receiver.answer("/keys", (200, TAKEN))
    dial(client, receiver)
    carrier.phone(ANNE).expect_call("ringing")
    assert "<span>ringing</span>" in requests.get(base_url, timeout=10).text
    requests.post(f"{base_url}/phones/key", data={"phone": ANNE, "key": ""}, timeout=10)
    carrier.phone(ANNE).expect_call("in-progress")
    requests.post(f"{base_url}/phones/key", data={"phone": ANNE, "key": "4"}, timeout=10)
    assert carrier.phone(ANNE).expect_call("completed").keys == ("4",)
    html = requests.get(base_url, timeout=10).text
    assert "Press 4 to take it.\nIt is yours." in html
    assert "call completed · pressed 4" in html


def test_nobody_picks_up_in_time(carrier: Carrier, client: Client, receiver: Receiver) -> None:
    dial(client, receiver, timeout=1)
    assert carrier.phone(ANNE).expect_call("no-answer").words == ()
