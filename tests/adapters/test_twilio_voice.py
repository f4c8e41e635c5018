"""What is said in a call is XML that no name can break, and what a carrier reports of it takes nothing."""

from __future__ import annotations

from xml.etree import ElementTree as ET  # our own answers are read, nobody else's

from service.adapters.twilio_voice import STATES, twiml
from service.adapters.twilio_webhooks import TwilioWebhooks
from service.domain.delivery import PageState
from service.domain.refusals import Refusal
from service.usecases.ports import KeyPress

WEBHOOKS = TwilioWebhooks(("a token made up for tests",), "https://goldenhour.example", {})


def test_the_words_are_said_three_times_and_a_key_is_waited_for_each_time() -> None:
    root = ET.fromstring(twiml("Code K, 7.", "https://goldenhour.example/keys", "Goodbye."))  # noqa: S314 - our own
    assert [element.tag for element in root] == ["Gather", "Gather", "Gather", "Say", "Hangup"]
    gather = root[0]
    assert gather.get("action") == "https://goldenhour.example/keys"
    assert (gather.get("method"), gather.get("numDigits"), gather.get("finishOnKey")) == ("POST", "1", "")


def test_words_are_never_markup() -> None:
    root = ET.fromstring(twiml("<Dial>+15550199</Dial> & more", None, ""))  # noqa: S314 - our own
    assert [element.tag for element in root] == ["Say", "Hangup"]
    assert root[0].text == "<Dial>+15550199</Dial> & more"


def test_no_state_of_a_call_is_more_than_delivered() -> None:
    assert set(STATES.values()) <= {
        PageState.ACCEPTED,
        PageState.SENT,
        PageState.DELIVERED,
        PageState.UNDELIVERED,
        PageState.FAILED,
    }


def test_a_call_that_nobody_took_is_tried_once_more_and_another_reason_is_unexplained() -> None:
    busy = WEBHOOKS.call_report({"CallStatus": "busy", "CallSid": "CA1"})
    failed = WEBHOOKS.call_report({"CallStatus": "failed", "CallSid": "CA1"})
    assert busy is not None
    assert failed is not None
    assert (busy.state, busy.refusal) == (PageState.UNDELIVERED, Refusal.OUT_OF_REACH)
    assert (failed.state, failed.refusal) == (PageState.FAILED, Refusal.UNEXPLAINED)
    assert WEBHOOKS.call_report({"CallStatus": "unheard of", "CallSid": "CA1"}) is None


def test_only_one_key_is_a_key() -> None:
    assert WEBHOOKS.key({"CallSid": "CA1", "Digits": "4"}) == KeyPress("CA1", "4")
    for digits in ("", "44", "a", "<"):
        assert WEBHOOKS.key({"CallSid": "CA1", "Digits": digits}) is None
