"""Drills: a test page through a real plan."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from service.domain.errors import Conflict, NotFound
from service.usecases.ports import Scope
from service.web.auth import api_key, requires
from service.web.json_body import Blueprint
from service.web.problems import ProblemSchema
from service.web.schemas.drill import DrillSchema, StartDrillSchema
from service.web.wiring import wiring

blueprint = Blueprint("drills", __name__, url_prefix="/v1/drills")


@blueprint.post("")
@requires(Scope.CASES_WRITE)
@blueprint.arguments(StartDrillSchema)
@blueprint.response(201, DrillSchema)
def start(body: dict[str, Any]) -> Any:
    """Start a drill: whoever the plan names is paged at once, with texts that say that it is a test."""
    case = wiring().drill.start(api_key().site, body["urgency"])
    return wiring().drill.report(case.site, case.case_id)


@blueprint.get("/<uuid:case_id>")
@requires(Scope.CASES_READ)
@blueprint.response(200, DrillSchema)
@blueprint.alt_response(404, schema=ProblemSchema, description="No such drill.")
def read(case_id: UUID) -> Any:
    """Read how far a drill has come, and how long each leg took."""
    found = wiring().drill.report(api_key().site, case_id)
    if found is None:
        raise NotFound(_NO_SUCH_DRILL)
    return found


@blueprint.post("/<uuid:case_id>/withdraw")
@requires(Scope.CASES_WRITE)
@blueprint.response(200, DrillSchema)
@blueprint.alt_response(404, schema=ProblemSchema, description="No such drill.")
@blueprint.alt_response(409, schema=ProblemSchema, description="Over already.")
def withdraw(case_id: UUID) -> Any:
    """End a drill that nobody has answered."""
    site = api_key().site
    if wiring().drill.report(site, case_id) is None:
        raise NotFound(_NO_SUCH_DRILL)
    if not wiring().drill.withdraw(site, case_id):
        raise Conflict("The drill is over.")
    return wiring().drill.report(site, case_id)


_NO_SUCH_DRILL = "There is no drill with this id at this site."
