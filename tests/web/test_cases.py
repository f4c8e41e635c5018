"""The worklist and its acts over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from service.usecases.ports import Scope
from tests.canary import CANARY


@pytest.fixture
def case(post: Callable[..., Any], client: FlaskClient, headers: Callable[..., dict[str, str]]) -> Any:
    answers = [{"answer_id": "a1", "type": "text", "text": f"I have a plan for tonight, {CANARY}."}]
    post("/v1/first-contacts", {"contact_id": "c1", "answers": answers})
    (listed,) = client.get("/v1/cases", headers=headers()).get_json()["cases"]
    return listed


def act(post: Callable[..., Any], case: Any, verb: str, **body: str) -> Any:
    return post(f"/v1/cases/{case['case_id']}/{verb}", body)


def test_the_worklist_names_no_word_of_the_persons(case: Any) -> None:
    assert case["contact_id"] == "c1"
    assert case["urgency"] == "emergency"
    assert set(case) == {
        "case_id",
        "code",
        "kind",
        "contact_id",
        "subject",
        "urgency",
        "state",
        "alarm",
        "owner",
        "confirmed_by",
        "offered_to",
        "disposition",
        "opened_at",
        "respond_by",
        "next_action_at",
    }


def test_the_most_pressing_case_comes_first(
    post: Callable[..., Any], case: Any, client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    for number, words in enumerate(["I don't see a future for myself.", "I want to kill myself."]):
        answers = [{"answer_id": "a1", "type": "text", "text": words}]
        post("/v1/first-contacts", {"contact_id": f"x{number}", "answers": answers})
    listed = client.get("/v1/cases", headers=headers()).get_json()
    assert [entry["contact_id"] for entry in listed["cases"]] == ["c1", "x1", "x0"]
    page = client.get("/v1/cases?limit=1&offset=1", headers=headers()).get_json()
    assert ([entry["contact_id"] for entry in page["cases"]], page["total"]) == (["x1"], 3)


def test_acknowledge_pass_and_close_are_in_the_timeline(
    post: Callable[..., Any], case: Any, client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    assert act(post, case, "acknowledge", clinician="osei").get_json()["owner"] == "osei"
    assert act(post, case, "pass", clinician="osei").get_json()["state"] == "open"
    closed = act(post, case, "close", clinician="lindqvist", disposition="spoken_to")
    assert (closed.get_json()["state"], closed.get_json()["next_action_at"]) == ("closed", None)
    read = client.get(f"/v1/cases/{case['case_id']}", headers=headers()).get_json()
    kinds = [event["kind"] for event in read["timeline"]]
    assert [kind for kind in kinds if kind in {"acknowledged", "passed", "closed"}] == [
        "acknowledged",
        "passed",
        "closed",
    ]
    assert client.get("/v1/cases", headers=headers()).get_json()["cases"] == []
    assert client.get("/v1/cases?state=closed", headers=headers()).get_json()["total"] == 1


def test_a_case_that_another_has_taken_is_a_conflict_that_names_who(
    post: Callable[..., Any], case: Any
) -> None:
    act(post, case, "acknowledge", clinician="osei")
    refused = act(post, case, "acknowledge", clinician="lindqvist")
    assert (refused.status_code, refused.get_json()["detail"]) == (409, "The case was taken by osei.")


def test_closing_needs_a_disposition_and_a_clinician_of_the_site(post: Callable[..., Any], case: Any) -> None:
    refused = act(post, case, "close", clinician="nobody", disposition="got better")
    assert refused.status_code == 422
    assert {error["pointer"] for error in refused.get_json()["errors"]} == {"/clinician", "/disposition"}
    assert act(post, case, "close", clinician="osei").status_code == 422


def test_a_link_never_acknowledges(
    case: Any, client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    response = client.get(f"/v1/cases/{case['case_id']}/acknowledge", headers=headers())
    assert response.status_code == 405
    read = client.get(f"/v1/cases/{case['case_id']}", headers=headers()).get_json()
    assert read["case"]["state"] == "open"


@pytest.mark.parametrize("query", ["state=calm", "limit=0", "limit=x", "offset=-1", "colour=red"])
def test_a_query_that_makes_no_sense_is_refused(
    client: FlaskClient, headers: Callable[..., dict[str, str]], query: str
) -> None:
    response = client.get(f"/v1/cases?{query}", headers=headers())
    assert (response.status_code, response.get_json()["type"]) == (422, "/problems/invalid-request")


def test_an_unknown_case_is_not_found(
    post: Callable[..., Any], client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    assert client.get(f"/v1/cases/{uuid4()}", headers=headers()).status_code == 404
    assert post(f"/v1/cases/{uuid4()}/acknowledge", {"clinician": "osei"}).status_code == 404


def test_an_owner_offers_a_case_and_nobody_else_does(post: Callable[..., Any], case: Any) -> None:
    assert act(post, case, "offer", clinician="osei", to="moreau").status_code == 409
    act(post, case, "acknowledge", clinician="osei")
    assert act(post, case, "offer", clinician="osei", to="moreau").get_json()["offered_to"] == "moreau"
    unknown = act(post, case, "offer", clinician="x", to="y").get_json()
    assert [error["pointer"] for error in unknown["errors"]] == ["/clinician", "/to"]


def test_a_history_tells_who_did_and_read_what_and_is_read_with_a_scope_of_its_own(
    post: Callable[..., Any], case: Any, client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    act(post, case, "acknowledge", clinician="osei")
    auditor = headers([Scope.AUDIT_READ])
    path = f"/v1/cases/{case['case_id']}/history"
    client.get(path, headers=auditor)
    read = client.get(path, headers=auditor).get_json()
    assert read["case"]["code"] == case["code"]
    taken = next(entry for entry in read["entries"] if entry["act"] == "acknowledged")
    assert taken["actor"].startswith("key test (")
    assert (taken["clinician"], taken["number"]) == ("osei", None)
    assert [entry["act"] for entry in read["entries"]].count("history_read") == 1  # the one before
    assessed = next(entry for entry in read["entries"] if entry["act"] == "assessed")
    assert assessed["rules"]
    refused = client.get(path, headers=headers([Scope.CASES_READ]))
    assert (refused.status_code, refused.get_json()["type"]) == (403, "/problems/forbidden")
    assert client.get(f"/v1/cases/{uuid4()}/history", headers=auditor).status_code == 404
    assert client.get(path, headers=headers([Scope.AUDIT_READ], site="elsewhere")).status_code == 401
