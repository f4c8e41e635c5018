"""The words in which tests speak to the carrier."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from twilio.rest import Client  # type: ignore[import-untyped, unused-ignore]

from simulator.account import read_account
from simulator.app import create_app
from simulator.control import Carrier
from tests.simulator.conftest import ANNE, BEN, SENDER, environment

pytestmark = pytest.mark.slow


def send(client: Client, body: str, to: str = ANNE) -> Any:
    return client.messages.create(to=to, from_=SENDER, body=body)


def test_the_ledger_holds_what_reached_each_phone(carrier: Carrier, client: Client) -> None:
    sent = [send(client, "one"), send(client, "two", BEN), send(client, "three")]
    assert [(sms.phone, sms.body) for sms in carrier.received] == [
        (ANNE, "one"),
        (BEN, "two"),
        (ANNE, "three"),
    ]
    assert [sms.sid for sms in carrier.phone(ANNE).received] == [sent[0].sid, sent[2].sid]
    assert carrier.received[0].sender == SENDER
    assert carrier.received[0].at.tzinfo is not None


def test_an_sms_is_expected_once_and_must_hold_every_word(carrier: Carrier, client: Client) -> None:
    first, second = send(client, "Page K7Q2: reply"), send(client, "Page K7Q2 again: reply")
    anne = carrier.phone(ANNE)
    assert anne.expect_sms("K7Q2", "again").sid == second.sid
    assert anne.expect_sms("K7Q2").sid == first.sid
    with pytest.raises(AssertionError):
        anne.expect_sms("K7Q2", within=0)


def test_an_expectation_that_fails_says_what_came_instead(carrier: Carrier, client: Client) -> None:
    send(client, "Page M4XD")
    with pytest.raises(AssertionError) as raised:
        carrier.phone(ANNE).expect_sms("K7Q2", within=0.1)
    assert "K7Q2" in str(raised.value)
    assert "Page M4XD" in str(raised.value)
    with pytest.raises(AssertionError, match="nothing at all"):
        carrier.phone(BEN).expect_sms("K7Q2", within=0)


def test_a_message_that_nobody_expected_is_named(carrier: Carrier, client: Client) -> None:
    send(client, "first")
    send(client, "the second", BEN)
    carrier.phone(ANNE).expect_sms("first")
    with pytest.raises(AssertionError) as raised:
        carrier.assert_nothing_unexpected()
    assert f"{BEN}: 'the second'" in str(raised.value)
    assert "'first'" not in str(raised.value)
    carrier.phone(BEN).expect_sms("second")
    carrier.assert_nothing_unexpected()


def test_a_reset_forgets_messages_faults_and_opt_outs(carrier: Carrier, client: Client) -> None:
    send(client, "before")
    carrier.phone(BEN).reply("STOP")
    carrier.phone("*").always("rate_limit_429")
    carrier.reset()
    assert carrier.received == []
    assert send(client, "after", BEN).sid
    carrier.phone(BEN).expect_sms("after")


def test_waiting_for_a_hold_that_does_not_come_fails(carrier: Carrier) -> None:
    with pytest.raises(AssertionError, match="no request"):
        carrier.phone(ANNE).wait_until_holding(within=0)
    assert carrier.phone(ANNE).release() == 0


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"phone": ANNE, "faults": [{"kind": "vanish"}], "times": 1}),
        ("faults", {"phone": ANNE, "faults": [{"kind": "delay"}], "times": 1}),
        ("faults", {"phone": ANNE, "faults": [], "times": 0}),
        ("faults", {"phone": ANNE, "faults": [{"kind": "no_callback", "colour": "red"}], "times": 1}),
        ("faults", {"phone": ANNE, "times": 1}),
        ("holds/release", {}),
    ],
)
def test_a_control_request_that_makes_no_sense_is_refused_with_its_reason(
    carrier: Carrier, base_url: str, path: str, body: dict[str, Any]
) -> None:
    answer = requests.post(f"{base_url}/control/{path}", json=body, timeout=10)
    assert answer.status_code == 400
    assert answer.json()["fault"]


def test_the_control_api_answers_to_this_machine_only() -> None:
    app = create_app(read_account(environment("http://127.0.0.1:9/replies")))
    answers = [
        app.test_client().get("/control/ledger", environ_base={"REMOTE_ADDR": address}).status_code
        for address in ("127.0.0.1", "::1", "192.0.2.1")
    ]
    assert answers == [200, 200, 403]
