"""The carrier is believed only when it signed, for the address that it was given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from twilio.request_validator import RequestValidator

from simulator.servers import EmbeddedPostgres
from tests.canary import CANARY
from tests.web.conftest import PUBLIC_URL, SECONDARY_TOKEN

OSEI = "+447700900101"


@pytest.fixture
def page_id(post: Callable[..., Any], engine: Engine) -> UUID:
    answers = [{"answer_id": "a1", "type": "text", "text": f"I have a plan for tonight, {CANARY}."}]
    post("/v1/first-contacts", {"contact_id": "c1", "answers": answers})
    with engine.connect() as connection:
        found: UUID = connection.execute(text("SELECT page_id FROM pages")).scalar_one()
    return found


def _state(engine: Engine) -> str:
    with engine.connect() as connection:
        return str(connection.scalar(text("SELECT state FROM pages")))


def report(status: str, **more: str) -> dict[str, str]:
    return {"MessageSid": "SM1", "MessageStatus": status, **more}


def test_reports_move_a_page_forwards_and_never_back(
    twilio: Callable[..., Any], page_id: UUID, engine: Engine
) -> None:
    for status in ("sent", "delivered", "sent", "queued", "delivered"):
        assert twilio(f"/webhooks/twilio/status/{page_id}", report(status)).status_code == 204
    assert _state(engine) == "delivered"


def test_undelivered_is_believed_and_its_reason_kept(
    twilio: Callable[..., Any], page_id: UUID, engine: Engine
) -> None:
    twilio(f"/webhooks/twilio/status/{page_id}", report("undelivered", ErrorCode="30003"))
    assert _state(engine) == "undelivered"
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT detail FROM pages")) == "out_of_reach 30003"


@pytest.mark.parametrize("signature", ["", "forged", "RSOYDt4T1cUTdK1PDd93/VVr8B8="])
def test_a_forged_report_is_refused_and_changes_nothing(
    client: FlaskClient, page_id: UUID, engine: Engine, signature: str
) -> None:
    before = _state(engine)
    response = client.post(
        f"/webhooks/twilio/status/{page_id}",
        data=report("delivered"),
        headers={"X-Twilio-Signature": signature},
    )
    assert (response.status_code, _state(engine)) == (403, before)


def test_a_signature_over_the_address_behind_the_proxy_is_not_the_carriers(
    twilio: Callable[..., Any], page_id: UUID
) -> None:
    assert twilio(f"/webhooks/twilio/status/{page_id}?x=1", report("sent")).status_code == 204
    assert twilio(f"/webhooks/twilio/status/{uuid4()}", report("sent")).status_code == 204
    forged = twilio("/webhooks/twilio/messages", {"From": OSEI, "Body": "ack"}, signature="x")
    assert forged.status_code == 403


def test_while_a_token_is_replaced_either_signs(client: FlaskClient, page_id: UUID, engine: Engine) -> None:
    path, form = f"/webhooks/twilio/status/{page_id}", report("delivered")
    for token, status in (("a third one", 403), (SECONDARY_TOKEN, 204)):
        signed = RequestValidator(token).compute_signature(PUBLIC_URL + path, form)
        posted = client.post(path, data=form, headers={"X-Twilio-Signature": signed})
        assert posted.status_code == status
    assert _state(engine) == "delivered"


def test_a_reply_is_answered_in_xml_and_only_to_those_we_know(
    twilio: Callable[..., Any], page_id: UUID
) -> None:
    twilio(f"/webhooks/twilio/status/{page_id}", report("sent"))
    asked = twilio("/webhooks/twilio/messages", {"MessageSid": "SM7", "From": OSEI, "Body": "what?"})
    assert asked.content_type == "text/xml; charset=utf-8"
    assert "<Message>Goldenhour: please name the code." in asked.text
    unknown = twilio("/webhooks/twilio/messages", {"MessageSid": "SM8", "From": "+15550199", "Body": "what?"})
    assert unknown.text == '<?xml version="1.0" encoding="UTF-8"?><Response />'


@pytest.mark.parametrize("sid", ["SM\x00", "x" * 20_000, "", "SM 1"])
def test_an_id_that_no_carrier_gives_is_taken_for_nothing(
    twilio: Callable[..., Any], page_id: UUID, engine: Engine, sid: str
) -> None:
    before = _state(engine)
    told = twilio(f"/webhooks/twilio/status/{page_id}", {"MessageSid": sid, "MessageStatus": "delivered"})
    said = twilio("/webhooks/twilio/messages", {"MessageSid": sid, "From": OSEI, "Body": "ack"})
    assert (told.status_code, said.status_code, _state(engine)) == (204, 200, before)


def test_a_key_that_cannot_be_stored_is_never_confirmed_and_is_asked_for_again(
    twilio: Callable[..., Any], page_id: UUID, postgres: EmbeddedPostgres
) -> None:
    path = f"/webhooks/twilio/voice/{page_id}"
    press = {"CallSid": "CA1", "CallStatus": "in-progress", "Digits": "4"}
    postgres.stop()
    try:
        assert twilio(f"{path}/keys", press).status_code == 503  # the carrier goes to the fallback address
        again = twilio(f"{path}/again", press)
    finally:
        postgres.start()
    assert "may not be stored" in again.text
    assert "is yours" not in again.text
    assert "is yours" in twilio(f"{path}/keys", press).text


def test_a_call_is_answered_only_by_post(client: FlaskClient, page_id: UUID) -> None:
    for part in ("", "/keys", "/again"):
        assert client.get(f"/webhooks/twilio/voice/{page_id}{part}").status_code in {403, 405}
