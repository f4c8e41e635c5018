"""Reports to the service about its first hours: never to the room, and of nobody in particular."""

from __future__ import annotations

from typing import Any

from flask import Response

from service.usecases.ports import Scope
from service.web.auth import api_key, requires
from service.web.golden_hour_page import as_csv, as_html
from service.web.json_body import Blueprint
from service.web.schemas.report import GoldenHourSchema, RulesSchema, WeeksQuerySchema
from service.web.wiring import wiring

blueprint = Blueprint("reports", __name__, url_prefix="/v1/reports")

_PAGE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"


@blueprint.get("/golden-hour")
@requires(Scope.REPORTS_READ)
@blueprint.arguments(WeeksQuerySchema, location="query")
@blueprint.response(200, GoldenHourSchema)
def golden_hour(query: dict[str, int]) -> Any:
    """Read what first hours were like, by week."""
    return wiring().golden_hour(api_key().site, query["weeks"])


@blueprint.get("/golden-hour.csv")
@requires(Scope.REPORTS_READ)
@blueprint.arguments(WeeksQuerySchema, location="query")
@blueprint.response(200, content_type="text/csv")
def golden_hour_table(query: dict[str, int]) -> Response:
    """Read the same for a spreadsheet."""
    report = wiring().golden_hour(api_key().site, query["weeks"])
    return Response(as_csv(report), mimetype="text/csv")


@blueprint.get("/golden-hour.html")
@requires(Scope.REPORTS_READ)
@blueprint.arguments(WeeksQuerySchema, location="query")
@blueprint.response(200, content_type="text/html")
def golden_hour_page(query: dict[str, int]) -> Response:
    """Read the same as a page with plots."""
    report = wiring().golden_hour(api_key().site, query["weeks"])
    headers = {"Content-Security-Policy": _PAGE}
    return Response(as_html(report), mimetype="text/html", headers=headers)


@blueprint.get("/rules")
@requires(Scope.REPORTS_READ)
@blueprint.arguments(WeeksQuerySchema, location="query")
@blueprint.response(200, RulesSchema)
def rules(query: dict[str, int]) -> Any:
    """Read what became of the cases that each rule raised: what only tires people comes first."""
    return {"rules": wiring().rules(api_key().site, query["weeks"])}
