"""Every way in, with no key, a revoked one, one without the scope, and one of another site: none lets in."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from service.bootstrap import Service
from service.settings import REPOSITORY, read_settings
from service.usecases.ports import Scope
from simulator.servers import EmbeddedPostgres, EmbeddedRedis

OURS, THEIRS = "riverside", "hillside"
_VERBS = ("get", "post", "put", "patch", "delete")
_BODIES: dict[str, dict[str, Any]] = {
    "/v1/first-contacts": {"contact_id": "c9", "answers": []},
    "/v1/first-contacts/{contact_id}/answers": {
        "answers": [{"answer_id": "a9", "type": "text", "text": "I have a plan for tonight."}]
    },
    "/v1/first-contacts/{contact_id}/events": {
        "events": [{"event_id": "e9", "type": "ended", "at": "2026-01-01T10:00:00Z"}]
    },
    "/v1/follow-ups/{contact_id}/settle": {"clinician": "moreau", "disposition": "spoken_to"},
    "/v1/assessments": {"contact_id": "c9", "answers": []},
    "/v1/cases/{case_id}/acknowledge": {"clinician": "moreau"},
    "/v1/cases/{case_id}/pass": {"clinician": "moreau"},
    "/v1/cases/{case_id}/offer": {"clinician": "moreau", "to": "lindqvist"},
    "/v1/cases/{case_id}/close": {"clinician": "moreau", "disposition": "spoken_to"},
    "/v1/drills": {"urgency": "soon"},
    "/v1/rosters/{name}/overrides": {"clinician": "moreau", "until": "2099-01-01T00:00:00Z"},
    "/v1/clinicians/{clinician_id}/addresses/{channel}/verification": {"number": "123456"},
}
_MADE_AT_THEIRS = {"/v1/first-contacts", "/v1/drills", "/v1/assessments"}
"""What a key of another site may do, since it names nothing of ours: it makes something at its own."""


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres, redis_server: EmbeddedRedis
) -> Iterator[Service]:
    """A service with two sites whose people and rosters have different names."""
    sites = tmp_path_factory.mktemp("sites")
    site = (REPOSITORY / "simulator/sites/riverside.yaml").read_text(encoding="utf-8")
    (sites / "riverside.yaml").write_text(site, encoding="utf-8")
    other = site.replace("riverside", "hillside").replace("+447700900", "+447700901")
    other = (
        other.replace("osei", "petrov")
        .replace("page: first", "page: nights")
        .replace("  first:", "  nights:")
    )
    (sites / "hillside.yaml").write_text(yaml.safe_dump(yaml.safe_load(other)), encoding="utf-8")
    service = Service(
        read_settings(
            {
                "DATABASE_URL": postgres.url,
                "REDIS_URL": redis_server.url,
                "GOLDENHOUR_SITES_DIR": str(sites),
                "GOLDENHOUR_DATA_KEYS": f"k1:{base64.b64encode(bytes(32)).decode()}",
                "GOLDENHOUR_PUBLIC_URL": "https://goldenhour.example",
                "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
                "TWILIO_AUTH_TOKEN": "made up",
                "TWILIO_FROM": "+15550100000",
                "GOLDENHOUR_TWILIO_API_URL": "http://127.0.0.1:9",
            }
        )
    )
    yield service
    service.close()


@pytest.fixture(scope="module")
def app(house: Service) -> Flask:
    return house.web()


@dataclass(frozen=True)
class Door:
    """One operation, with the names of things at our site in its path."""

    verb: str
    path: str
    url: str
    scope: Scope

    def knock(self, client: FlaskClient, token: str | None) -> Any:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        body = _BODIES.get(self.path, {}) if self.verb in {"post", "put"} else None
        return client.open(self.url, method=self.verb.upper(), json=body, headers=headers)


@pytest.fixture
def doors(engine: Engine, app: Flask, house: Service) -> list[Door]:
    """Every operation of the OpenAPI document; what it names is there, at our site."""
    client = app.test_client()
    _, token = house.keys.create("ours", OURS, tuple(Scope))
    ours = {"Authorization": f"Bearer {token}"}
    answers = [{"answer_id": "a1", "type": "text", "text": "I have a plan for tonight."}]
    client.post("/v1/first-contacts", json={"contact_id": "c1", "answers": answers}, headers=ours)
    case = client.get("/v1/cases", headers=ours).get_json()["cases"][0]
    drill = client.post("/v1/drills", json={"urgency": "soon"}, headers=ours).get_json()
    until = {"clinician": "moreau", "until": "2027-01-01T00:00:00Z"}
    override = client.post("/v1/rosters/first/overrides", json=until, headers=ours).get_json()
    names = {
        "contact_id": "c1",
        "clinician_id": "osei",
        "channel": "sms",
        "override_id": override["override"]["override_id"],
    }
    found = []
    for path, operations in client.get("/openapi.json").get_json()["paths"].items():
        for verb in set(operations) & set(_VERBS):
            known = {
                **names,
                "case_id": drill["case_id"] if "drills" in path else case["case_id"],
                "name": "emergency" if "plans" in path else "first",
            }
            scope = re.search(r"scope `([a-z:]+)`", operations[verb]["description"])
            assert scope is not None
            found.append(Door(verb, path, path.format(**known), Scope(scope[1])))
    assert len(found) > 20
    return found


def ours_in(engine: Engine) -> list[Any]:
    """All that is stored of our site."""
    tables = ("first_contacts", "cases", "roster_overrides", "addresses", "address_changes", "checks")
    with engine.connect() as connection:
        return [
            connection.execute(
                text(f"SELECT * FROM {table} WHERE site = :site ORDER BY 1"), {"site": OURS}
            ).all()
            for table in tables
        ]


def test_without_a_key_and_with_one_that_was_revoked_or_made_up_nobody_comes_in(
    doors: list[Door], app: Flask, house: Service, engine: Engine
) -> None:
    key, token = house.keys.create("revoked", OURS, tuple(Scope))
    house.keys.revoke(key.key_id)
    before = ours_in(engine)
    for door in doors:
        for given in (None, token, "", "made.up", f"{key.key_id}.{uuid4().hex}", token[:-1]):
            answer = door.knock(app.test_client(), given)
            assert answer.status_code in {401, 429}, (door, given)  # so many guesses are too many
            assert answer.content_type == "application/problem+json"
    assert ours_in(engine) == before


def test_without_the_scope_nobody_comes_in(
    doors: list[Door], app: Flask, house: Service, engine: Engine
) -> None:
    before = ours_in(engine)
    for door in doors:
        others = tuple(scope for scope in Scope if scope is not door.scope)
        _, token = house.keys.create("without", OURS, others)
        assert door.knock(app.test_client(), token).status_code == 403, door
    assert ours_in(engine) == before


def test_a_key_of_another_site_sees_and_changes_nothing_of_ours(
    doors: list[Door], app: Flask, house: Service, engine: Engine
) -> None:
    _, token = house.keys.create("theirs", THEIRS, tuple(Scope))
    before = ours_in(engine)
    with engine.connect() as connection:
        ours = connection.scalars(text("SELECT code FROM cases WHERE site = :site"), {"site": OURS}).all()
    for door in doors:
        answer = door.knock(app.test_client(), token)
        names_ours = "{" in door.path and "plans" not in door.path
        if names_ours:
            assert answer.status_code == 404, (door, answer.text)
        elif door.path not in _MADE_AT_THEIRS:
            assert answer.status_code == 200, door
        assert not any(code in answer.text for code in ours), door
        assert "osei" not in answer.text, door
    assert ours_in(engine) == before


def test_the_same_door_with_the_right_key_opens(doors: list[Door], app: Flask, house: Service) -> None:
    """Or the tests above would prove nothing."""
    _, token = house.keys.create("ours", OURS, tuple(Scope))
    unopened = {door.path for door in doors if door.knock(app.test_client(), token).status_code in {401, 403}}
    assert unopened == set()
    for door in doors:
        _, only = house.keys.create("only", OURS, (door.scope,))
        assert door.knock(app.test_client(), only).status_code not in {401, 403}, door
