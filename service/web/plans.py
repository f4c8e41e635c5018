"""Plans: whom a case pages in turn. They are changed in the site's file."""

from __future__ import annotations

from typing import Any

from service.domain.errors import NotFound
from service.usecases.ports import Scope
from service.web.auth import api_key, requires
from service.web.json_body import Blueprint
from service.web.problems import ProblemSchema
from service.web.schemas.plan import PlanListSchema, PlanSchema
from service.web.wiring import wiring

blueprint = Blueprint("plans", __name__, url_prefix="/v1/plans")


@blueprint.get("")
@requires(Scope.ROSTERS_READ)
@blueprint.response(200, PlanListSchema)
def plans() -> Any:
    """List the plans, and whom each step would page now."""
    return {"plans": wiring().plans.all(api_key().site)}


@blueprint.get("/<name>")
@requires(Scope.ROSTERS_READ)
@blueprint.response(200, PlanSchema)
@blueprint.alt_response(404, schema=ProblemSchema, description="No such plan.")
def read(name: str) -> Any:
    """Read a plan by its name: an urgency, or `trouble`."""
    found = wiring().plans.one(api_key().site, name)
    if found is None:
        raise NotFound("There is no plan of this name at this site.")
    return found
