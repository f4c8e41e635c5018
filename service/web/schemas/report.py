"""The report on the golden hour as JSON."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate


class MeanSchema(Schema):
    """A mean over those of whom it is known; null when nobody is, or too few are."""

    value = fields.Float(allow_none=True)
    known_of = fields.Integer()


class SentSchema(Schema):
    """What went out, and what clinicians did."""

    texts = fields.Integer()
    calls = fields.Integer()
    others = fields.Integer()
    replies = fields.Integer()
    to_others = fields.Integer(
        metadata={"description": "Messages to anybody who is no clinician of the site now."}
    )


class CostSchema(Schema):
    """What we cost, in seconds."""

    seconds_for_the_person = fields.Float()
    messages_to_the_person = fields.Integer()
    seconds_for_clinicians = fields.Float()
    sent = fields.Nested(SentSchema)


class WeekSchema(Schema):
    """One week, or all of them."""

    name = fields.String(metadata={"example": "2026-W47"})
    first_contacts = fields.Integer()
    sessions = fields.Integer()
    too_few = fields.Boolean()
    minutes = fields.Nested(MeanSchema)
    items = fields.Nested(MeanSchema)
    asked_words = fields.Nested(MeanSchema)
    told_words = fields.Nested(MeanSchema)
    form_share = fields.Nested(MeanSchema)
    felt_heard = fields.Nested(MeanSchema)
    hope_before = fields.Nested(MeanSchema)
    hope_after = fields.Nested(MeanSchema)
    hopelessness_before = fields.Nested(MeanSchema)
    hopelessness_after = fields.Nested(MeanSchema)
    left_worse = fields.Nested(MeanSchema)
    cost = fields.Nested(CostSchema)


class PromisedSchema(Schema):
    """Follow-ups at this moment."""

    due = fields.Integer()
    overdue = fields.Integer()
    settled = fields.Integer()


class GoldenHourSchema(Schema):
    """What first hours were like, by week, and what we cost."""

    site = fields.String()
    weeks = fields.List(fields.Nested(WeekSchema))
    whole = fields.Nested(WeekSchema)
    follow_ups = fields.Nested(PromisedSchema)


class RuleUseSchema(Schema):
    """What became of the cases that one rule raised. Times are in seconds."""

    rule_id = fields.String()
    urgency = fields.String()
    reason = fields.String()
    held = fields.Integer()
    decided = fields.Integer()
    closed = fields.Integer()
    overridden = fields.Integer()
    override_share = fields.Float(allow_none=True)
    closed_untaken = fields.Integer()
    median_wait = fields.Float(allow_none=True)
    p90_wait = fields.Float(allow_none=True)
    too_few = fields.Boolean()


class RulesSchema(Schema):
    """Every rule of the policy, the one that is overridden most first."""

    rules = fields.List(fields.Nested(RuleUseSchema))


class WeeksQuerySchema(Schema):
    """How far back."""

    class Meta:
        unknown = RAISE

    weeks = fields.Integer(load_default=12, validate=validate.Range(1, 520))
