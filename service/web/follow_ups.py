"""The follow-ups that are due, and how a human ends one."""

from __future__ import annotations

from typing import Any

from service.domain.errors import Fault, Invalid
from service.usecases.ports import Scope
from service.web.auth import api_key, requires, site
from service.web.json_body import Blueprint
from service.web.problems import ProblemSchema
from service.web.schemas.course import FollowUpSchema, FollowUpsQuerySchema, FollowUpsSchema, SettleSchema
from service.web.wiring import wiring

blueprint = Blueprint("follow_ups", __name__, url_prefix="/v1/follow-ups")


@blueprint.get("")
@requires(Scope.CASES_READ)
@blueprint.arguments(FollowUpsQuerySchema, location="query")
@blueprint.response(200, FollowUpsSchema)
def due(query: dict[str, int]) -> Any:
    """List the follow-ups that are due, the earliest first."""
    return wiring().follow_ups.due(api_key().site, query["limit"], query["offset"])


@blueprint.post("/<contact_id>/settle")
@requires(Scope.CASES_WRITE)
@blueprint.arguments(SettleSchema)
@blueprint.response(200, FollowUpSchema)
@blueprint.alt_response(404, schema=ProblemSchema, description="No follow-up is due to this contact.")
@blueprint.alt_response(409, schema=ProblemSchema, description="Its case is open: close that instead.")
def settle(body: dict[str, str], contact_id: str) -> Any:
    """End a follow-up with what a human did or decided."""
    faults = []
    if body["clinician"] not in site().clinicians:
        faults.append(Fault("/clinician", "is not a clinician of this site"))
    if body["disposition"] not in wiring().decide.dispositions:
        names = ", ".join(wiring().decide.dispositions)
        faults.append(Fault("/disposition", f"must be one of {names}"))
    if faults:
        raise Invalid("The request was refused. Nothing was changed.", faults)
    return wiring().follow_ups.settle(api_key().site, contact_id, body["clinician"], body["disposition"])
