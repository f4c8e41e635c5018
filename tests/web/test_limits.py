"""A key that calls too often waits, and so does an address that guesses; no page of ours is put into another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

_NAME = "goldenhour"


@pytest.fixture
def strict(client: FlaskClient) -> Iterator[FlaskClient]:
    """The application with three calls a second for a key."""
    extensions = client.application.extensions
    before = extensions[_NAME]
    extensions[_NAME] = replace(before, rate_limit=3)
    yield client
    extensions[_NAME] = before


def test_a_key_that_calls_too_often_is_told_when_to_come_back(
    strict: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    key, another = headers(), headers()
    answers = [strict.get("/v1/cases", headers=key) for _ in range(12)]
    limited = [answer for answer in answers if answer.status_code == 429]
    assert limited
    assert limited[0].get_json()["type"] == "/problems/too-many-requests"
    assert int(limited[0].headers["Retry-After"]) >= 1
    assert strict.get("/v1/cases", headers=another).status_code == 200


def test_what_a_key_sends_as_an_intake_system_uses_up_nothing_that_its_clinicians_may_do(
    strict: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    key = headers()
    contact = {"contact_id": "c1", "answers": [{"answer_id": "a1", "type": "text", "text": "Good morning."}]}
    sent = [strict.post("/v1/first-contacts", json=contact, headers=key).status_code for _ in range(12)]
    assert 429 in sent
    assert strict.get("/v1/cases", headers=key).status_code == 200


def test_an_address_that_guesses_keys_waits_and_a_key_that_works_does_not(
    client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    key = headers()
    wrong = {"Authorization": f"{key['Authorization']}x"}
    statuses = [client.get("/v1/cases", headers=wrong).status_code for _ in range(25)]
    assert statuses[:20] == [401] * 20
    assert statuses[20:] == [429] * 5
    assert client.get("/v1/cases", headers=key).status_code == 200


def test_the_carriers_reports_are_never_limited(strict: FlaskClient) -> None:
    statuses = {strict.post("/webhooks/twilio/messages", data={}).status_code for _ in range(30)}
    assert statuses == {403}


@pytest.mark.parametrize("path", ["/healthz", "/v1/cases", "/nowhere", "/openapi.json", "/docs"])
def test_every_answer_says_what_a_browser_may_do_with_it(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert ("script-src 'self'" in policy) == (path == "/docs")
    assert "http" not in policy
