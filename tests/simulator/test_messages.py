"""The Messages resource, through the official SDK."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped, unused-ignore]
from twilio.rest import Client  # type: ignore[import-untyped, unused-ignore]

from simulator.control import Carrier
from simulator.faults import wait_in_queue
from tests.simulator.conftest import ACCOUNT_SID, ANNE, AUTH_TOKEN, BEN, OTHER_SENDER, SENDER

pytestmark = pytest.mark.slow


def send(client: Client, to: str = ANNE, body: str = "Page K7Q2", **more: Any) -> Any:
    return client.messages.create(to=to, from_=SENDER, body=body, **more)


def create_raw(base_url: str, **form: str) -> requests.Response:
    url = f"{base_url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
    return requests.post(url, data=form, auth=(ACCOUNT_SID, AUTH_TOKEN), timeout=10)


def test_a_created_message_has_every_field_that_twilio_gives(carrier: Carrier, base_url: str) -> None:
    answer = create_raw(base_url, To=ANNE, From=SENDER, Body="Page K7Q2")
    body = answer.json()
    uri = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{body['sid']}"
    assert answer.status_code == 201
    assert body.pop("sid").startswith("SM")
    assert body.pop("date_created") == body.pop("date_updated")
    assert body == {
        "account_sid": ACCOUNT_SID,
        "api_version": "2010-04-01",
        "body": "Page K7Q2",
        "date_sent": None,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": SENDER,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "status": "queued",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": ANNE,
        "uri": f"{uri}.json",
    }


def test_a_message_is_queued_when_created_and_delivered_when_fetched(
    carrier: Carrier, client: Client
) -> None:
    created = send(client)
    fetched = client.messages(created.sid).fetch()
    assert (created.status, created.date_sent) == ("queued", None)
    assert fetched.status == "delivered"
    assert abs(fetched.date_sent - datetime.now(UTC)) < timedelta(seconds=30)
    assert carrier.phone(ANNE).expect_sms("K7Q2").sid == created.sid


def test_segments_are_counted_in_the_resource(client: Client) -> None:
    assert send(client, body="a" * 161).num_segments == "2"


def test_wrong_credentials_are_refused(carrier: Carrier, new_client: Callable[..., Client]) -> None:
    with pytest.raises(TwilioRestException) as raised:
        send(new_client(token="another"))
    assert (raised.value.status, raised.value.code) == (401, 20003)
    assert carrier.received == []


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"From": SENDER, "Body": "x"}, 21604),
        ({"To": "0800 1111", "From": SENDER, "Body": "x"}, 21211),
        ({"To": ANNE, "From": SENDER}, 21602),
        ({"To": ANNE, "From": SENDER, "Body": "x" * 1601}, 21617),
        ({"To": ANNE, "Body": "x"}, 21603),
        ({"To": ANNE, "Body": "x", "MessagingServiceSid": "MG1"}, 21701),
        ({"To": ANNE, "From": BEN, "Body": "x"}, 21606),
        ({"To": ANNE, "From": SENDER, "Body": "x", "StatusCallback": "nowhere"}, 21609),
        ({"To": ANNE, "From": SENDER, "Body": "x", "StatusCallback": "http://a_b.test/"}, 21609),
        ({"To": ANNE, "From": SENDER, "Body": "x", "ValidityPeriod": "0"}, 90007),
        ({"To": ANNE, "From": SENDER, "Body": "x", "ValidityPeriod": "36001"}, 90007),
    ],
)
def test_what_twilio_refuses_is_refused_with_its_code(
    carrier: Carrier, base_url: str, form: dict[str, str], code: int
) -> None:
    answer = create_raw(base_url, **form)
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert answer.json()["more_info"] == f"https://www.twilio.com/docs/errors/{code}"
    assert answer.json()["status"] == 400
    assert carrier.received == []


def test_the_longest_validity_and_the_longest_body_are_taken(client: Client) -> None:
    assert send(client, body="x" * 1600, validity_period=36_000).sid


def test_an_unknown_message_and_an_unknown_path_are_not_found(client: Client, base_url: str) -> None:
    with pytest.raises(TwilioRestException) as raised:
        client.messages("SM" + "0" * 32).fetch()
    assert (raised.value.status, raised.value.code) == (404, 20404)
    assert requests.get(f"{base_url}/2010-04-01/elsewhere", timeout=10).json()["code"] == 20404


def test_a_list_is_newest_first_and_filtered_by_both_numbers(client: Client) -> None:
    first, second = send(client, body="one"), send(client, body="two")
    send(client, to=BEN, body="three")
    other = client.messages.create(to=ANNE, from_=OTHER_SENDER, body="four")
    assert [m.sid for m in client.messages.list(to=ANNE, from_=SENDER)] == [second.sid, first.sid]
    assert [m.sid for m in client.messages.list(to=ANNE)] == [other.sid, second.sid, first.sid]


def test_a_list_is_filtered_by_when_it_was_sent(client: Client) -> None:
    sid = send(client).sid
    now = datetime.now(UTC)
    minute, day = timedelta(minutes=1), timedelta(days=1)
    sent = client.messages(sid).fetch().date_sent
    assert [m.sid for m in client.messages.list(date_sent_after=now - minute)] == [sid]
    assert [m.sid for m in client.messages.list(date_sent_after=sent, date_sent_before=sent)] == [sid]
    assert [m.sid for m in client.messages.list(date_sent=sent.date())] == []
    assert [m.sid for m in client.messages.list(date_sent=str(sent.date()))] == [sid]
    assert client.messages.list(date_sent_after=now + minute) == []
    assert client.messages.list(date_sent_before=now - minute) == []
    assert client.messages.list(date_sent_before=str((now - day).date())) == []


def test_a_message_still_in_the_queue_has_no_sent_date_to_be_found_by(
    carrier: Carrier, client: Client
) -> None:
    carrier.phone(ANNE).fail_next(wait_in_queue(60))
    sid = send(client).sid
    assert [m.sid for m in client.messages.list(to=ANNE)] == [sid]
    assert client.messages.list(to=ANNE, date_sent_after=datetime.now(UTC) - timedelta(days=1)) == []


def test_a_date_that_is_none_is_refused(client: Client) -> None:
    with pytest.raises(Exception, match="Unable to fetch page"):
        client.messages.list(date_sent="yesterday")


def test_pages_follow_one_another_without_a_gap_or_a_repeat(client: Client) -> None:
    sids = [send(client, body=f"message {number}").sid for number in range(5)][::-1]
    assert [m.sid for m in client.messages.list(to=ANNE, page_size=2)] == sids
    first = client.messages.page(to=ANNE, page_size=2)
    send(client, body="meanwhile")
    second = first.next_page()
    assert [m.sid for m in first] == sids[:2]
    assert [m.sid for m in second] == sids[2:4]
    assert [m.sid for m in second.previous_page()] == sids[:2]
    last = second.next_page()
    assert [m.sid for m in last] == sids[4:]
    assert last.next_page() is None


def test_a_redacted_text_leaves_the_record_and_stays_on_the_phone(carrier: Carrier, client: Client) -> None:
    sid = send(client).sid
    assert client.messages(sid).update(body="").body == ""
    assert client.messages(sid).fetch().body == ""
    assert carrier.phone(ANNE).expect_sms("Page K7Q2").sid == sid


def test_a_text_cannot_be_changed(client: Client) -> None:
    with pytest.raises(TwilioRestException) as raised:
        client.messages(send(client).sid).update(body="another")
    assert raised.value.code == 30400


def test_a_deleted_message_leaves_the_record_and_stays_on_the_phone(carrier: Carrier, client: Client) -> None:
    sid = send(client).sid
    assert client.messages(sid).delete()
    assert client.messages.list(to=ANNE) == []
    assert [sms.sid for sms in carrier.phone(ANNE).received] == [sid]


def test_a_message_under_way_cannot_be_deleted(carrier: Carrier, client: Client) -> None:
    carrier.phone(ANNE).fail_next(wait_in_queue(60))
    sid = send(client).sid
    with pytest.raises(TwilioRestException) as raised:
        client.messages(sid).delete()
    assert (raised.value.status, raised.value.code) == (409, 20009)


def test_a_queued_message_that_is_canceled_never_reaches_the_phone(carrier: Carrier, client: Client) -> None:
    carrier.phone(ANNE).fail_next(wait_in_queue(60))
    sid = send(client).sid
    assert client.messages(sid).update(status="canceled").status == "canceled"
    assert carrier.phone(ANNE).received == []


def test_a_delivered_message_cannot_be_canceled(client: Client) -> None:
    with pytest.raises(TwilioRestException) as raised:
        client.messages(send(client).sid).update(status="canceled")
    assert raised.value.code == 30409
