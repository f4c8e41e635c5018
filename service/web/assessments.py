"""Scoring without storing."""

from __future__ import annotations

from typing import Any

from service.domain.answers import FirstContact
from service.usecases.ports import Scope
from service.web.auth import requires, site
from service.web.json_body import Blueprint
from service.web.schemas.assessment import AssessmentSchema
from service.web.schemas.intake import FirstContactSchema
from service.web.wiring import wiring

blueprint = Blueprint("assessments", __name__, url_prefix="/v1/assessments")


@blueprint.post("")
@requires(Scope.ASSESSMENTS_READ, without_ledger=True)
@blueprint.arguments(FirstContactSchema)
@blueprint.response(200, AssessmentSchema)
def score(contact: FirstContact) -> Any:
    """Assess what is sent. Nothing is stored, and nobody is paged. While the database is away this goes on,
    for a key that was used lately."""
    return wiring().assessor.assess(contact, site().respond_within_minutes)
