"""Clinicians: how they can be reached, and checks of whether they are."""

from __future__ import annotations

from typing import Any

from service.domain.channel import Channel
from service.domain.errors import Conflict, Fault, Invalid, NotFound
from service.usecases.check_address import Confirmation
from service.usecases.ports import Scope
from service.web.auth import api_key, requires
from service.web.json_body import Blueprint
from service.web.problems import ProblemSchema
from service.web.schemas.clinician import ClinicianListSchema, ClinicianSchema, NumberSchema
from service.web.schemas.drill import DrillSchema
from service.web.wiring import wiring

blueprint = Blueprint("clinicians", __name__, url_prefix="/v1/clinicians")

_NO_SUCH_CLINICIAN = "There is no clinician with this id at this site."
_CHANNEL = f"<any({', '.join(channel.value for channel in Channel)}):channel>"


@blueprint.get("")
@requires(Scope.CLINICIANS_READ)
@blueprint.response(200, ClinicianListSchema)
def clinicians() -> Any:
    """List the clinicians: how each can be reached, and whether that was shown to work."""
    return {"clinicians": wiring().clinicians.all(api_key().site)}


@blueprint.get("/<clinician_id>")
@requires(Scope.CLINICIANS_READ)
@blueprint.response(200, ClinicianSchema)
@blueprint.alt_response(404, schema=ProblemSchema, description="No such clinician.")
def read(clinician_id: str) -> Any:
    """Read a clinician, with all that became of their addresses."""
    found = wiring().clinicians.one(api_key().site, clinician_id)
    if found is None:
        raise NotFound(_NO_SUCH_CLINICIAN)
    return found


@blueprint.post(f"/<clinician_id>/addresses/{_CHANNEL}/checks")
@requires(Scope.CLINICIANS_WRITE)
@blueprint.response(201, DrillSchema)
@blueprint.alt_response(404, schema=ProblemSchema, description="No such clinician, or no such address.")
@blueprint.alt_response(409, schema=ProblemSchema, description="One was sent there a moment ago.")
def check(clinician_id: str, channel: str) -> Any:
    """Send a test page to one address now. A reply to it, or its number, shows that the address is theirs."""
    case = wiring().check_address.start(api_key().site, clinician_id, Channel(channel))
    return wiring().drill.report(case.site, case.case_id)


@blueprint.put(f"/<clinician_id>/addresses/{_CHANNEL}/verification")
@requires(Scope.CLINICIANS_WRITE)
@blueprint.arguments(NumberSchema)
@blueprint.response(200, ClinicianSchema)
@blueprint.alt_response(404, schema=ProblemSchema, description="No such address, or no check of it is open.")
@blueprint.alt_response(409, schema=ProblemSchema, description="Too many wrong numbers: the check is over.")
def verify(body: dict[str, Any], clinician_id: str, channel: str) -> Any:
    """Confirm an address by the number that its check carries, as the clinician told it."""
    key = api_key()
    what = wiring().check_address.confirm(
        key.site, clinician_id, Channel(channel), body["number"], by=f"the key {key.name}"
    )
    if what is Confirmation.WRONG:
        raise Invalid("The number is not the one that was sent.", [Fault("/number", "is wrong")])
    if what is Confirmation.TOO_MANY:
        raise Conflict("Too many wrong numbers: this check is over. Send another.")
    return wiring().clinicians.one(key.site, clinician_id)
