"""Status callbacks: what is in them, who signed them, and how they go wrong."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from twilio.rest import Client  # type: ignore[import-untyped, unused-ignore]

from simulator.callbacks import Connection, post, read_connection
from simulator.control import Carrier
from tests.simulator.conftest import ACCOUNT_SID, ANNE, AUTH_TOKEN, SENDER
from tests.simulator.receiver import Receiver, Webhook

STATUS = "/status?page=1"


def send(client: Client, receiver: Receiver, path: str = STATUS) -> Any:
    url = receiver.base_url + path
    return client.messages.create(to=ANNE, from_=SENDER, body="Page K7Q2", status_callback=url)


def statuses(webhooks: list[Webhook]) -> list[str]:
    return [webhook.parameters["MessageStatus"] for webhook in webhooks]


@pytest.mark.slow
def test_each_change_of_status_but_the_first_is_reported_and_signed(
    carrier: Carrier, client: Client, receiver: Receiver
) -> None:
    sid = send(client, receiver).sid
    webhooks = receiver.wait_for(STATUS, 2)
    assert statuses(webhooks) == ["sent", "delivered"]
    assert all(webhook.is_signed(receiver.base_url, AUTH_TOKEN) for webhook in webhooks)
    assert webhooks[0].parameters.to_dict() == {
        "MessageSid": sid,
        "SmsSid": sid,
        "AccountSid": ACCOUNT_SID,
        "MessageStatus": "sent",
        "SmsStatus": "sent",
        "To": ANNE,
        "From": SENDER,
        "ApiVersion": "2010-04-01",
    }
    assert webhooks[0].headers["User-Agent"] == "TwilioProxy/1.1"
    assert len({webhook.headers["I-Twilio-Idempotency-Token"] for webhook in webhooks}) == 2


@pytest.mark.slow
def test_a_fragment_is_neither_sent_nor_signed_and_asks_for_retries(
    carrier: Carrier, client: Client, receiver: Receiver
) -> None:
    receiver.answer(STATUS, (503, ""), (500, ""), (204, ""))
    send(client, receiver, f"{STATUS}#rc=3&rp=5xx")
    webhooks = receiver.wait_for(STATUS, 4)
    assert statuses(webhooks) == ["sent", "sent", "sent", "delivered"]
    assert len({webhook.headers["I-Twilio-Idempotency-Token"] for webhook in webhooks[:3]}) == 1
    assert all(webhook.is_signed(receiver.base_url, AUTH_TOKEN) for webhook in webhooks)


@pytest.mark.slow
def test_an_error_is_not_retried_unless_the_fragment_asks_for_it(
    carrier: Carrier, client: Client, receiver: Receiver
) -> None:
    receiver.answer(STATUS, (503, ""), (403, ""))
    send(client, receiver)
    assert statuses(receiver.wait_for(STATUS, 2)) == ["sent", "delivered"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("duplicate_callbacks", ["sent", "sent", "delivered", "delivered"]),
        ("reordered_callbacks", ["delivered", "sent"]),
    ],
)
def test_callbacks_can_come_twice_or_in_the_wrong_order(
    carrier: Carrier, client: Client, receiver: Receiver, kind: str, expected: list[str]
) -> None:
    carrier.phone(ANNE).fail_next(kind)
    send(client, receiver)
    assert statuses(receiver.wait_for(STATUS, len(expected))) == expected


@pytest.mark.slow
def test_callbacks_can_come_before_the_answer_to_the_request(
    carrier: Carrier, client: Client, receiver: Receiver
) -> None:
    carrier.phone(ANNE).fail_next("callback_before_response")
    sid = send(client, receiver).sid
    webhooks = receiver.wait_for(STATUS, 0)  # no waiting: they are there when the SDK has its answer
    assert [webhook.parameters["MessageSid"] for webhook in webhooks] == [sid, sid]


@pytest.mark.slow
def test_no_callback_comes_when_the_carrier_makes_none(
    carrier: Carrier, client: Client, receiver: Receiver
) -> None:
    carrier.phone(ANNE).fail_next("no_callback", "callback_before_response")
    sid = send(client, receiver).sid
    assert client.messages(sid).fetch().status == "delivered"
    assert receiver.wait_for(STATUS, 0) == []
    assert carrier.callbacks == []


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "has_header"), [("bad_signature", True), ("unsigned_callback", False)])
def test_a_callback_can_be_badly_signed_or_not_signed(
    carrier: Carrier, client: Client, receiver: Receiver, kind: str, has_header: bool
) -> None:
    carrier.phone(ANNE).fail_next(kind)
    send(client, receiver)
    for webhook in receiver.wait_for(STATUS, 2):
        assert ("X-Twilio-Signature" in webhook.headers) is has_header
        assert not webhook.is_signed(receiver.base_url, AUTH_TOKEN)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "name", "values"),
    [
        ("extra_parameters", "NotYetDocumented", ["1"]),
        ("repeated_parameters", "Tag", ["second", "first", "first"]),
    ],
)
def test_parameters_nobody_announced_are_signed_like_the_others(
    carrier: Carrier, client: Client, receiver: Receiver, kind: str, name: str, values: list[str]
) -> None:
    carrier.phone(ANNE).fail_next(kind)
    send(client, receiver)
    for webhook in receiver.wait_for(STATUS, 2):
        assert webhook.parameters.getlist(name) == values
        assert webhook.is_signed(receiver.base_url, AUTH_TOKEN)


@pytest.mark.slow
def test_the_ledger_says_how_each_callback_was_answered(
    carrier: Carrier, client: Client, receiver: Receiver
) -> None:
    receiver.answer(STATUS, (403, ""))
    carrier.phone(ANNE).fail_next("callback_before_response")
    send(client, receiver)
    assert [(c.status, c.http_status, c.attempts) for c in carrier.callbacks] == [
        ("sent", 403, 1),
        ("delivered", 200, 1),
    ]


def test_where_nobody_listens_one_retry_is_made_and_no_answer_is_reported() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    posted = post(f"http://127.0.0.1:{port}/", [("A", "1")], AUTH_TOKEN)
    assert (posted.http_status, posted.attempts) == (None, 2)


def test_a_far_end_that_does_not_answer_is_given_up_after_the_read_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert post(f"{url}#rt=100", [], AUTH_TOKEN).attempts == 1
        assert post(f"{url}#rt=100&rc=2&rp=rt", [], AUTH_TOKEN).attempts == 3
        assert post(f"{url}#rt=100&tt=150&rc=5&rp=all", [], AUTH_TOKEN).attempts == 2


@pytest.mark.parametrize(
    ("fragment", "connection"),
    [
        ("", Connection()),
        ("rc=5&rp=all", Connection(rc=5, rp=frozenset({"all"}))),
        ("ct=3000&rt=5000&tt=15000", Connection(ct=3000, rt=5000, tt=15_000)),
        ("rp=4xx,5xx", Connection(rp=frozenset({"4xx", "5xx"}))),
        ("rc=6&ct=99&rp=never&edge=dublin&rt=soon", Connection()),
    ],
)
def test_overrides_out_of_range_are_as_if_they_were_not_there(fragment: str, connection: Connection) -> None:
    assert read_connection(fragment) == connection
