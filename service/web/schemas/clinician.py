"""Clinicians, by what each can be reached, and checks of their addresses."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from service.domain.checks import NUMBER_DIGITS


class AddressSchema(Schema):
    """One address of a clinician; null: it never happened."""

    channel = fields.String(attribute="record.channel")
    ending = fields.String(metadata={"description": "Its last characters."})
    standing = fields.String(
        attribute="record.standing",
        metadata={
            "description": "`good`, `doubtful` or, used no more, `dead`.",
            "enum": ["good", "doubtful", "dead"],
        },
    )
    reason = fields.String(attribute="record.reason", metadata={"description": "Why it is not good."})
    verification = fields.String(
        metadata={
            "description": "`never` verified, `verified`, or `due` to be verified again.",
            "enum": ["never", "due", "verified"],
        }
    )
    changed_at = fields.AwareDateTime(attribute="record.changed_at", format="iso", allow_none=True)
    verified_at = fields.AwareDateTime(attribute="record.verified_at", format="iso", allow_none=True)
    arrived_at = fields.AwareDateTime(
        attribute="record.arrived_at",
        format="iso",
        allow_none=True,
        metadata={"description": "When a page last arrived there for certain."},
    )


class ClinicianSummarySchema(Schema):
    """A clinician, and how they can be reached, first choice first."""

    clinician_id = fields.String(attribute="clinician.clinician_id")
    name = fields.String(attribute="clinician.name")
    addresses = fields.List(fields.Nested(AddressSchema))
    on_call = fields.List(
        fields.String(), metadata={"description": "The rosters that name them now or within a day."}
    )
    is_ready = fields.Boolean(metadata={"description": "Whether an address is verified and not dead."})


class ClinicianListSchema(Schema):
    """The clinicians of a site."""

    clinicians = fields.List(fields.Nested(ClinicianSummarySchema))


class AddressChangeSchema(Schema):
    """Something that became of an address."""

    at = fields.AwareDateTime(format="iso")
    channel = fields.String()
    kind = fields.String()
    detail = fields.String()


class ClinicianSchema(ClinicianSummarySchema):
    """A clinician with all that became of their addresses, oldest first."""

    history = fields.List(fields.Nested(AddressChangeSchema))


class NumberSchema(Schema):
    """The number that a check's message carries, as the clinician told it."""

    class Meta:
        unknown = RAISE

    number = fields.String(
        required=True,
        validate=validate.Regexp(rf"[0-9]{{{NUMBER_DIGITS}}}\Z", error=f"must be {NUMBER_DIGITS} digits"),
        metadata={"pattern": f"^[0-9]{{{NUMBER_DIGITS}}}$"},
    )
