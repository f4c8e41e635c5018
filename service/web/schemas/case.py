"""Cases, their timelines, and what a clinician does with them. No words of the person's."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from service.domain.escalation import CaseKind, CaseState
from service.usecases.read_cases import NO_DRILLS


class CaseSchema(Schema):
    """One case on the worklist."""

    case_id = fields.UUID()
    code = fields.String()
    kind = fields.String()
    contact_id = fields.String(allow_none=True)
    subject = fields.String(metadata={"description": "What a case about the service itself is about."})
    urgency = fields.String()
    state = fields.String()
    alarm = fields.Boolean()
    owner = fields.String(allow_none=True)
    confirmed_by = fields.List(fields.String())
    offered_to = fields.String(allow_none=True)
    disposition = fields.String(allow_none=True)
    opened_at = fields.AwareDateTime(format="iso")
    respond_by = fields.AwareDateTime(format="iso", allow_none=True)
    next_action_at = fields.Method("_next_action_at", metadata={"format": "date-time", "nullable": True})

    def _next_action_at(self, case: Any) -> str | None:
        return None if case.state is CaseState.CLOSED else case.next_action_at.isoformat()


class EventSchema(Schema):
    """One line of a timeline."""

    at = fields.AwareDateTime(format="iso")
    kind = fields.String(attribute="event.kind")
    clinician = fields.String(attribute="event.clinician", allow_none=True)
    detail = fields.String(attribute="event.detail")


class CaseWithTimelineSchema(Schema):
    """A case and everything that happened to it."""

    case = fields.Nested(CaseSchema)
    timeline = fields.List(fields.Nested(EventSchema))


class TrailEntrySchema(Schema):
    """One line of the audit trail."""

    number = fields.Integer(
        allow_none=True, metadata={"description": "Its place in the site's chain; null until it is sealed."}
    )
    at = fields.AwareDateTime(format="iso")
    actor = fields.String(metadata={"description": "A key, the command line, a clinician, a process."})
    act = fields.String()
    contact_id = fields.String(allow_none=True)
    case_id = fields.UUID(allow_none=True)
    clinician = fields.String(allow_none=True)
    detail = fields.String()
    channel = fields.String()
    provider_id = fields.String()
    rules = fields.String()


class CaseHistorySchema(Schema):
    """A case, and all that was done and read about it, oldest first."""

    case = fields.Nested(CaseSchema)
    entries = fields.List(fields.Nested(TrailEntrySchema))


class OffSchema(Schema):
    """Paging is off at the site: nobody is paged until then."""

    since = fields.AwareDateTime(format="iso")
    until = fields.AwareDateTime(format="iso")
    by = fields.String()
    why = fields.String()


class WorklistSchema(Schema):
    """Cases, most pressing first. `paging_off` is null while clinicians are paged."""

    paging_off = fields.Nested(OffSchema, allow_none=True)

    cases = fields.List(fields.Nested(CaseSchema))
    total = fields.Integer()


class _States(fields.Field[frozenset[CaseState]]):
    """States, comma separated."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> frozenset[CaseState]:
        try:
            return frozenset(CaseState(state) for state in str(value).split(","))
        except ValueError:
            raise ValidationError("must be some of open, acknowledged and closed, comma separated") from None


class _Kinds(fields.Field[frozenset[CaseKind]]):
    """Kinds of cases, comma separated."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> frozenset[CaseKind]:
        try:
            return frozenset(CaseKind(kind) for kind in str(value).split(","))
        except ValueError:
            raise ValidationError("must be some of contact, drill and trouble, comma separated") from None


class WorklistQuerySchema(Schema):
    """Which part of the worklist."""

    class Meta:
        unknown = RAISE

    state = _States(
        load_default=frozenset({CaseState.OPEN, CaseState.ACKNOWLEDGED}),
        metadata={"type": "string", "default": "open,acknowledged"},
    )
    kind = _Kinds(load_default=NO_DRILLS, metadata={"type": "string", "default": "contact,trouble"})
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))
    offset = fields.Integer(load_default=0, validate=validate.Range(0, 1_000_000))


class ByClinicianSchema(Schema):
    """Who acts."""

    class Meta:
        unknown = RAISE

    clinician = fields.String(required=True, metadata={"description": "A clinician's id at the site."})


class OfferSchema(ByClinicianSchema):
    """Who offers the case, and to whom."""

    to = fields.String(required=True, metadata={"description": "A colleague's id at the site."})


class CloseSchema(ByClinicianSchema):
    """Who closes the case, and with what."""

    disposition = fields.String(required=True)
