"""The phones on the screen."""

from __future__ import annotations

import pytest
import requests
from twilio.rest import Client  # type: ignore[import-untyped, unused-ignore]

from simulator.control import Carrier
from simulator.faults import undelivered
from tests.simulator.conftest import ANNE, BEN, INBOUND_PATH, SENDER
from tests.simulator.receiver import Receiver

pytestmark = pytest.mark.slow


def page(base_url: str, path: str = "/") -> str:
    answer = requests.get(base_url + path, timeout=10)
    assert answer.status_code == 200
    return answer.text


def test_the_page_is_there_before_any_message(carrier: Carrier, base_url: str) -> None:
    assert "No phone has had a message yet." in page(base_url)


def test_each_phone_has_a_card_with_its_messages_newest_last(
    carrier: Carrier, client: Client, base_url: str
) -> None:
    client.messages.create(to=ANNE, from_=SENDER, body="Page K7Q2")
    client.messages.create(to=BEN, from_=SENDER, body="Page M4XD")
    carrier.phone(ANNE).reply("K7Q2")
    html = page(base_url, "/phones")
    assert html.count('class="phone"') == 2
    assert html.index("<p>Page K7Q2</p>") < html.index("<p>K7Q2</p>") < html.index("<p>Page M4XD</p>")
    assert "delivered" in html
    assert "http" not in html.replace(base_url, "")  # nothing is fetched from elsewhere


def test_a_message_that_never_arrived_is_shown_as_lost_with_its_reason(
    carrier: Carrier, client: Client, base_url: str
) -> None:
    carrier.phone(ANNE).fail_next(undelivered(30003))
    client.messages.create(to=ANNE, from_=SENDER, body="Page K7Q2")
    html = page(base_url)
    assert 'class="bubble lost"' in html
    assert "undelivered · 30003 Unreachable destination handset" in html


def test_what_is_written_in_a_message_is_never_markup(
    carrier: Carrier, client: Client, base_url: str
) -> None:
    client.messages.create(to=ANNE, from_=SENDER, body="<script>alert(1)</script>")
    html = page(base_url)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_a_reply_from_the_page_goes_the_way_of_any_reply(
    carrier: Carrier, base_url: str, receiver: Receiver
) -> None:
    form = {"phone": ANNE, "text": "STOP"}
    answer = requests.post(f"{base_url}/phones/reply", data=form, timeout=10)
    assert answer.status_code == 200
    assert "opted out" in answer.text
    assert [w.parameters["Body"] for w in receiver.wait_for(INBOUND_PATH, 1)] == ["STOP"]


def test_an_empty_reply_from_the_page_is_refused(carrier: Carrier, base_url: str) -> None:
    answer = requests.post(f"{base_url}/phones/reply", data={"phone": ANNE}, timeout=10)
    assert answer.status_code == 400
