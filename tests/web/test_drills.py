"""Drills over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient


def test_a_drill_is_started_read_and_withdrawn(
    post: Callable[..., Any], client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    started = post("/v1/drills", {"urgency": "soon"})
    assert started.status_code == 201
    drill = started.get_json()
    assert (drill["state"], drill["acknowledged_after"]) == ("open", None)
    url = f"/v1/drills/{drill['case_id']}"
    assert client.get(url, headers=headers()).get_json() == drill
    assert client.get("/v1/cases", headers=headers()).get_json()["total"] == 0
    assert client.get("/v1/cases?kind=drill", headers=headers()).get_json()["total"] == 1
    assert post(f"{url}/withdraw", {}).get_json()["state"] == "closed"
    assert post(f"{url}/withdraw", {}).status_code == 409


def test_what_is_no_drill_is_not_found_and_what_has_no_plan_is_refused(
    post: Callable[..., Any], client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    assert client.get(f"/v1/drills/{uuid4()}", headers=headers()).status_code == 404
    assert post(f"/v1/drills/{uuid4()}/withdraw", {}).status_code == 404
    assert post("/v1/drills", {"urgency": "none_found"}).status_code == 422
    assert client.get("/v1/cases?kind=x", headers=headers()).status_code == 422
