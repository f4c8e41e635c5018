"""Calls reach us only signed and only by POST; a key acts once; nothing that a carrier reports takes a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4
from xml.etree import ElementTree as ET  # our own answers are read, nobody else's

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from tests.canary import CANARY
from tests.web.conftest import PUBLIC_URL


@pytest.fixture
def page_id(post: Callable[..., Any], engine: Engine) -> UUID:
    answers = [{"answer_id": "a1", "type": "text", "text": f"I have a plan for tonight, {CANARY}."}]
    post("/v1/first-contacts", {"contact_id": "c1", "answers": answers})
    with engine.connect() as connection:
        found: UUID = connection.execute(text("SELECT page_id FROM pages")).scalar_one()
    return found


def _one(engine: Engine, query: str) -> Any:
    with engine.connect() as connection:
        return connection.scalar(text(query))


def _case(engine: Engine) -> str:
    return str(_one(engine, "SELECT state FROM cases"))


def call(**more: str) -> dict[str, str]:
    return {"CallSid": "CA1", "CallStatus": "in-progress", "SequenceNumber": "1", **more}


def keys_path(answer: Any) -> str:
    """Where the next key is to be posted, as the carrier would."""
    gather = ET.fromstring(answer.text).find("Gather")  # noqa: S314 - our own
    assert gather is not None
    url, _, fragment = gather.get("action", "").partition("#")
    assert fragment == "rc=2&rp=all"
    return url.removeprefix(PUBLIC_URL)


PATHS = ["voice/{}", "voice/{}/again", "voice/{}/keys", "calls/{}"]


@pytest.mark.parametrize("path", PATHS)
def test_get_is_no_way_to_any_of_them(client: FlaskClient, page_id: UUID, engine: Engine, path: str) -> None:
    assert client.get(f"/webhooks/twilio/{path.format(page_id)}?Digits=4&CallSid=CA1").status_code == 405
    assert _case(engine) == "open"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("signature", ["", "forged"])
def test_what_the_carrier_did_not_sign_is_refused_and_changes_nothing(
    client: FlaskClient, page_id: UUID, engine: Engine, path: str, signature: str
) -> None:
    response = client.post(
        f"/webhooks/twilio/{path.format(page_id)}",
        data=call(Digits="4"),
        headers={"X-Twilio-Signature": signature},
    )
    assert (response.status_code, _case(engine)) == (403, "open")


def test_the_count_of_wrong_keys_is_signed_too(
    twilio: Callable[..., Any], client: FlaskClient, page_id: UUID
) -> None:
    path = keys_path(twilio(f"/webhooks/twilio/voice/{page_id}", call()))
    assert twilio(path, call(Digits="7")).status_code == 200
    stolen = twilio(path, call(Digits="7")).request.headers["X-Twilio-Signature"]
    forged = client.post(
        path.replace("wrong=0", "wrong=-9"), data=call(Digits="7"), headers={"X-Twilio-Signature": stolen}
    )
    assert forged.status_code == 403


def test_a_key_takes_the_case_once_however_often_it_is_posted(
    twilio: Callable[..., Any], page_id: UUID, engine: Engine
) -> None:
    asked = twilio(f"/webhooks/twilio/voice/{page_id}", call())
    assert asked.content_type == "text/xml; charset=utf-8"
    assert _case(engine) == "open"
    answers = {twilio(keys_path(asked), call(Digits="4")).text for _ in range(3)}
    assert _case(engine) == "acknowledged"
    assert [("is yours" in answer, "<Hangup" in answer) for answer in answers] == [(True, True)]
    assert _one(engine, "SELECT count(*) FROM case_events WHERE kind = 'acknowledged'") == 1


def test_wrong_keys_are_asked_again_twice_and_then_the_call_ends(
    twilio: Callable[..., Any], page_id: UUID, engine: Engine
) -> None:
    answer = twilio(f"/webhooks/twilio/voice/{page_id}", call())
    for _ in range(2):
        answer = twilio(keys_path(answer), call(Digits="1"))
    last = twilio(keys_path(answer), call(Digits="1"))
    assert "<Gather" not in last.text
    assert "Nothing was changed" in last.text
    assert _case(engine) == "open"


@pytest.mark.parametrize("digits", ["44", "a", "", "4\x00", "٤", "<"])
def test_what_is_no_key_counts_as_a_wrong_one(
    twilio: Callable[..., Any], page_id: UUID, engine: Engine, digits: str
) -> None:
    answer = twilio(f"/webhooks/twilio/voice/{page_id}/keys?wrong=0", call(Digits=digits))
    assert keys_path(answer).endswith("wrong=1")
    assert _case(engine) == "open"


def test_a_call_that_we_did_not_answer_is_told_what_to_press_and_promised_nothing(
    twilio: Callable[..., Any], page_id: UUID
) -> None:
    answer = twilio(f"/webhooks/twilio/voice/{page_id}/again", call())
    assert "4 to take" in answer.text
    assert "may not be stored" in answer.text
    assert "is yours" in twilio(keys_path(answer), call(Digits="4")).text


def test_a_key_that_could_not_be_stored_is_never_answered_with_words(
    twilio: Callable[..., Any], page_id: UUID, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE replies RENAME TO replies_away"))
    try:
        answer = twilio(f"/webhooks/twilio/voice/{page_id}/keys?wrong=0", call(Digits="4"))
    finally:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE replies_away RENAME TO replies"))
    assert answer.status_code >= 500
    assert "yours" not in answer.text
    assert _case(engine) == "open"


def test_a_page_that_nobody_knows_ends_the_call(twilio: Callable[..., Any]) -> None:
    answer = twilio(f"/webhooks/twilio/voice/{uuid4()}", call())
    assert (answer.status_code, "<Gather" in answer.text) == (200, False)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("ringing", "sent"),
        ("in-progress", "sent"),
        ("completed", "delivered"),
        ("busy", "undelivered"),
        ("no-answer", "undelivered"),
        ("failed", "failed"),
        ("canceled", "failed"),
    ],
)
def test_a_report_on_a_call_moves_its_page_and_takes_no_case(
    twilio: Callable[..., Any], page_id: UUID, engine: Engine, status: str, state: str
) -> None:
    told = twilio(f"/webhooks/twilio/calls/{page_id}", call(CallStatus=status, AnsweredBy="human"))
    assert told.status_code == 204
    assert _one(engine, f"SELECT state FROM pages WHERE page_id = '{page_id}'") == state
    assert _case(engine) == "open"


def test_no_order_of_the_reports_takes_a_page_back(
    twilio: Callable[..., Any], page_id: UUID, engine: Engine
) -> None:
    for status in ("completed", "ringing", "in-progress", "initiated", "completed", "ringing"):
        twilio(f"/webhooks/twilio/calls/{page_id}", call(CallStatus=status))
    assert _one(engine, "SELECT state FROM pages") == "delivered"
    assert _case(engine) == "open"
