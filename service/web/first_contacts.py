"""First contacts, their answers and the assessment that stands."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, jsonify, make_response, request

from service.domain.answers import FirstContact
from service.domain.course import Happening
from service.domain.errors import NotFound
from service.domain.trajectory import Trajectory
from service.usecases.ports import LedgerAway, Scope
from service.usecases.receive_first_contact import Receipt
from service.web.auth import api_key, confirmed_key, requires, site
from service.web.json_body import Blueprint
from service.web.plots import Line, lines
from service.web.problems import ProblemSchema, problem, unavailable
from service.web.schemas.assessment import AcceptedSchema, AssessmentSchema, AwayProblemSchema
from service.web.schemas.course import EventsSchema, TrajectorySchema
from service.web.schemas.forms import ID_FORM
from service.web.schemas.intake import AnswersSchema, FirstContactSchema
from service.web.wiring import wiring

blueprint = Blueprint("first_contacts", __name__, url_prefix="/v1/first-contacts")


_AWAY = (
    "Too much at once, or the database is away. Nothing was stored, and nobody is paged; send it after "
    "`Retry-After`. While the database is away `assessment` is there for who sends "
    "`Prefer: return=representation` and may read assessments: it is of this request alone."
)


@blueprint.post("")
@requires(Scope.CONTACTS_WRITE, without_ledger=True)
@blueprint.arguments(FirstContactSchema)
@blueprint.response(201, AssessmentSchema, description="Stored.")
@blueprint.alt_response(200, schema=AssessmentSchema, description="All of it was stored before.")
@blueprint.alt_response(202, schema=AcceptedSchema, description="Stored; no judgement was asked for.")
@blueprint.alt_response(409, schema=ProblemSchema, description="Contradicts what is stored.")
@blueprint.alt_response(503, schema=AwayProblemSchema, description=_AWAY)
def create(contact: FirstContact) -> Response:
    """Take in a first contact."""
    refused = _ends_without_leave(contact)
    if refused is not None:
        return refused
    try:
        receipt = wiring().receive.create(confirmed_key().site, contact)
    except LedgerAway:
        return _unstored(contact)
    if receipt.first:
        wiring().tallies.received(receipt.assessment.urgency)
    return _respond(receipt, f"first-contacts/{contact.contact_id}/assessment")


@blueprint.post("/<contact_id>/answers")
@requires(Scope.CONTACTS_WRITE, without_ledger=True)
@blueprint.arguments(AnswersSchema)
@blueprint.response(201, AssessmentSchema, description="Stored.")
@blueprint.alt_response(200, schema=AssessmentSchema, description="All of it was stored before.")
@blueprint.alt_response(202, schema=AcceptedSchema, description="Stored; no judgement was asked for.")
@blueprint.alt_response(404, schema=ProblemSchema, description="No such first contact.")
@blueprint.alt_response(409, schema=ProblemSchema, description="Contradicts what is stored.")
@blueprint.alt_response(503, schema=AwayProblemSchema, description=_AWAY)
def add(more: dict[str, Any], contact_id: str) -> Response:
    """Take in more answers of a first contact, in any order."""
    contact = FirstContact(_known_form(contact_id), tuple(more["answers"]))
    try:
        receipt = wiring().receive.add(confirmed_key().site, contact)
    except LedgerAway:
        return _unstored(contact)
    return _respond(receipt, "assessment")


@blueprint.post("/<contact_id>/events")
@requires(Scope.CONTACTS_WRITE)
@blueprint.arguments(EventsSchema)
@blueprint.response(201, AssessmentSchema, description="Stored.")
@blueprint.alt_response(200, schema=AssessmentSchema, description="All of it was stored before.")
@blueprint.alt_response(202, schema=AcceptedSchema, description="Stored; no judgement was asked for.")
@blueprint.alt_response(404, schema=ProblemSchema, description="No such first contact.")
@blueprint.alt_response(409, schema=ProblemSchema, description="Contradicts what is stored.")
def happened(body: dict[str, Any], contact_id: str) -> Response:
    """Take in what happened around a first contact, in any order. `spoken_to` ends what it settles, and needs
    the scope `cases:write`, too."""
    contact = FirstContact(_known_form(contact_id), (), events=tuple(body["events"]))
    refused = _ends_without_leave(contact)
    return refused or _respond(wiring().receive.add(api_key().site, contact), "assessment")


@blueprint.get("/<contact_id>/trajectory")
@requires(Scope.ASSESSMENTS_READ)
@blueprint.response(200, TrajectorySchema)
@blueprint.alt_response(404, schema=ProblemSchema, description="No such first contact.")
def trajectory(contact_id: str) -> Any:
    """Read how what the person said has changed, by answer and by session."""
    found = _trajectory(contact_id)
    parts = {"points": found.points, "stretches": found.stretches, "found": found.found}
    return {"contact_id": contact_id, **parts}


@blueprint.get("/<contact_id>/trajectory.svg")
@requires(Scope.ASSESSMENTS_READ)
@blueprint.response(200, content_type="image/svg+xml")
@blueprint.alt_response(404, schema=ProblemSchema, description="No such first contact.")
def trajectory_plot(contact_id: str) -> Response:
    """Read the same as a plot. It holds numbers and times, and none of the person's words."""
    found = _trajectory(contact_id)
    named = [str(stretch) for stretch in found.stretches]
    drawn = [
        Line(name, [getattr(stretch.scores, name) for stretch in found.stretches])
        for name in ("hopelessness", "suicidality", "hope")
    ]
    told = "; ".join(
        f"{line.name}: " + ", ".join(f"{v} {n}" for n, v in zip(named, line.values, strict=True))
        for line in drawn
    )
    title = "How strongly each was said, 0 to 100: not a probability and not a level"
    return Response(lines(title, told or "Nothing was said.", named, drawn), mimetype="image/svg+xml")


@blueprint.get("/<contact_id>/assessment")
@requires(Scope.ASSESSMENTS_READ)
@blueprint.response(200, AssessmentSchema)
@blueprint.alt_response(404, schema=ProblemSchema, description="No such first contact.")
@blueprint.alt_response(410, schema=ProblemSchema, description="Erased, or its encryption key is gone.")
def assessment(contact_id: str) -> Any:
    """Read the assessment that stands."""
    found = wiring().read.assessment(api_key().site, _known_form(contact_id))
    if found is None:
        raise NotFound(_NO_SUCH_CONTACT)
    return found


_ASSESSMENT = AssessmentSchema()  # to make one takes longer than to use it
_UNSTORED = "Nothing was stored, and nobody is paged; send it again."
_NO_SUCH_CONTACT = "There is no first contact with this id at this site."
_RETURN = re.compile(r"""\s*return\s*=\s*"?(minimal|representation)"?\s*(;|$)""", re.IGNORECASE)


def _known_form(contact_id: str) -> str:
    """An id in a path that could not have been stored is not found, whatever it is."""
    if not ID_FORM.match(contact_id):
        raise NotFound(_NO_SUCH_CONTACT)
    return contact_id


def _trajectory(contact_id: str) -> Trajectory:
    contact = wiring().read_contacts.followed(api_key().site, _known_form(contact_id))
    if contact is None:
        raise NotFound(_NO_SUCH_CONTACT)
    return wiring().assessor.trajectory(contact)


def _ends_without_leave(contact: FirstContact) -> Response | None:
    """That a human spoke to the person may end a case: who may not close one may not say so."""
    says_so = any(event.kind is Happening.SPOKEN_TO for event in contact.events)
    if not says_so or Scope.CASES_WRITE in api_key().scopes:
        return None
    detail = f"To say that the person was spoken to, this key needs the scope {Scope.CASES_WRITE}, too."
    return problem(403, "forbidden", detail)


def _respond(receipt: Receipt, location: str) -> Response:
    """`location` is relative: a proxy may put our paths below one of its own."""
    contact_id = receipt.assessment.contact_id
    preferred = _prefers_no_judgement()
    if preferred or Scope.ASSESSMENTS_READ not in api_key().scopes:
        response = make_response(jsonify(AcceptedSchema().dump({"contact_id": contact_id})), 202)
        if preferred:
            response.headers["Preference-Applied"] = "return=minimal"
        return response
    response = make_response(jsonify(_ASSESSMENT.dump(receipt.assessment)), 201 if receipt.stored else 200)
    response.headers["Location"] = location
    return response


def _unstored(contact: FirstContact) -> Response:
    """That nothing was stored; and what it amounts to, for who asks for that in so many words: whoever writes
    the errors that it meets into a log must not find it there by accident."""
    preferred = _preferred()
    if preferred != {"representation"} or Scope.ASSESSMENTS_READ not in api_key().scopes:
        return unavailable(_UNSTORED)
    assessed = wiring().assessor.assess(contact, site().respond_within_minutes)
    response = unavailable(
        f"{_UNSTORED} The assessment is of this request alone.", assessment=_ASSESSMENT.dump(assessed)
    )
    response.headers["Preference-Applied"] = "return=representation"
    return response


def _prefers_no_judgement() -> bool:
    return "minimal" in _preferred()


def _preferred() -> set[str]:
    """What the caller wants back. RFC 7240: spaces, quotes and further parameters do not matter; in doubt the
    judgement stays away."""
    preferences = request.headers.get("Prefer", "").split(",")
    return {match[1].lower() for each in preferences if (match := _RETURN.match(each))}
