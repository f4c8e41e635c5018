"""So many work, so many wait in their order, and the next one is told at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from service.usecases.ports import Scope
from service.web.turnstile import Turnstile

_NAME = "goldenhour"
_CONTACT = {"contact_id": "c1", "answers": [{"answer_id": "a1", "type": "text", "text": "Good morning."}]}
_LONG = 30.0  # seconds that no test waits for


def _until_waiting(turnstile: Turnstile, count: int) -> None:
    deadline = time.monotonic() + _LONG
    while len(turnstile._queue) < count:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_beyond_those_who_work_and_those_who_wait_nobody_enters() -> None:
    turnstile = Turnstile(at_once=1, waiting=1)
    assert turnstile.enter()
    with ThreadPoolExecutor(1) as other:
        waits = other.submit(turnstile.enter, _LONG)
        _until_waiting(turnstile, 1)
        assert not turnstile.enter(_LONG)
        turnstile.leave()
        assert waits.result()
    assert not turnstile.enter(0)
    turnstile.leave()
    assert turnstile.enter()


def test_whoever_has_waited_longest_is_next() -> None:
    turnstile, entered = Turnstile(at_once=1, waiting=3), []
    assert turnstile.enter()

    def wait_as(name: int) -> None:
        assert turnstile.enter(_LONG)
        entered.append(name)
        turnstile.leave()

    with ThreadPoolExecutor(3) as others:
        for name in range(3):
            others.submit(wait_as, name)
            _until_waiting(turnstile, name + 1)
        turnstile.leave()
    assert entered == [0, 1, 2]


def test_whoever_gives_up_takes_no_place_along() -> None:
    turnstile = Turnstile(at_once=1, waiting=1)
    assert turnstile.enter()
    assert not turnstile.enter(0.001)
    turnstile.leave()
    assert turnstile.enter(0)


@pytest.fixture
def full(client: FlaskClient) -> Iterator[FlaskClient]:
    """The application, in which intake systems have taken every place that they can."""
    extensions = client.application.extensions
    before, turnstile = extensions[_NAME], Turnstile(at_once=1, waiting=0)
    assert turnstile.enter()
    extensions[_NAME] = replace(before, turnstile=turnstile)
    yield client
    turnstile.leave()
    assert turnstile.enter(0), "a refusal has taken a place along"
    extensions[_NAME] = before


def test_what_comes_beyond_is_refused_with_a_time_to_come_back(
    full: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    answer = full.post("/v1/first-contacts", json=_CONTACT, headers=headers())
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert answer.get_json()["type"] == "/problems/busy"
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    "path", ["/v1/assessments", "/v1/first-contacts/c1/answers", "/v1/first-contacts/c1/events"]
)
def test_all_that_an_intake_system_sends_is_counted_together(
    full: FlaskClient, headers: Callable[..., dict[str, str]], path: str
) -> None:
    assert full.post(path, json=_CONTACT, headers=headers()).status_code == 503


def test_clinicians_carriers_and_whoever_watches_are_served_meanwhile(
    full: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    nobody = "/v1/cases/00000000-0000-0000-0000-000000000000"
    acted = full.post(f"{nobody}/acknowledge", json={"clinician": "osei"}, headers=headers())
    assert acted.status_code == 404
    assert full.get("/v1/cases", headers=headers()).status_code == 200
    assert full.get("/v1/first-contacts/c1/assessment", headers=headers()).status_code == 404
    assert full.post("/webhooks/twilio/messages", data={}).status_code == 403
    assert full.get("/healthz").status_code == 200
    assert full.get("/readyz").status_code == 200


def test_every_answer_gives_its_place_back(
    client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    extensions = client.application.extensions
    before, key, reader = extensions[_NAME], headers(), headers((Scope.CASES_READ,))
    extensions[_NAME] = replace(before, turnstile=Turnstile(at_once=1, waiting=0))
    bodies: list[object] = [_CONTACT, {"contact_id": 3}]
    statuses = [client.post("/v1/first-contacts", json=body, headers=key).status_code for body in bodies]
    statuses.append(client.post("/v1/first-contacts", json=_CONTACT, headers=reader).status_code)
    statuses.append(client.get("/v1/first-contacts/nobody/assessment", headers=key).status_code)
    statuses.append(client.post("/v1/first-contacts", json=_CONTACT, headers=key).status_code)
    assert statuses == [201, 422, 403, 404, 200]
    extensions[_NAME] = before
