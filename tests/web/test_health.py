"""Whether the service is alive, ready and well, said of each part by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from service.bootstrap import Service
from simulator.servers import EmbeddedRedis


def test_healthz_says_only_that_the_process_answers(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}


def test_readyz_names_each_dependency(client: FlaskClient, service: Service) -> None:
    assert client.get("/readyz").get_json()["checks"]["sweeper"] == "never seen"
    service.watch.beat("sweeper/1")
    response = client.get("/readyz")
    assert (response.status_code, response.json) == (
        200,
        {
            "status": "ok",
            "checks": {"database": "ok", "redis": "ok", "sweeper": "ok", "escalations": "ok", "paging": "ok"},
        },
    )


def test_a_sweeper_that_has_stopped_is_shown(client: FlaskClient, service: Service, engine: Engine) -> None:
    service.watch.beat("sweeper/1")
    with engine.begin() as connection:
        connection.execute(text("UPDATE heartbeats SET beat_at = now() - interval '1 minute'"))
    response = client.get("/readyz")
    assert (response.status_code, response.get_json()["checks"]["sweeper"]) == (200, "stale")


def test_without_redis_the_service_is_degraded_and_still_ready(
    client: FlaskClient, redis_server: EmbeddedRedis
) -> None:
    redis_server.stop()
    try:
        response = client.get("/readyz")
    finally:
        redis_server.start()
    assert (response.status_code, response.get_json()["checks"]["redis"]) == (200, "unavailable")


def test_an_alarm_is_shown(client: FlaskClient, post: Callable[..., Any], engine: Engine) -> None:
    answers = [{"answer_id": "a1", "type": "text", "text": "I have a plan for tonight."}]
    post("/v1/first-contacts", {"contact_id": "c1", "answers": answers})
    with engine.begin() as connection:
        connection.execute(text("UPDATE cases SET alarm = true"))
    response = client.get("/readyz")
    assert (response.status_code, response.get_json()["checks"]["escalations"]) == (200, "alarm")


def test_without_its_tables_the_service_is_not_ready(client: FlaskClient, service: Service) -> None:
    service.downgrade_schema("base")
    try:
        response = client.get("/readyz")
    finally:
        service.upgrade_schema()
    assert (response.status_code, response.get_json()["checks"]["database"]) == (503, "not migrated")
