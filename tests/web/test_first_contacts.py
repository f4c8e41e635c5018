"""First contacts over HTTP: taken in once, refused with every fault at once, and judged only on request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from service.bootstrap import Service
from service.usecases.ports import Scope
from simulator.servers import EmbeddedPostgres
from tests.canary import CANARY

PATH = "/v1/first-contacts"
TONIGHT = f"I have a plan for tonight, {CANARY}."


def a_text(text: str = TONIGHT, answer_id: str = "a1", **more: Any) -> dict[str, Any]:
    return {"answer_id": answer_id, "type": "text", "text": text, **more}


def a_contact(*answers: Any, contact_id: str = "c1", **more: Any) -> dict[str, Any]:
    return {"contact_id": contact_id, "answers": list(answers), **more}


def pointers(response: Any) -> set[str]:
    assert response.content_type == "application/problem+json"
    return {error["pointer"] for error in response.json.get("errors", ())}


def test_a_first_contact_is_stored_and_its_assessment_comes_back(post: Callable[..., Any]) -> None:
    response = post(PATH, a_contact(a_text()))
    assert response.status_code == 201
    assert response.get_json()["urgency"] == "emergency"
    assert response.get_json()["respond_within_minutes"] == 0
    signal = next(signal for signal in response.get_json()["signals"] if signal["counts"])
    assert TONIGHT[signal["start"] : signal["end"]] == signal["quote"]
    assert set(response.get_json()["scores"]) == {"hopelessness", "suicidality", "hope"}
    assert response.headers["Location"] == "first-contacts/c1/assessment"


def test_the_same_again_is_accepted_with_the_same_answer(post: Callable[..., Any]) -> None:
    first = post(PATH, a_contact(a_text()))
    again = post(PATH, a_contact(a_text()))
    assert (again.status_code, again.json) == (200, first.json)


def test_different_content_is_refused_and_nothing_changes(
    post: Callable[..., Any], client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    post(PATH, a_contact(a_text("I sleep badly.")))
    refused = post(PATH, a_contact(a_text(), a_text(answer_id="a2")))
    assert (refused.status_code, pointers(refused)) == (409, {"/answers/0"})
    standing = client.get(f"{PATH}/c1/assessment", headers=headers())
    assert standing.get_json()["urgency"] == "none_found"


def test_answers_may_be_added_at_any_time(
    post: Callable[..., Any], client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    post(PATH, a_contact(a_text("I sleep badly.")))
    added = post(f"{PATH}/c1/answers", {"answers": [a_text(answer_id="a2")]})
    assert (added.status_code, added.get_json()["urgency"]) == (201, "emergency")
    standing = client.get(f"{PATH}/c1/assessment", headers=headers())
    assert standing.json == added.json


def test_a_contact_may_begin_without_answers(post: Callable[..., Any]) -> None:
    response = post(PATH, a_contact())
    assert (response.status_code, response.get_json()["urgency"]) == (201, "unread")
    assert response.get_json()["gaps"] == ["no answers were supplied"]


def test_a_caller_that_asks_for_no_judgement_gets_none(post: Callable[..., Any]) -> None:
    for preference in (
        "return=minimal",
        "respond-async, return=minimal",
        "return = minimal",
        'Return="minimal"',
        "return=minimal; wait=10",
    ):
        response = post(PATH, a_contact(a_text()), Prefer=preference)
        assert (response.status_code, response.json) == (202, {"contact_id": "c1", "accepted": True})
        assert "Location" not in response.headers


def test_a_key_that_may_not_read_assessments_is_told_no_judgement(
    client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    kiosk = headers([Scope.CONTACTS_WRITE])
    response = client.post(PATH, json=a_contact(a_text()), headers=kiosk)
    assert (response.status_code, response.json) == (202, {"contact_id": "c1", "accepted": True})
    assert client.get(f"{PATH}/c1/assessment", headers=kiosk).status_code == 403


def test_every_fault_is_named_at_once_with_its_pointer(post: Callable[..., Any]) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    refused = post(
        PATH,
        {
            "contact_id": "../etc",
            "age": "old",
            "mood": "grey",
            "answers": [
                a_text("x" * 2001),
                {"answer_id": "a2", "type": "text"},
                {"answer_id": "a3", "type": "item", "instrument": "phq-9", "item": "9", "value": 7},
                {"answer_id": "a4", "type": "item", "instrument": "no-such", "item": "1", "value": 1},
                {"answer_id": "a5", "type": "item", "instrument": "phq-9", "item": "77", "value": 1},
                {"answer_id": "a6", "type": "song"},
                a_text("fine", "a7", at=tomorrow, extra=1),
                a_text("fine", "a8", at="2026-01-01T00:00:00"),
                a_text("fine", "a9", speaker="the dog"),
                {"answer_id": "b1", "type": "item", "instrument": "phq-9", "item": "1", "value": "2"},
                {"answer_id": "b2", "type": "item", "instrument": "phq-9", "item": "1"},
                "not an object",
                a_text("fine", "twice"),
                a_text("fine", "twice"),
            ],
        },
    )
    assert refused.status_code == 422
    assert pointers(refused) >= {
        "/contact_id",
        "/age",
        "/mood",
        "/answers/0/text",
        "/answers/1/text",
        "/answers/2/value",
        "/answers/3/instrument",
        "/answers/4/item",
        "/answers/5/type",
        "/answers/6/at",
        "/answers/6/extra",
        "/answers/7/at",
        "/answers/8/speaker",
        "/answers/9/value",
        "/answers/11",
        "/answers/12/answer_id",
        "/answers/13/answer_id",
    }
    assert any(pointer.startswith("/answers/10") for pointer in pointers(refused))


def test_a_refusal_stores_nothing_and_never_repeats_what_was_sent(
    post: Callable[..., Any], client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    refused = post(PATH, a_contact(a_text(), a_text(answer_id="a2", speaker=CANARY)))
    assert refused.status_code == 422
    assert CANARY not in refused.text
    assert client.get(f"{PATH}/c1/assessment", headers=headers()).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"contact_id": "c1", "contact_id": "c2", "answers": []}', 400),
        (b'{"contact_id": "c1", "answers": [], "age": NaN}', 400),
        (b'{"contact_id":"c1","answers":[{"answer_id":"a","type":"text","text":"\\ud800"}]}', 400),
        (b"[" * 200_000, 400),
        (b"[]", 422),
        (b'"text"', 422),
        (b'{"contact_id": "c1", "answers": [{"answer_id": "a", "type": []}]}', 422),
        (b'{"contact_id": "c1", "answers": [{"answer_id": "a", "type": {}}]}', 422),
        (b"null", 422),
        (b'{"contact_id": "c1", "answers": [], "age": ' + b"9" * 5000 + b"}", 400),
    ],
)
def test_a_body_that_makes_no_sense_is_a_problem_and_never_a_failure(
    client: FlaskClient, headers: Callable[..., dict[str, str]], body: bytes, status: int
) -> None:
    response = client.post(PATH, data=body, headers=headers(**{"Content-Type": "application/json"}))
    assert (response.status_code, response.content_type) == (status, "application/problem+json")


def test_another_media_type_is_refused(client: FlaskClient, headers: Callable[..., dict[str, str]]) -> None:
    response = client.post(PATH, data="contact_id=c1", headers=headers())
    assert (response.status_code, response.get_json()["type"]) == (415, "/problems/unsupported-media-type")


def test_a_body_over_a_mebibyte_is_refused(post: Callable[..., Any]) -> None:
    response = post(PATH, a_contact(a_text("x" * (1024 * 1024))))
    assert (response.status_code, response.get_json()["type"]) == (413, "/problems/too-large")


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer gh_x_y", "Basic Z2g6eA==", "Bearer ü"])
def test_without_a_key_nothing_is_let_in(client: FlaskClient, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    response = client.post(PATH, json=a_contact(a_text()), headers=headers)
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_a_key_without_the_scope_is_refused_before_anything_is_read(
    client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    response = client.post(PATH, data=b"{", headers=headers([Scope.CASES_READ]))
    assert response.status_code == 403


def test_a_revoked_key_is_refused_at_once(client: FlaskClient, service: Any) -> None:
    key, token = service.keys.create("short-lived", "riverside", tuple(Scope))
    bearer = {"Authorization": f"Bearer {token}"}
    assert client.get("/v1/cases", headers=bearer).status_code == 200
    assert service.keys.revoke(key.key_id)
    assert client.get("/v1/cases", headers=bearer).status_code == 401


def test_scoring_without_storing_stores_nothing(
    post: Callable[..., Any], client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    scored = post("/v1/assessments", a_contact(a_text()))
    assert (scored.status_code, scored.get_json()["urgency"]) == (200, "emergency")
    assert client.get(f"{PATH}/c1/assessment", headers=headers()).status_code == 404
    assert client.get("/v1/cases", headers=headers()).get_json()["total"] == 0


def test_an_assessment_whose_key_is_gone_is_gone(
    post: Callable[..., Any], client: FlaskClient, headers: Callable[..., dict[str, str]], engine: Engine
) -> None:
    post(PATH, a_contact(a_text()))
    with engine.begin() as connection:
        connection.execute(text("UPDATE assessments SET key_id = 'deleted'"))
    response = client.get(f"{PATH}/c1/assessment", headers=headers())
    assert (response.status_code, response.get_json()["type"]) == (410, "/problems/key-gone")


def test_with_the_database_away_nothing_is_accepted_and_the_caller_is_told_when_to_try_again(
    post: Callable[..., Any], postgres: EmbeddedPostgres
) -> None:
    postgres.stop()
    try:
        response = post(PATH, a_contact(a_text()))
    finally:
        postgres.start()
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
    assert response.get_json()["type"] == "/problems/unavailable"
    assert post(PATH, a_contact(a_text())).status_code == 201


@pytest.mark.parametrize("contact_id", ["%00", "c%00", "a%20b", "x" * 200])
def test_an_id_that_could_not_have_been_stored_is_not_found(
    post: Callable[..., Any], client: FlaskClient, headers: Callable[..., dict[str, str]], contact_id: str
) -> None:
    assert client.get(f"{PATH}/{contact_id}/assessment", headers=headers()).status_code == 404
    assert post(f"{PATH}/{contact_id}/answers", {"answers": [a_text()]}).status_code == 404


def test_an_erased_assessment_is_gone_and_said_to_be_erased(
    post: Callable[..., Any],
    client: FlaskClient,
    headers: Callable[..., dict[str, str]],
    service: Service,
) -> None:
    post(PATH, {"contact_id": "c1", "answers": [{**a_text(), "text": "I would like an appointment."}]})
    service.erase_contact("riverside", "c1")
    response = client.get(f"{PATH}/c1/assessment", headers=headers())
    assert (response.status_code, response.get_json()["type"]) == (410, "/problems/erased")
