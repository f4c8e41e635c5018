"""What happens around a first contact, over HTTP: taken in, refused with every fault, followed and plotted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from service.usecases.ports import Scope
from tests.canary import CANARY

CONTACT = "/v1/first-contacts"
EVENTS = f"{CONTACT}/c1/events"


def hours_ago(hours: float) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat()


def said(answer_id: str, words: str, hours: float) -> dict[str, Any]:
    return {"answer_id": answer_id, "type": "text", "text": f"{words} {CANARY}.", "at": hours_ago(hours)}


def event(event_id: str, kind: str, hours: float, **more: Any) -> dict[str, Any]:
    return {"event_id": event_id, "type": kind, "at": hours_ago(hours), **more}


@pytest.fixture
def send(client: FlaskClient, headers: Callable[..., dict[str, str]]) -> Callable[..., Any]:
    """POST with all scopes, or with those given."""

    def post(path: str, body: object, **options: Any) -> Any:
        return client.post(path, json=body, headers=headers(**options))

    return post


@pytest.fixture
def known(send: Callable[..., Any]) -> None:
    """A contact that was low at intake."""
    intake = said("a1", "My brother died. I am facing bankruptcy. I am a failure.", 5)
    assert send(CONTACT, {"contact_id": "c1", "answers": [intake]}).status_code == 201


def ended(send: Callable[..., Any]) -> Any:
    return send(EVENTS, {"events": [event("e1", "started", 4), event("e2", "ended", 3)]})


@pytest.mark.usefixtures("known")
def test_hope_that_falls_after_a_session_is_urgent_and_due_within_a_day(
    send: Callable[..., Any], client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    assert ended(send).status_code == 201
    after = send(
        f"{CONTACT}/c1/answers", {"answers": [said("a2", "It is hopeless, even therapy can't help.", 2)]}
    ).get_json()
    assert after["urgency"] == "urgent"
    assert "Hopelessness rose after first contact." in after["reasons"]
    assert "hopelessness_rose" in after["held"]
    (turn,) = [turn for turn in after["turns"] if turn["turn"] == "hopelessness_rose"]
    assert (turn["worse"], turn["answer_ids"]) == (True, ["a2"])
    due = client.get("/v1/follow-ups", headers=headers()).get_json()
    assert due["total"] == 1
    assert "left_worse" in due["follow_ups"][0]["promise"]["reasons"]


@pytest.mark.usefixtures("known")
def test_the_same_events_again_change_nothing_and_other_content_is_refused(
    send: Callable[..., Any],
) -> None:
    body = {"events": [event("e1", "ended", 3)]}
    assert send(EVENTS, body).status_code == 201
    assert send(EVENTS, body).status_code == 200
    body["events"][0]["type"] = "no_show"
    refused = send(EVENTS, body)
    assert refused.status_code == 409
    assert refused.get_json()["errors"] == [
        {"pointer": "/events/0", "detail": "differs from the stored event of this id"}
    ]


@pytest.mark.usefixtures("known")
def test_every_fault_of_every_event_is_named_at_once(send: Callable[..., Any]) -> None:
    refused = send(
        EVENTS,
        {
            "events": [
                event("e1", "booked", 1),
                event("e1", "spoken_to", 1),
                event("e3", "ended", -2, by="x"),
                {"event_id": "e4", "type": "vanished", "at": "yesterday", "more": 1},
            ]
        },
    )
    assert refused.status_code == 422
    assert {fault["pointer"] for fault in refused.get_json()["errors"]} == {
        "/events/0/appointment",
        "/events/0/event_id",
        "/events/1/by",
        "/events/1/event_id",
        "/events/2/at",
        "/events/2/by",
        "/events/3/at",
        "/events/3/more",
        "/events/3/type",
    }


@pytest.mark.usefixtures("known")
def test_that_somebody_was_spoken_to_ends_the_case_and_needs_leave_to_end_it(
    send: Callable[..., Any], client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    call = {"events": [event("e9", "spoken_to", -0.01, by="nurse 7")]}
    refused = send(EVENTS, call, scopes=(Scope.CONTACTS_WRITE,))
    assert refused.status_code == 403
    assert "cases:write" in refused.get_json()["detail"]
    listed = client.get("/v1/cases", headers=headers()).get_json()
    assert listed["total"] == 1
    assert send(EVENTS, call).status_code == 201
    assert client.get("/v1/cases", headers=headers()).get_json()["total"] == 0
    closed = client.get("/v1/cases?state=closed", headers=headers()).get_json()["cases"][0]
    assert closed["disposition"] == "spoken_to"


@pytest.mark.usefixtures("known")
def test_a_follow_up_is_settled_by_a_clinician_of_the_site(
    send: Callable[..., Any], client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    ended(send)
    settle = "/v1/follow-ups/c1/settle"
    body = {"clinician": "osei", "disposition": "already_in_care"}
    assert send(settle, body).status_code == 409  # its case is open
    case = client.get("/v1/cases", headers=headers()).get_json()["cases"][0]
    assert send(f"/v1/cases/{case['case_id']}/close", body).status_code == 200
    assert send(settle, body).status_code == 404
    send(EVENTS, {"events": [event("e5", "no_show", -0.01)]})
    faults = send(settle, {"clinician": "nobody", "disposition": "forgotten"}).get_json()["errors"]
    assert {fault["pointer"] for fault in faults} == {"/clinician", "/disposition"}
    settled = send(settle, body)
    assert settled.status_code == 200
    assert settled.get_json()["settled_how"] == "already_in_care"


@pytest.mark.usefixtures("known")
def test_the_trajectory_holds_numbers_by_answer_and_stretch_and_no_words(
    send: Callable[..., Any], client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    ended(send)
    send(f"{CONTACT}/c1/answers", {"answers": [said("a2", "It is hopeless now.", 2)]})
    response = client.get(f"{CONTACT}/c1/trajectory", headers=headers())
    found = response.get_json()
    assert [point["answer_id"] for point in found["points"]] == ["a1", "a2"]
    assert [(s["phase"], s["number"]) for s in found["stretches"]] == [("intake", 0), ("after", 1)]
    assert found["turns"][0]["turn"] == "hopelessness_rose"
    assert "hopeless now" not in response.text


@pytest.mark.usefixtures("known")
def test_the_plot_is_svg_with_a_text_alternative_and_no_words(
    send: Callable[..., Any], client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    ended(send)
    send(f"{CONTACT}/c1/answers", {"answers": [said("a2", "It is hopeless now.", 2)]})
    response = client.get(f"{CONTACT}/c1/trajectory.svg", headers=headers())
    assert response.mimetype == "image/svg+xml"
    drawing = ET.fromstring(response.text)  # noqa: S314 - our own
    names = {child.tag.rpartition("}")[2] for child in drawing}
    assert {"title", "desc", "polyline"} <= names
    assert "after 1" in response.text
    assert "hopeless now" not in response.text
    assert client.get(f"{CONTACT}/nobody/trajectory.svg", headers=headers()).status_code == 404


def test_events_may_come_with_the_contact(send: Callable[..., Any]) -> None:
    body = {
        "contact_id": "c1",
        "answers": [said("a1", "I am a failure.", 5), said("a2", "It is hopeless.", 2)],
        "events": [event("e1", "ended", 3)],
    }
    created = send(CONTACT, body)
    assert created.status_code == 201
    assert [turn["turn"] for turn in created.get_json()["turns"]] == ["hopelessness_rose"]
    assert send(CONTACT, body).status_code == 200


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00+14:00", "1899-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00"]
)
def test_a_time_that_cannot_be_is_refused_by_its_place(send: Callable[..., Any], at: str) -> None:
    answer = {"answer_id": "a1", "type": "text", "text": f"hello {CANARY}", "at": at}
    refused = send(CONTACT, {"contact_id": "c1", "answers": [answer]})
    assert (refused.status_code, [e["pointer"] for e in refused.get_json()["errors"]]) == (
        422,
        ["/answers/0/at"],
    )
    sent = {"contact_id": "c1", "answers": [{**answer, "at": "1900-01-01T00:00:00Z"}]}
    assert send(CONTACT, sent).status_code == 201
    booked = {"event_id": "e1", "type": "booked", "at": at, "appointment": at}
    refused = send(EVENTS, {"events": [booked]})
    pointers = {e["pointer"] for e in refused.get_json()["errors"]}
    assert (refused.status_code, pointers) == (422, {"/events/0/at", "/events/0/appointment"})
