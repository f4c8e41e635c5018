"""Rosters and their overrides: who is on call from when until when, and what should worry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validates_schema

from service.domain.roster import OnCall, Span

_TOO_LONG = 366  # days


class OnCallSpanSchema(Schema):
    """A stretch of time with the same people on call; with nobody, it is a gap."""

    begin = fields.AwareDateTime(format="iso", data_key="from")
    end = fields.AwareDateTime(format="iso", data_key="until")
    clinicians = fields.Method("_clinicians", metadata={"type": "array", "items": {"type": "string"}})

    def _clinicians(self, span: Span) -> list[str]:
        return list(span.on_call.clinicians) if isinstance(span.on_call, OnCall) else []


class RosterGapSchema(Schema):
    """A stretch of time with nobody on call."""

    begin = fields.AwareDateTime(format="iso", data_key="from")
    end = fields.AwareDateTime(format="iso", data_key="until")


class OverrideSchema(Schema):
    """A change to a roster for some time."""

    override_id = fields.UUID()
    begin = fields.AwareDateTime(format="iso", data_key="from")
    end = fields.AwareDateTime(format="iso", data_key="until")
    clinician = fields.String(allow_none=True)
    instead_of = fields.String(allow_none=True)
    made_by = fields.String()


class OverriddenSchema(Schema):
    """An override as it holds, and what it brings about. It is done, whatever `warnings` says."""

    override = fields.Nested(OverrideSchema)
    gaps = fields.List(
        fields.Nested(RosterGapSchema), metadata={"description": "When nobody is on call because of this."}
    )
    warnings = fields.List(fields.String())


class SkippedEventSchema(Schema):
    """An event of the calendar that puts nobody on call."""

    reason = fields.String()
    begin = fields.AwareDateTime(format="iso", data_key="from", allow_none=True)
    summary = fields.String()


class CalendarSchema(Schema):
    """The calendar that a roster follows."""

    read_at = fields.AwareDateTime(format="iso", allow_none=True)
    fault = fields.String(metadata={"description": "Why it cannot be had now; the last good copy stands."})
    skipped = fields.List(fields.Nested(SkippedEventSchema))


class RosterSummarySchema(Schema):
    """Who is on call on a roster, and what comes next."""

    name = fields.String(attribute="roster.name")
    time_zone = fields.String(attribute="roster.zone.key")
    now = fields.Nested(OnCallSpanSchema)
    next = fields.Nested(OnCallSpanSchema, allow_none=True)
    gaps = fields.List(fields.Nested(RosterGapSchema))
    warnings = fields.List(fields.String())


class RosterListSchema(Schema):
    """The rosters of a site. `gaps` are those of the next 90 days."""

    rosters = fields.List(fields.Nested(RosterSummarySchema))


class RosterSchema(RosterSummarySchema):
    """A roster as it stands from `from` until `until`."""

    begin = fields.AwareDateTime(format="iso", data_key="from")
    end = fields.AwareDateTime(format="iso", data_key="until")
    spans = fields.List(fields.Nested(OnCallSpanSchema))
    overrides = fields.List(fields.Nested(OverrideSchema), attribute="roster.overrides")
    calendar = fields.Nested(CalendarSchema, allow_none=True)


def _in_reach(at: datetime) -> None:
    """Rosters are of our time; at the ends of what a clock can show, sums with time fail."""
    if not 2000 <= at.year < 2200:
        raise ValidationError("must be between the years 2000 and 2200")


class WindowQuerySchema(Schema):
    """Which time is asked about."""

    class Meta:
        unknown = RAISE

    begin = fields.AwareDateTime(
        format="iso",
        data_key="from",
        load_default=None,
        validate=_in_reach,
        metadata={"description": "Now, if it is left out."},
    )
    end = fields.AwareDateTime(
        format="iso",
        data_key="until",
        load_default=None,
        validate=_in_reach,
        metadata={"description": "14 days later, if it is left out."},
    )

    @validates_schema(skip_on_field_errors=True)
    def _is_a_window(self, window: dict[str, Any], **_: Any) -> None:
        begin, end = window["begin"], window["end"]
        if end is not None and begin is None:
            raise ValidationError("must be given with `until`", "from")
        if end is not None and not begin < end:
            raise ValidationError("must be later than `from`", "until")
        if end is not None and (end - begin).days > _TOO_LONG:
            raise ValidationError(f"must be within {_TOO_LONG} days of `from`", "until")


class NewOverrideSchema(Schema):
    """Who comes, and when; with `instead_of`, only for that person, and without `clinician`, nobody comes."""

    class Meta:
        unknown = RAISE

    begin = fields.AwareDateTime(
        format="iso", data_key="from", load_default=None, metadata={"description": "Now, if it is left out."}
    )
    end = fields.AwareDateTime(format="iso", data_key="until", required=True)
    clinician = fields.String(load_default=None, metadata={"description": "A clinician's id at the site."})
    instead_of = fields.String(load_default=None, metadata={"description": "A clinician's id at the site."})
