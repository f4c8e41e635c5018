"""First contacts, their answers and the assessment that stands."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, jsonify, make_response, request

from service.domain.answers import FirstContact
from service.domain.errors import NotFound
from service.usecases.ports import Scope
from service.usecases.receive_first_contact import Receipt
from service.web.auth import api_key, requires
from service.web.json_body import Blueprint
from service.web.problems import ProblemSchema
from service.web.schemas.assessment import AcceptedSchema, AssessmentSchema
from service.web.schemas.intake import ID_FORM, AnswersSchema, FirstContactSchema
from service.web.wiring import wiring

blueprint = Blueprint("first_contacts", __name__, url_prefix="/v1/first-contacts")


@blueprint.post("")
@requires(Scope.CONTACTS_WRITE)
@blueprint.arguments(FirstContactSchema)
@blueprint.response(201, AssessmentSchema, description="Stored.")
@blueprint.alt_response(200, schema=AssessmentSchema, description="All of it was stored before.")
@blueprint.alt_response(202, schema=AcceptedSchema, description="Stored; no judgement was asked for.")
@blueprint.alt_response(409, schema=ProblemSchema, description="Contradicts what is stored.")
def create(contact: FirstContact) -> Response:
    """Take in a first contact."""
    receipt = wiring().receive.create(api_key().site, contact)
    return _respond(receipt, f"first-contacts/{contact.contact_id}/assessment")


@blueprint.post("/<contact_id>/answers")
@requires(Scope.CONTACTS_WRITE)
@blueprint.arguments(AnswersSchema)
@blueprint.response(201, AssessmentSchema, description="Stored.")
@blueprint.alt_response(200, schema=AssessmentSchema, description="All of it was stored before.")
@blueprint.alt_response(202, schema=AcceptedSchema, description="Stored; no judgement was asked for.")
@blueprint.alt_response(404, schema=ProblemSchema, description="No such first contact.")
@blueprint.alt_response(409, schema=ProblemSchema, description="Contradicts what is stored.")
def add(more: dict[str, Any], contact_id: str) -> Response:
    """Take in more answers of a first contact, in any order."""
    contact = FirstContact(_known_form(contact_id), tuple(more["answers"]))
    return _respond(wiring().receive.add(api_key().site, contact), "assessment")


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
_NO_SUCH_CONTACT = "There is no first contact with this id at this site."
_MINIMAL = re.compile(r"""\s*return\s*=\s*"?minimal"?\s*(;|$)""", re.IGNORECASE)


def _known_form(contact_id: str) -> str:
    """An id in a path that could not have been stored is not found, whatever it is."""
    if not ID_FORM.match(contact_id):
        raise NotFound(_NO_SUCH_CONTACT)
    return contact_id


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


def _prefers_no_judgement() -> bool:
    """RFC 7240: spaces, quotes and further parameters do not matter; in doubt the judgement stays away."""
    return any(_MINIMAL.match(preference) for preference in request.headers.get("Prefer", "").split(","))
