"""What happens around a first contact, how what is said changes, and the follow-ups that are due."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate, validates_schema

from service.domain.course import ContactEvent, Happening
from service.web.schemas.assessment import ScoresSchema, TurnSchema
from service.web.schemas.case import ByClinicianSchema
from service.web.schemas.forms import ID, ID_IN_DOCUMENTS, clash, fault_of_appointment, fault_of_time

_MOST_EVENTS = 1000


class ContactEventSchema(Schema):
    """One thing that happened around a first contact."""

    class Meta:
        unknown = RAISE

    event_id = fields.String(required=True, validate=ID, metadata=ID_IN_DOCUMENTS)
    type = fields.Enum(Happening, by_value=True, required=True, attribute="kind")
    at = fields.AwareDateTime(
        format="iso",
        required=True,
        metadata={"description": "When it happened, or was recorded, with a UTC offset."},
    )
    appointment = fields.AwareDateTime(
        format="iso",
        load_default=None,
        allow_none=True,
        metadata={
            "description": "The time of the appointment that was booked (then it is required), "
            "attended, missed or cancelled."
        },
    )
    by = fields.String(
        load_default="",
        validate=validate.Length(max=64, error="is longer than 64 characters"),
        metadata={"description": "Who spoke to the person; required for `spoken_to`, and for nothing else."},
    )

    @validates_schema(skip_on_field_errors=False)
    def _is_whole(self, data: Mapping[str, Any], **_: Any) -> None:
        faults: dict[str, list[str]] = {}
        kind, at = data.get("kind"), data.get("at")
        if at is not None and (fault := fault_of_time(at)):
            faults["at"] = [fault]
        appointment = data.get("appointment")
        if appointment is not None and (fault := fault_of_appointment(appointment)):
            faults["appointment"] = [fault]
        if kind is Happening.BOOKED and data.get("appointment") is None:
            faults["appointment"] = ["is required when something is booked"]
        if kind in _WITHOUT_APPOINTMENT and data.get("appointment") is not None:
            faults["appointment"] = [f"belongs to no event of the type {kind}"]
        if kind is Happening.SPOKEN_TO and not data.get("by", "").strip():
            faults["by"] = ["is required: a human spoke to the person, and that is who"]
        if kind is not None and kind is not Happening.SPOKEN_TO and data.get("by"):
            faults["by"] = ["belongs to spoken_to only"]
        if faults:
            raise ValidationError(faults)

    @post_load
    def _event(self, data: dict[str, Any], **_: Any) -> ContactEvent:
        return ContactEvent(**data)


_WITHOUT_APPOINTMENT = {Happening.STARTED, Happening.ENDED, Happening.DISCHARGED, Happening.SPOKEN_TO}


class EventsSchema(Schema):
    """What happened around a known first contact, in any order."""

    class Meta:
        unknown = RAISE

    events = fields.List(
        fields.Nested(ContactEventSchema),
        required=True,
        validate=validate.Length(max=_MOST_EVENTS, error="too many events"),
    )

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _distinct(self, _data: Any, original: Any, **_: Any) -> None:
        clash(original, "events", "event_id")


class PointSchema(Schema):
    """One answer by itself."""

    answer_id = fields.String()
    said_at = fields.AwareDateTime(format="iso", allow_none=True)
    scores = fields.Nested(ScoresSchema)


class StretchSchema(Schema):
    """All that was said before the first session, in one, or after one."""

    phase = fields.String(metadata={"enum": ["intake", "session", "after"]})
    number = fields.Integer(metadata={"description": "Which session, from 1; 0 for intake."})
    began = fields.AwareDateTime(format="iso", allow_none=True)
    answer_ids = fields.List(fields.String())
    scores = fields.Nested(ScoresSchema)


class TrajectorySchema(Schema):
    """How what a person said has changed: the numbers behind the plot."""

    contact_id = fields.String()
    points = fields.List(fields.Nested(PointSchema))
    stretches = fields.List(fields.Nested(StretchSchema))
    turns = fields.List(fields.Nested(TurnSchema), attribute="found")


class PromiseSchema(Schema):
    """By when a human must have spoken to the person, and why."""

    reasons = fields.List(fields.String())
    since = fields.AwareDateTime(format="iso")
    due_at = fields.AwareDateTime(format="iso")


class FollowUpSchema(Schema):
    """A follow-up of one first contact."""

    contact_id = fields.String()
    promise = fields.Nested(PromiseSchema, allow_none=True)
    is_waiting = fields.Boolean(metadata={"description": "Nobody is paged for it yet."})
    settled_at = fields.AwareDateTime(format="iso", allow_none=True)
    settled_by = fields.String()
    settled_how = fields.String()


class FollowUpsSchema(Schema):
    """The follow-ups that are due, the earliest first."""

    follow_ups = fields.List(fields.Nested(FollowUpSchema))
    total = fields.Integer()


class FollowUpsQuerySchema(Schema):
    """Which of them."""

    class Meta:
        unknown = RAISE

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    offset = fields.Integer(load_default=0, validate=validate.Range(0, 1_000_000))


class SettleSchema(ByClinicianSchema):
    """What a human did, in place of the follow-up."""

    disposition = fields.String(required=True)
