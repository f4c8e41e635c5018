"""Rosters: who is on call, what comes next, and the overrides that humans make."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response

from service.domain.errors import NotFound
from service.usecases.override_roster import Wanted
from service.usecases.ports import Scope
from service.web.auth import api_key, requires
from service.web.json_body import Blueprint
from service.web.problems import ProblemSchema
from service.web.schemas.roster import (
    NewOverrideSchema,
    OverriddenSchema,
    RosterListSchema,
    RosterSchema,
    WindowQuerySchema,
)
from service.web.wiring import wiring

blueprint = Blueprint("rosters", __name__, url_prefix="/v1/rosters")

_AHEAD = timedelta(days=14)
_NO_SUCH_ROSTER = "There is no roster of this name at this site."


@blueprint.get("")
@requires(Scope.ROSTERS_READ)
@blueprint.response(200, RosterListSchema)
def rosters() -> Any:
    """List the rosters: who is on call now and next, and the gaps of the next 90 days."""
    return {"rosters": wiring().rosters.all(api_key().site)}


@blueprint.get("/<name>")
@requires(Scope.ROSTERS_READ)
@blueprint.arguments(WindowQuerySchema, location="query")
@blueprint.response(200, RosterSchema)
@blueprint.alt_response(404, schema=ProblemSchema, description="No such roster.")
def read(query: dict[str, Any], name: str) -> Any:
    """Read a roster: who is on call, when nobody is, its overrides, and how its calendar stands."""
    view = wiring().rosters.one(api_key().site, name, query["begin"], query["end"], _AHEAD)
    if view is None:
        raise NotFound(_NO_SUCH_ROSTER)
    return view


@blueprint.get("/<name>.ics")
@requires(Scope.ROSTERS_READ)
@blueprint.response(200, content_type="text/calendar", description="The roster as iCalendar.")
@blueprint.alt_response(404, schema=ProblemSchema, description="No such roster.")
def written(name: str) -> Any:
    """Read a roster as a calendar, for the next 90 days."""
    body = wiring().rosters.written(api_key().site, name)
    if body is None:
        raise NotFound(_NO_SUCH_ROSTER)
    return Response(body, content_type="text/calendar; charset=utf-8")


@blueprint.post("/<name>/overrides")
@requires(Scope.ROSTERS_WRITE)
@blueprint.arguments(NewOverrideSchema)
@blueprint.response(201, OverriddenSchema)
@blueprint.alt_response(404, schema=ProblemSchema, description="No such roster.")
def add_override(body: dict[str, Any], name: str) -> Any:
    """Change who is on call for a time. What opens a gap is done, and said."""
    return wiring().override_roster.add(api_key().site, name, Wanted(**body), api_key().name)


@blueprint.delete("/<name>/overrides/<uuid:override_id>")
@requires(Scope.ROSTERS_WRITE)
@blueprint.response(200, OverriddenSchema)
@blueprint.alt_response(404, schema=ProblemSchema, description="No such override that holds or will hold.")
def end_override(name: str, override_id: UUID) -> Any:
    """End an override now. What it brought about until now stays on record."""
    return wiring().override_roster.end(api_key().site, name, override_id)
