"""Rosters over HTTP: who is on call, what comes next, and overrides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from flask.testing import FlaskClient

from service.bootstrap import Service
from service.usecases.ports import Scope
from tests.database import TimeMachine

Headers = Callable[..., dict[str, str]]


def _time(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


def test_the_list_says_who_is_on_call_now_on_every_roster(client: FlaskClient, headers: Headers) -> None:
    listed = client.get("/v1/rosters", headers=headers()).get_json()["rosters"]
    assert [(roster["name"], roster["now"]["clinicians"], roster["next"]) for roster in listed] == [
        ("first", ["osei"], None),
        ("second", ["lindqvist"], None),
    ]
    assert all((roster["gaps"], roster["warnings"]) == ([], []) for roster in listed)


def test_an_override_is_made_shown_and_ended(
    client: FlaskClient, headers: Headers, post: Callable[..., Any]
) -> None:
    made = post("/v1/rosters/first/overrides", {"clinician": "moreau", "until": _time(8)})
    assert made.status_code == 201
    override = made.get_json()["override"]
    assert (made.get_json()["gaps"], made.get_json()["warnings"]) == ([], [])
    read = client.get("/v1/rosters/first", headers=headers()).get_json()
    assert (read["now"]["clinicians"], read["next"]["clinicians"]) == (["moreau"], ["osei"])
    assert [span["clinicians"] for span in read["spans"]] == [["moreau"], ["osei"]]
    assert (read["overrides"][0]["override_id"], read["overrides"][0]["made_by"]) == (
        override["override_id"],
        "test",
    )
    path = f"/v1/rosters/first/overrides/{override['override_id']}"
    assert client.delete(path, headers=headers()).status_code == 200
    assert client.get("/v1/rosters/first", headers=headers()).get_json()["now"]["clinicians"] == ["osei"]
    again = client.delete(path, headers=headers())
    assert (again.status_code, again.get_json()["type"]) == (404, "/problems/not-found")


def test_an_override_that_opens_a_gap_is_made_with_a_warning(post: Callable[..., Any]) -> None:
    begin, end = _time(1), _time(3)
    made = post("/v1/rosters/first/overrides", {"instead_of": "osei", "from": begin, "until": end})
    assert made.status_code == 201
    told = made.get_json()
    assert [(gap["from"], gap["until"]) for gap in told["gaps"]] == [(begin, end)]
    assert "nobody on call" in told["warnings"][0]


def test_a_window_is_read_as_asked_and_its_gaps_are_named(
    client: FlaskClient, headers: Headers, post: Callable[..., Any]
) -> None:
    post("/v1/rosters/first/overrides", {"instead_of": "osei", "from": _time(30), "until": _time(40)})
    query = {"from": _time(24), "until": _time(48)}
    read = client.get("/v1/rosters/first", query_string=query, headers=headers()).get_json()
    assert (read["from"], read["until"]) == (query["from"], query["until"])
    assert [span["clinicians"] for span in read["spans"]] == [["osei"], [], ["osei"]]
    assert len(read["gaps"]) == 1
    assert read["now"]["clinicians"] == ["osei"]
    assert read["time_zone"] == "Europe/London"
    assert read["calendar"] is None


def test_a_roster_is_written_as_a_calendar(client: FlaskClient, headers: Headers) -> None:
    response = client.get("/v1/rosters/first.ics", headers=headers())
    assert response.content_type == "text/calendar; charset=utf-8"
    assert b"SUMMARY:Dr Osei" in response.data
    assert b"4477" not in response.data


@pytest.mark.parametrize("path", ["/v1/rosters/third", "/v1/rosters/third.ics", "/v1/rosters/.ics"])
def test_an_unknown_roster_is_not_found(client: FlaskClient, headers: Headers, path: str) -> None:
    response = client.get(path, headers=headers())
    assert (response.status_code, response.get_json()["type"]) == (404, "/problems/not-found")


def test_nothing_is_added_to_or_ended_on_an_unknown_roster(
    client: FlaskClient, headers: Headers, post: Callable[..., Any]
) -> None:
    assert post("/v1/rosters/third/overrides", {"clinician": "osei", "until": _time(1)}).status_code == 404
    response = client.delete(f"/v1/rosters/third/overrides/{uuid4()}", headers=headers())
    assert response.status_code == 404


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"/until"}),
        ({"until": "tomorrow"}, {"/until"}),
        ({"until": "2999-01-01T00:00:00", "clinician": "osei"}, {"/until"}),
        ({"until": "2999-01-01T00:00:00Z", "clinician": "nobody"}, {"/until", "/clinician"}),
        ({"until": "2999-01-01T00:00:00Z", "clinician": "osei", "why": "leave"}, {"/why"}),
        ({"until": "9999-12-31T23:59:59-23:00", "clinician": "osei"}, {"/until"}),
        ({"from": "0001-01-01T00:00:00+23:00", "until": "2020-01-01T00:00:00Z"}, {"/until", "/clinician"}),
    ],
)
def test_every_fault_of_an_override_is_named(
    post: Callable[..., Any], body: dict[str, str], pointers: set[str]
) -> None:
    refused = post("/v1/rosters/first/overrides", body)
    assert refused.status_code == 422
    assert {error["pointer"] for error in refused.get_json()["errors"]} == pointers


@pytest.mark.parametrize(
    "query",
    [
        {"until": "2026-01-01T00:00:00Z"},
        {"from": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
        {"from": "2026-01-01T00:00:00Z", "until": "2028-01-01T00:00:00Z"},
        {"from": "0001-01-01T00:00:00Z"},
        {"from": "9999-12-31T00:00:00Z"},
        {"from": "yesterday"},
        {"days": "3"},
    ],
)
def test_a_window_that_makes_no_sense_is_refused(
    client: FlaskClient, headers: Headers, query: dict[str, str]
) -> None:
    response = client.get("/v1/rosters/first", query_string=query, headers=headers())
    assert (response.status_code, response.get_json()["type"]) == (422, "/problems/invalid-request")


def test_reading_and_writing_need_a_scope_each(client: FlaskClient, headers: Headers) -> None:
    reads, writes = headers([Scope.ROSTERS_READ]), headers([Scope.ROSTERS_WRITE])
    body = {"clinician": "moreau", "until": _time(1)}
    assert client.get("/v1/rosters", headers=writes).status_code == 403
    assert client.post("/v1/rosters/first/overrides", json=body, headers=reads).status_code == 403
    assert client.post("/v1/rosters/first/overrides", json=body, headers=writes).status_code == 201
    for path in ("/v1/rosters", "/v1/rosters/first", "/v1/rosters/first.ics"):
        assert client.get(path, headers=reads).status_code == 200
        assert client.get(path).status_code == 401


def test_metrics_say_how_many_are_on_call(
    client: FlaskClient, service: Service, post: Callable[..., Any]
) -> None:
    post("/v1/rosters/first/overrides", {"instead_of": "osei", "until": _time(1)})
    metrics = client.get("/metrics").text
    assert 'goldenhour_on_call{gaps="unwanted",roster="first",site="riverside"} 0.0' in metrics
    assert 'goldenhour_on_call{gaps="unwanted",roster="second",site="riverside"} 1.0' in metrics


def test_readyz_says_when_a_calendar_is_away_for_a_day(
    service: Service, tmp_path: Path, time_machine: TimeMachine
) -> None:
    site = yaml.safe_load((service.settings.sites_dir / "riverside.yaml").read_text(encoding="utf-8"))
    feed = {"url": "https://127.0.0.1:9/rota.ics", "people": {"osei": ["Dr Osei"]}}
    site["rosters"]["first"]["calendar"] = feed
    (tmp_path / "riverside.yaml").write_text(yaml.safe_dump(site), encoding="utf-8")
    following = Service(replace(service.settings, sites_dir=tmp_path))
    client = following.web().test_client()
    try:
        following.refresh_calendars()
        assert client.get("/readyz").get_json()["checks"]["calendars"] == "ok"
        assert "goldenhour_calendar_age_seconds{" not in client.get("/metrics").text
        time_machine.forward(86_500)
        assert client.get("/readyz").get_json()["checks"]["calendars"] == "away"
        assert client.get("/readyz").get_json()["status"] == "degraded"
    finally:
        following.close()
