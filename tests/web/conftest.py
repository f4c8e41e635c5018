"""The real application on a real ledger, reached by Flask's client."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from twilio.request_validator import RequestValidator

from service.bootstrap import Service
from service.settings import read_settings
from service.usecases.ports import Scope
from simulator.servers import EmbeddedPostgres, EmbeddedRedis

PUBLIC_URL = "https://goldenhour.example/intake"
TOKEN, SECONDARY_TOKEN = "an auth token made up for tests", "the token that comes after it"


@pytest.fixture(scope="session")
def _service(postgres: EmbeddedPostgres, redis_server: EmbeddedRedis) -> Iterator[Service]:
    """The service as bootstrap puts it together; its carrier's address has nobody at it."""
    service = Service(
        read_settings(
            {
                "DATABASE_URL": postgres.url,
                "REDIS_URL": redis_server.url,
                "GOLDENHOUR_SITES_DIR": str(Path("simulator/sites").absolute()),
                "GOLDENHOUR_DATA_KEYS": f"k1:{base64.b64encode(bytes(32)).decode()}",
                "GOLDENHOUR_PUBLIC_URL": PUBLIC_URL,
                "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
                "TWILIO_AUTH_TOKEN": TOKEN,
                "TWILIO_SECONDARY_AUTH_TOKEN": SECONDARY_TOKEN,
                "TWILIO_FROM": "+15550100000",
                "GOLDENHOUR_TWILIO_API_URL": "http://127.0.0.1:9",
                "GOLDENHOUR_TEXT_LIMIT": "2000",
                "GOLDENHOUR_RATE_LIMIT": "100000",
            }
        )
    )
    yield service
    service.close()


@pytest.fixture(scope="session")
def _app(_service: Service) -> Flask:
    app = _service.web()
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture
def service(engine: Engine, _service: Service) -> Service:
    """The service, with nothing stored."""
    return _service


@pytest.fixture
def client(engine: Engine, _app: Flask, redis_server: EmbeddedRedis) -> FlaskClient:
    redis_server.flush()  # or one test's calls would be counted against the next one's
    _app.extensions["goldenhour"].limits._tallies.clear()
    return _app.test_client()


@pytest.fixture
def headers(service: Service) -> Callable[..., dict[str, str]]:
    """Headers with a new key for some scopes, by default all of them."""

    def make(scopes: Iterable[Scope] = tuple(Scope), site: str = "riverside", **more: str) -> dict[str, str]:
        _, token = service.keys.create("test", site, tuple(scopes))
        return {"Authorization": f"Bearer {token}", **more}

    return make


@pytest.fixture
def post(client: FlaskClient, headers: Callable[..., dict[str, str]]) -> Callable[..., Any]:
    """Post JSON with every scope."""
    everything = headers()

    def send(path: str, body: Any, **more: str) -> Any:
        return client.post(path, json=body, headers={**everything, **more})

    return send


@pytest.fixture
def twilio(client: FlaskClient) -> Callable[..., Any]:
    """Post a form as Twilio does, signed for the public address."""

    def send(path: str, form: dict[str, str], *, signature: str | None = None) -> Any:
        signed = RequestValidator(TOKEN).compute_signature(PUBLIC_URL + path, form)
        return client.post(path, data=form, headers={"X-Twilio-Signature": signature or signed})

    return send
