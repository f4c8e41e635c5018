"""The worklist, and what clinicians do with a case."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from service.domain.errors import Conflict, Fault, Invalid, NotFound
from service.usecases.decide_case import Decided, Decision
from service.usecases.ports import Scope
from service.web.auth import api_key, requires, site
from service.web.json_body import Blueprint
from service.web.problems import ProblemSchema
from service.web.schemas.case import (
    ByClinicianSchema,
    CaseHistorySchema,
    CaseSchema,
    CaseWithTimelineSchema,
    CloseSchema,
    OfferSchema,
    WorklistQuerySchema,
    WorklistSchema,
)
from service.web.wiring import wiring

blueprint = Blueprint("cases", __name__, url_prefix="/v1/cases")


@blueprint.get("")
@requires(Scope.CASES_READ)
@blueprint.arguments(WorklistQuerySchema, location="query")
@blueprint.response(200, WorklistSchema)
def worklist(query: dict[str, Any]) -> Any:
    """List cases, most pressing first; and whether anybody is paged for them."""
    here = api_key().site
    found = wiring().read.worklist(here, query["state"], query["limit"], query["offset"], query["kind"])
    return {"cases": found.cases, "total": found.total, "paging_off": wiring().switch.standing(here)}


@blueprint.get("/<uuid:case_id>")
@requires(Scope.CASES_READ)
@blueprint.response(200, CaseWithTimelineSchema)
@blueprint.alt_response(404, schema=ProblemSchema, description="No such case.")
def read(case_id: UUID) -> Any:
    """Read a case and its timeline: who was told, when, over what, and what came back."""
    found = wiring().read.case(api_key().site, case_id)
    if found is None:
        raise NotFound(_NO_SUCH_CASE)
    return found


@blueprint.get("/<uuid:case_id>/history")
@requires(Scope.AUDIT_READ)
@blueprint.response(200, CaseHistorySchema)
@blueprint.alt_response(404, schema=ProblemSchema, description="No such case.")
def history(case_id: UUID) -> Any:
    """Read who did and read what of a case and its first contact, and when: the audit trail of it."""
    found = wiring().trail.history(api_key().site, case_id)
    if found is None:
        raise NotFound(_NO_SUCH_CASE)
    return found


@blueprint.post("/<uuid:case_id>/acknowledge")
@requires(Scope.CASES_WRITE)
@blueprint.arguments(ByClinicianSchema)
@blueprint.response(200, CaseSchema)
@blueprint.alt_response(404, schema=ProblemSchema, description="No such case.")
@blueprint.alt_response(409, schema=ProblemSchema, description="Taken by another, or closed.")
def acknowledge(body: dict[str, str], case_id: UUID) -> Any:
    """Take a case. The first who asks has it."""
    _check(body)
    return _case(wiring().decide.acknowledge(api_key().site, case_id, body["clinician"]))


@blueprint.post("/<uuid:case_id>/pass")
@requires(Scope.CASES_WRITE)
@blueprint.arguments(ByClinicianSchema)
@blueprint.response(200, CaseSchema)
@blueprint.alt_response(404, schema=ProblemSchema, description="No such case.")
@blueprint.alt_response(409, schema=ProblemSchema, description="Taken by another, or closed.")
def pass_on(body: dict[str, str], case_id: UUID) -> Any:
    """Pass a case on: the next step is taken now."""
    _check(body)
    return _case(wiring().decide.pass_on(api_key().site, case_id, body["clinician"]))


@blueprint.post("/<uuid:case_id>/offer")
@requires(Scope.CASES_WRITE)
@blueprint.arguments(OfferSchema)
@blueprint.response(200, CaseSchema)
@blueprint.alt_response(404, schema=ProblemSchema, description="No such case.")
@blueprint.alt_response(409, schema=ProblemSchema, description="Not theirs to offer, or closed.")
def offer(body: dict[str, str], case_id: UUID) -> Any:
    """Ask a colleague to take a case over. It stays its owner's until the colleague takes it."""
    _check(body)
    return _case(wiring().decide.offer(api_key().site, case_id, body["clinician"], body["to"]))


@blueprint.post("/<uuid:case_id>/close")
@requires(Scope.CASES_WRITE)
@blueprint.arguments(CloseSchema)
@blueprint.response(200, CaseSchema)
@blueprint.alt_response(404, schema=ProblemSchema, description="No such case.")
@blueprint.alt_response(409, schema=ProblemSchema, description="Closed already.")
def close(body: dict[str, str], case_id: UUID) -> Any:
    """Close a case with what a human did."""
    _check(body)
    return _case(wiring().decide.close(api_key().site, case_id, body["clinician"], body["disposition"]))


_NO_SUCH_CASE = "There is no case with this id at this site."


def _check(body: dict[str, str]) -> None:
    faults = [
        Fault(f"/{name}", "is not a clinician of this site")
        for name in ("clinician", "to")
        if name in body and body[name] not in site().clinicians
    ]
    dispositions = wiring().decide.dispositions
    if "disposition" in body and body["disposition"] not in dispositions:
        faults.append(Fault("/disposition", f"must be one of {', '.join(dispositions)}"))
    if faults:
        raise Invalid("The request was refused. Nothing was changed.", faults)


def _case(decided: Decided | None) -> Any:
    if decided is None:
        raise NotFound(_NO_SUCH_CASE)
    if decided.decision is Decision.TAKEN_BY_ANOTHER:
        raise Conflict(f"The case was taken by {decided.case.owner}.")
    if decided.decision is Decision.NOT_THEIRS:
        raise Conflict("Only its owner can offer a case to a colleague.")
    if decided.decision is Decision.ALREADY_CLOSED:
        raise Conflict("The case is closed.")
    return decided.case
