"""What a phone texts back."""

from __future__ import annotations

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped, unused-ignore]
from twilio.rest import Client  # type: ignore[import-untyped, unused-ignore]

from simulator.control import Answer, Carrier
from tests.simulator.conftest import ACCOUNT_SID, ANNE, AUTH_TOKEN, BEN, INBOUND_PATH, OTHER_SENDER, SENDER
from tests.simulator.receiver import Receiver

pytestmark = pytest.mark.slow

TAKEN = "<Response><Message>K7Q2 is yours.</Message></Response>"


def send(client: Client, sender: str = SENDER, to: str = ANNE) -> Any:
    return client.messages.create(to=to, from_=sender, body="Page K7Q2")


def test_a_reply_is_posted_signed_with_every_parameter(
    carrier: Carrier, client: Client, receiver: Receiver
) -> None:
    send(client)
    assert carrier.phone(ANNE).reply("K7Q2 “ok”") == Answer(200, "")
    (webhook,) = receiver.wait_for(INBOUND_PATH, 1)
    parameters = webhook.parameters.to_dict()
    sid = parameters["MessageSid"]
    assert webhook.is_signed(receiver.base_url, AUTH_TOKEN)
    assert {name: value for name, value in parameters.items() if value} == {
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": ACCOUNT_SID,
        "From": ANNE,
        "To": SENDER,
        "Body": "K7Q2 “ok”",
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
    }
    assert {"FromCity", "ToCountry"} <= parameters.keys()
    assert client.messages(sid).fetch().direction == "inbound"


def test_a_reply_goes_to_the_number_that_wrote_last(
    carrier: Carrier, client: Client, receiver: Receiver
) -> None:
    send(client, SENDER)
    send(client, OTHER_SENDER)
    carrier.phone(ANNE).reply("K7Q2")
    carrier.phone(BEN).reply("hello")
    assert [w.parameters["To"] for w in receiver.wait_for(INBOUND_PATH, 2)] == [OTHER_SENDER, SENDER]


def test_what_the_webhook_answers_reaches_the_phone(carrier: Carrier, receiver: Receiver) -> None:
    receiver.answer(INBOUND_PATH, (200, TAKEN))
    assert carrier.phone(ANNE).reply("K7Q2") == Answer(200, TAKEN)
    assert carrier.phone(ANNE).expect_sms("is yours").sender == SENDER
    carrier.assert_nothing_unexpected()


@pytest.mark.parametrize("answer", [(500, TAKEN), (200, "taken"), (200, "<Response><Message>")])
def test_an_answer_that_is_no_twiml_reaches_nobody(
    carrier: Carrier, receiver: Receiver, answer: tuple[int, str]
) -> None:
    receiver.answer(INBOUND_PATH, answer)
    assert carrier.phone(ANNE).reply("K7Q2") == Answer(*answer)
    assert carrier.received == []


def test_one_reply_can_be_posted_twice_under_one_id(carrier: Carrier, receiver: Receiver) -> None:
    receiver.answer(INBOUND_PATH, (200, TAKEN), (409, ""))
    first, second = carrier.phone(ANNE).reply_twice("K7Q2")
    webhooks = receiver.wait_for(INBOUND_PATH, 2)
    assert (first.http_status, second.http_status) == (200, 409)
    assert len({webhook.parameters["MessageSid"] for webhook in webhooks}) == 1
    assert len(carrier.phone(ANNE).received) == 1


@pytest.mark.parametrize("word", ["STOP", " stop ", "Cancel", "QUIT", "end", "UNSUBSCRIBE"])
def test_a_phone_that_says_stop_gets_nothing_more_until_it_says_start(
    carrier: Carrier, client: Client, receiver: Receiver, word: str
) -> None:
    anne = carrier.phone(ANNE)
    receiver.answer(INBOUND_PATH, (200, TAKEN))
    anne.reply(word)
    with pytest.raises(TwilioRestException) as raised:
        send(client)
    assert (raised.value.status, raised.value.code) == (400, 21610)
    assert carrier.phone(ANNE).opted_out
    assert anne.received == []
    assert [w.parameters["Body"] for w in receiver.wait_for(INBOUND_PATH, 1)] == [word]
    anne.reply("START")
    assert not carrier.phone(ANNE).opted_out
    send(client)
    anne.expect_sms("K7Q2")


def test_stop_is_said_to_one_number_by_one_phone(carrier: Carrier, client: Client) -> None:
    carrier.phone(ANNE).reply("STOP")
    send(client, OTHER_SENDER)
    send(client, to=BEN)
    assert len(carrier.received) == 2


def test_stop_within_a_sentence_is_no_opt_out(carrier: Carrier, client: Client) -> None:
    carrier.phone(ANNE).reply("please stop by the ward")
    assert send(client).sid


@pytest.mark.parametrize(("number", "text"), [("anne", "K7Q2"), (ANNE, ""), (ANNE, "x" * 1601)])
def test_what_cannot_come_from_a_phone_is_refused(carrier: Carrier, number: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"number|characters"):
        carrier.phone(number).reply(text)
