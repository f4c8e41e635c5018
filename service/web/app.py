"""The web application: blueprints, problems, documents and limits put together."""

from __future__ import annotations

import logging
import re
import secrets
import time
from pathlib import Path
from typing import Any

import swagger_ui_bundle
from flask import Blueprint as FlaskBlueprint
from flask import Flask, Response, g, request
from flask_smorest import Api
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from service.domain.errors import Conflict, Fault, Invalid, NotFound, Refused, WordsErased
from service.usecases.ports import KeyGone, LedgerAway
from service.web import (
    assessments,
    cases,
    clinicians,
    drills,
    first_contacts,
    follow_ups,
    health,
    incidents,
    metrics,
    pagers,
    plans,
    reports,
    rosters,
    webhooks,
)
from service.web.documents import Problems
from service.web.limits import bound_intake
from service.web.problems import ProblemSchema, faults_in, problem, unavailable
from service.web.schemas.intake import ItemAnswerSchema, TextAnswerSchema, answer_field_to_openapi
from service.web.wiring import Wiring, attach, wiring

log = logging.getLogger(__name__)

_LARGEST_BODY = 1024 * 1024  # bytes
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",  # browsers heed it over TLS alone
}
_DOCS = "/docs"
_PAGES = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class _Api(Api):
    """flask-smorest, with problems for errors."""

    ERROR_SCHEMA = ProblemSchema

    def handle_http_exception(self, error: HTTPException) -> Response:
        status = error.code or 500
        data: dict[str, Any] = getattr(error, "data", None) or {}
        messages = data.get("messages", {})
        faults: list[Fault] = []
        for place in ("json", "query"):
            faults += faults_in(messages.get(place, {}))
        headers = {"Allow": ", ".join(error.valid_methods)} if getattr(error, "valid_methods", None) else {}  # type: ignore[attr-defined]
        return problem(status, _NAMES.get(status, "http-error"), _DETAILS.get(status, ""), faults, headers)


_NAMES = {
    400: "not-json",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "unsupported-media-type",
    422: "invalid-request",
}
_DETAILS = {
    413: f"A body may have {_LARGEST_BODY} bytes at most.",
    422: "The request was refused. Nothing was stored.",
}


def create_app(wiring: Wiring) -> Flask:
    """The application, ready to serve."""
    app = Flask("service.web", static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=_LARGEST_BODY,
        API_TITLE="Goldenhour",
        API_VERSION="v1",
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
        OPENAPI_SWAGGER_UI_PATH="docs",
        OPENAPI_SWAGGER_UI_URL="/docs/assets/",
        OPENAPI_SWAGGER_UI_CONFIG={"validatorUrl": None},  # the browser calls nobody but us
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's own provider has it
    if wiring.trusted_proxies:  # only what they add to the header is believed, from the right
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=wiring.trusted_proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    attach(app, wiring)
    _serve_api(app)
    app.register_blueprint(webhooks.blueprint)
    app.register_blueprint(incidents.blueprint)
    app.register_blueprint(pagers.blueprint)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(metrics.blueprint)
    app.register_blueprint(_assets())
    _turn_errors_into_problems(app)
    _follow_requests(app)
    bound_intake(app)  # last: what is refused has its name by then
    return app


def _serve_api(app: Flask) -> None:
    api = _Api(app, spec_kwargs={"extra_plugins": [Problems()]})
    api.spec.components.security_scheme("key", {"type": "http", "scheme": "bearer"})
    converter = api.spec.plugins[0].converter if hasattr(api.spec.plugins[0], "converter") else None
    for plugin in api.spec.plugins:
        converter = getattr(plugin, "converter", converter)
    if converter is not None:
        converter.add_attribute_function(answer_field_to_openapi)
    api.spec.components.schema("TextAnswer", schema=TextAnswerSchema)
    api.spec.components.schema("ItemAnswer", schema=ItemAnswerSchema)
    for resource in (
        first_contacts,
        assessments,
        cases,
        follow_ups,
        reports,
        clinicians,
        rosters,
        plans,
        drills,
    ):
        api.register_blueprint(resource.blueprint)


def _assets() -> FlaskBlueprint:
    """The documents' own scripts and styles: hospital networks reach no other host."""
    folder = next(Path(swagger_ui_bundle.__file__).parent.glob("vendor/swagger-ui-*"))
    return FlaskBlueprint("assets", __name__, static_folder=folder, static_url_path="/docs/assets")


def _turn_errors_into_problems(app: Flask) -> None:
    refusals: dict[type[Refused], tuple[int, str]] = {
        Invalid: (422, "invalid-request"),
        Conflict: (409, "conflict"),
        NotFound: (404, "not-found"),
        WordsErased: (410, "erased"),
    }

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        status, name = refusals[type(error)]
        return problem(status, name, error.detail, error.faults)

    @app.errorhandler(LedgerAway)
    def away(_: LedgerAway) -> Response:
        return unavailable()

    @app.errorhandler(KeyGone)
    def gone(_: KeyGone) -> Response:
        return problem(410, "key-gone", "The key that encrypted this no longer exists.")

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        log.error("a request failed", exc_info=error, extra={"request_id": g.get("request_id", "")})
        return problem(500, "internal-error", "Something failed on our side. Send it again.")


def _follow_requests(app: Flask) -> None:
    @app.before_request
    def name_request() -> None:
        g.began = time.perf_counter()
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)

    @app.after_request
    def log_request(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        response.headers.setdefault("Cache-Control", "no-store")
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if request.path == _DOCS:
            response.headers["Content-Security-Policy"] = _PAGES
        route = request.url_rule.rule if request.url_rule else "unknown"
        request.environ["goldenhour.route"] = route  # for whoever traces
        extra = {"request_id": g.get("request_id", ""), "method": request.method, "route": route}
        log.info("request", extra={**extra, "status": response.status_code})
        taken = time.perf_counter() - g.get("began", time.perf_counter())
        wiring().tallies.answered(request.method, route, response.status_code, taken)
        return response
