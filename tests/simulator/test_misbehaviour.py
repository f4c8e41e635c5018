"""Everything that can go wrong with a create, seen by the official SDK."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped, unused-ignore]
from twilio.rest import Client  # type: ignore[import-untyped, unused-ignore]

from simulator.control import Carrier
from simulator.faults import Fault, Kind, delay, failed, reject, undelivered, wait_in_queue
from tests.simulator.conftest import ANNE, BEN, SENDER
from tests.simulator.receiver import Receiver

pytestmark = pytest.mark.slow

STATUS = "/status"


def send(client: Client, to: str = ANNE, **more: Any) -> Any:
    return client.messages.create(to=to, from_=SENDER, body="Page K7Q2", **more)


def refused(client: Client) -> tuple[int, int | None]:
    with pytest.raises(TwilioRestException) as raised:
        send(client)
    return raised.value.status, raised.value.code


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        (reject(21614), (400, 21614)),
        (reject(30001, http_status=503), (503, 30001)),
        (Kind.RATE_LIMIT_429, (429, 20429)),
        (Kind.ERROR_500_BEFORE_ACCEPTING, (500, 20500)),
    ],
)
def test_a_refusal_is_answered_and_nothing_is_recorded(
    carrier: Carrier, client: Client, fault: Fault | Kind, answer: tuple[int, int]
) -> None:
    carrier.phone(ANNE).fail_next(fault)
    assert refused(client) == answer
    assert client.messages.list(to=ANNE) == []
    assert carrier.received == []
    assert send(client).sid  # only the next one was to fail


def test_an_error_after_accepting_leaves_a_message_that_reached_the_phone(
    carrier: Carrier, client: Client
) -> None:
    carrier.phone(ANNE).fail_next("error_500_after_accepting")
    assert refused(client) == (500, 20500)
    sms = carrier.phone(ANNE).expect_sms("K7Q2")
    assert [m.sid for m in client.messages.list(to=ANNE)] == [sms.sid]


def test_an_accepted_request_can_lose_its_connection(
    carrier: Carrier, client: Client, receiver: Receiver
) -> None:
    carrier.phone(ANNE).fail_next("accept_then_drop", times=2)
    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            send(client, status_callback=receiver.base_url + STATUS)
    assert len(carrier.phone(ANNE).received) == 2
    assert {m.status for m in client.messages.list(to=ANNE)} == {"delivered"}
    assert len(receiver.wait_for(STATUS, 4)) == 4
    assert send(client).sid


def test_faults_of_different_groups_happen_to_the_same_message(carrier: Carrier, client: Client) -> None:
    carrier.phone(ANNE).fail_next("accept_then_drop", undelivered(30003), "no_callback")
    with pytest.raises(requests.ConnectionError):
        send(client, status_callback="http://127.0.0.1:9/nobody-listens")
    assert [m.error_code for m in client.messages.list(to=ANNE)] == [30003]
    assert carrier.received == []
    assert carrier.callbacks == []


def test_a_request_held_before_it_is_accepted_is_recorded_only_when_released(
    carrier: Carrier, client: Client
) -> None:
    anne = carrier.phone(ANNE)
    anne.fail_next("hold_before_accept")
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(send, client)
        anne.wait_until_holding()
        assert client.messages.list(to=ANNE) == []
        assert anne.received == []
        assert anne.release() == 1
        assert sending.result(10).status == "queued"
    anne.expect_sms("K7Q2")


def test_nothing_is_recorded_when_the_client_of_a_held_request_has_gone(
    carrier: Carrier, client: Client, new_client: Callable[..., Client]
) -> None:
    anne = carrier.phone(ANNE)
    anne.fail_next("hold_before_accept")
    with pytest.raises(requests.Timeout):
        send(new_client(timeout=0.3))
    anne.wait_until_not_holding()
    assert client.messages.list(to=ANNE) == []
    assert anne.received == []


def test_an_accepted_request_can_be_kept_waiting_for_its_answer(
    carrier: Carrier, client: Client, receiver: Receiver
) -> None:
    anne = carrier.phone(ANNE)
    anne.fail_next("accept_then_hold")
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(send, client, status_callback=receiver.base_url + STATUS)
        anne.wait_until_holding()
        sms = anne.expect_sms("K7Q2")
        receiver.wait_for(STATUS, 2)
        assert not sending.done()
        assert carrier.phone("*").release() == 1
        assert sending.result(10).sid == sms.sid


def test_a_reset_drops_what_is_held(carrier: Carrier, client: Client) -> None:
    carrier.phone(ANNE).fail_next("accept_then_hold")
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(send, client)
        carrier.phone(ANNE).wait_until_holding()
        carrier.reset()
        assert isinstance(sending.exception(10), requests.ConnectionError)


def test_a_delayed_answer_comes_late_and_the_message_does_not(
    carrier: Carrier, client: Client, new_client: Callable[..., Client]
) -> None:
    carrier.phone(ANNE).fail_next(delay(0.6), times=2)
    with pytest.raises(requests.Timeout):
        send(new_client(timeout=0.2))
    carrier.phone(ANNE).expect_sms("K7Q2")
    began = monotonic()
    assert send(client).sid
    assert monotonic() - began >= 0.6


@pytest.mark.parametrize(
    ("fault", "statuses"),
    [(undelivered(30003), ["sent", "undelivered"]), (failed(30003), ["failed"])],
)
def test_a_message_that_comes_to_nothing_says_so_later(
    carrier: Carrier, client: Client, receiver: Receiver, fault: Fault, statuses: list[str]
) -> None:
    carrier.phone(ANNE).fail_next(fault)
    created = send(client, status_callback=receiver.base_url + STATUS)
    webhooks = receiver.wait_for(STATUS, len(statuses))
    fetched = client.messages(created.sid).fetch()
    assert created.status == "queued"
    assert [w.parameters["MessageStatus"] for w in webhooks] == statuses
    assert webhooks[-1].parameters["ErrorCode"] == "30003"
    assert "ErrorCode" not in webhooks[0].parameters or len(webhooks) == 1
    assert (fetched.status, fetched.error_code) == (statuses[-1], 30003)
    assert fetched.error_message
    assert carrier.received == []


def test_a_message_kept_in_the_queue_is_delivered_within_its_validity(
    carrier: Carrier, client: Client, receiver: Receiver
) -> None:
    carrier.phone(ANNE).fail_next(wait_in_queue(0.3))
    sid = send(client, status_callback=receiver.base_url + STATUS).sid
    assert client.messages(sid).fetch().status == "queued"
    assert [w.parameters["MessageStatus"] for w in receiver.wait_for(STATUS, 2)] == ["sent", "delivered"]
    carrier.phone(ANNE).expect_sms("K7Q2")


def test_a_message_kept_in_the_queue_past_its_validity_fails_and_never_arrives(
    carrier: Carrier, client: Client, receiver: Receiver
) -> None:
    carrier.phone(ANNE).fail_next(wait_in_queue(30))
    sid = send(client, validity_period=1, status_callback=receiver.base_url + STATUS).sid
    webhook = receiver.wait_for(STATUS, 1)[0]
    assert (webhook.parameters["MessageStatus"], webhook.parameters["ErrorCode"]) == ("failed", "30036")
    assert client.messages(sid).fetch().status == "failed"
    assert carrier.received == []


def test_a_fault_for_every_phone_stays_until_it_is_taken_back(carrier: Carrier, client: Client) -> None:
    carrier.phone("*").always("rate_limit_429")
    assert [refused(client) for _ in range(2)] == [(429, 20429)] * 2
    carrier.phone("*").always()
    assert send(client, to=BEN).sid


def test_a_malformed_request_does_not_use_up_a_fault(carrier: Carrier, client: Client) -> None:
    carrier.phone(ANNE).fail_next("rate_limit_429")
    with pytest.raises(TwilioRestException) as raised:
        client.messages.create(to=ANNE, from_=BEN, body="x")
    assert raised.value.code == 21606
    assert refused(client) == (429, 20429)
