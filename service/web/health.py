"""Whether the service is alive, and ready."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from service.web.wiring import wiring

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers. Says nothing of what it depends on, so that an outage restarts nobody."""
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Each dependency by name. 503 only without the database: all else has a way around it."""
    health = wiring().health()
    body = {"status": health.status, "checks": dict(health.checks)}
    return jsonify(body), 200 if health.usable else 503
