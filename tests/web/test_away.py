"""The database is away: nothing is accepted, the caller is told so, and what it sent is still assessed for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from service.adapters.aes_gcm import Cipher
from service.adapters.postgres.ledger import PostgresLedger, connect
from service.bootstrap import Service
from service.usecases.api_keys import KNOWN_FOR, REMEMBERED_FOR, ApiKeys
from service.usecases.ports import Scope
from simulator.servers import EmbeddedPostgres
from tests.canary import CANARY

PATH, SCORE = "/v1/first-contacts", "/v1/assessments"
ANSWER = {"answer_id": "a1", "type": "text", "text": f"I have a plan for tonight, {CANARY}."}
CONTACT = {"contact_id": "c1", "answers": [ANSWER]}
ASKED_FOR = {"Prefer": "return=representation"}
NOT_JUDGING = tuple(scope for scope in Scope if scope is not Scope.ASSESSMENTS_READ)
Headers = Callable[..., dict[str, str]]


@pytest.fixture
def clock(client: FlaskClient, service: Service) -> Iterator[list[float]]:
    """The time by which keys are remembered, in seconds; in a list, so that a test can change it."""
    now = [0.0]
    extensions = client.application.extensions
    before = extensions["goldenhour"]
    extensions["goldenhour"] = replace(before, keys=ApiKeys(service.ledger, lambda: now[0]))
    yield now
    extensions["goldenhour"] = before


@pytest.fixture
def away(postgres: EmbeddedPostgres) -> Callable[[], AbstractContextManager[None]]:
    """Takes the database away for a while."""

    @contextmanager
    def gone() -> Iterator[None]:
        postgres.stop()
        try:
            yield
        finally:
            postgres.start()

    return gone


def _used(client: FlaskClient, key: dict[str, str]) -> dict[str, str]:
    """The key, after it was used once."""
    assert client.get("/v1/first-contacts/nobody/assessment", headers=key).status_code in {403, 404}
    return key


def _contacts(engine: Engine) -> int:
    engine.dispose()  # the connections of this test ended with the server
    with engine.connect() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM first_contacts")) or 0)


def test_nothing_is_stored_and_who_asks_is_told_what_was_sent_amounts_to(
    client: FlaskClient,
    headers: Headers,
    clock: list[float],
    away: Callable[[], AbstractContextManager[None]],
    engine: Engine,
) -> None:
    key = _used(client, headers())
    with away():
        answers = []
        for seconds in (0.0, KNOWN_FOR, REMEMBERED_FOR - KNOWN_FOR - 1.0):
            clock[0] += seconds
            answers.append(client.post(PATH, json=CONTACT, headers={**key, **ASKED_FOR}))
            answers.append(
                client.post(f"{PATH}/c1/answers", json={"answers": [ANSWER]}, headers={**key, **ASKED_FOR})
            )
    for answer in answers:
        body = answer.get_json()
        assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
        assert (answer.headers["Retry-After"], body["type"]) == ("2", "/problems/unavailable")
        assert answer.headers["Preference-Applied"] == "return=representation"
        assert "nobody is paged" in body["detail"]
        assert (body["assessment"]["urgency"], body["assessment"]["contact_id"]) == ("emergency", "c1")
    assert _contacts(engine) == 0
    assert client.post(PATH, json=CONTACT, headers=key).status_code == 201


def test_who_does_not_ask_or_may_not_read_it_is_told_no_judgement(
    client: FlaskClient,
    headers: Headers,
    clock: list[float],
    away: Callable[[], AbstractContextManager[None]],
) -> None:
    every, blind = _used(client, headers()), _used(client, headers(NOT_JUDGING))
    preferences = (None, "return=minimal", "return=representation, return=minimal", "respond-async")
    with away():
        answers = [
            client.post(PATH, json=CONTACT, headers={**every, **({"Prefer": each} if each else {})})
            for each in preferences
        ]
        answers.append(client.post(PATH, json=CONTACT, headers={**blind, **ASKED_FOR}))
    for answer in answers:
        assert answer.status_code == 503
        assert set(answer.get_json()) == {"type", "title", "status", "detail"}
        assert "Preference-Applied" not in answer.headers


def test_scoring_without_storing_goes_on_for_a_key_that_was_used_lately(
    client: FlaskClient,
    headers: Headers,
    clock: list[float],
    away: Callable[[], AbstractContextManager[None]],
) -> None:
    key, unused, blind = _used(client, headers()), headers(), _used(client, headers(NOT_JUDGING))
    wrong = {"Authorization": f"{key['Authorization']}x"}
    with away():
        clock[0] += KNOWN_FOR
        scored = client.post(SCORE, json=CONTACT, headers=key)
        statuses = [
            client.post(SCORE, json=CONTACT, headers=each).status_code for each in (unused, wrong, blind)
        ]
        read = client.get("/v1/cases", headers=key)
        clock[0] += REMEMBERED_FOR
        forgotten = client.post(SCORE, json=CONTACT, headers=key)
    assert (scored.status_code, scored.get_json()["urgency"]) == (200, "emergency")
    assert statuses == [503, 503, 403]
    assert (read.status_code, forgotten.status_code) == (503, 503)


def test_a_key_that_is_only_remembered_stores_nothing_though_the_database_is_back(
    client: FlaskClient, headers: Headers, clock: list[float], cipher: Cipher, engine: Engine
) -> None:
    """It may have been revoked since: nobody could ask."""
    key = _used(client, headers())
    extensions = client.application.extensions
    nowhere = PostgresLedger(connect("postgresql+psycopg://nobody@127.0.0.1:9/nothing", 1), cipher)
    keys = replace(extensions["goldenhour"].keys, ledger=nowhere)
    extensions["goldenhour"] = replace(extensions["goldenhour"], keys=keys)
    clock[0] += KNOWN_FOR
    answer = client.post(PATH, json=CONTACT, headers={**key, **ASKED_FOR})
    assert (answer.status_code, answer.get_json()["assessment"]["urgency"]) == (503, "emergency")
    assert client.post(f"{PATH}/c1/answers", json={"answers": [ANSWER]}, headers=key).status_code == 503
    assert _contacts(engine) == 0


def test_the_document_says_what_comes_back(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    for path in (PATH, f"{PATH}/{{contact_id}}/answers"):
        said = document["paths"][path]["post"]["responses"]["503"]
        assert said["content"]["application/problem+json"]["schema"]["$ref"].endswith("/AwayProblem")
        assert "return=representation" in said["description"]
    assert "assessment" in document["components"]["schemas"]["AwayProblem"]["properties"]
