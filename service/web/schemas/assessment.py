"""An assessment as the API and the command line give it."""

from __future__ import annotations

from marshmallow import Schema, fields

from service.web.problems import ProblemSchema


class ScoresSchema(Schema):
    """How strongly each was said, 0 to 100. Not a probability and not a level."""

    hopelessness = fields.Integer()
    suicidality = fields.Integer()
    hope = fields.Integer()


class SpanSchema(Schema):
    """Words of an answer. Offsets count code points."""

    quote = fields.String()
    start = fields.Integer()
    end = fields.Integer()


class SignalSchema(Schema):
    """One construct noticed in one answer, with its evidence. Offsets count code points.

    `also`: the other passages, where only several together say it.
    """

    construct = fields.String()
    answer_id = fields.String()
    quote = fields.String(allow_none=True)
    start = fields.Integer(allow_none=True)
    end = fields.Integer(allow_none=True)
    also = fields.List(fields.Nested(SpanSchema))
    who = fields.String()
    when = fields.String()
    polarity = fields.String()
    strength = fields.String()
    counts = fields.Boolean()
    entry = fields.String()


class StartingPointSchema(SpanSchema):
    """Something that the person hopes for, cares about or has asked for, in their own words."""

    construct = fields.String()
    answer_id = fields.String()


class InstrumentSchema(Schema):
    """A questionnaire scored by its official rules; `total` is null while an item is missing."""

    instrument = fields.String()
    total = fields.Integer(allow_none=True)
    complete = fields.Boolean()
    flags = fields.List(fields.String())


class TurnSchema(Schema):
    """A change that was found after a session, held against what was said before it."""

    turn = fields.String(attribute="turn_id")
    worse = fields.Boolean(metadata={"description": "The person left worse than they came."})
    at = fields.AwareDateTime(format="iso")
    answer_ids = fields.List(fields.String())


class AssessmentSchema(Schema):
    """How soon a human must respond and why, with the evidence and what is not known."""

    contact_id = fields.String()
    urgency = fields.String()
    respond_within_minutes = fields.Integer(allow_none=True)
    scores = fields.Nested(ScoresSchema)
    signals = fields.List(fields.Nested(SignalSchema))
    instruments = fields.List(fields.Nested(InstrumentSchema))
    starting_points = fields.List(fields.Nested(StartingPointSchema))
    supports = fields.List(
        fields.Nested(StartingPointSchema),
        metadata={
            "description": "Whom and what in their real life the person named as being there for them."
        },
    )
    reasons = fields.List(fields.String())
    turns = fields.List(fields.Nested(TurnSchema))
    gaps = fields.List(fields.String())
    marks = fields.List(
        fields.String(), metadata={"description": "What looks like habit in the answers. It changes nothing."}
    )
    held = fields.List(
        fields.String(),
        metadata={"description": "The rules of the policy that held, the most pressing first."},
    )
    rules = fields.String()


class AcceptedSchema(Schema):
    """What a caller is told that asked for no judgement, or whose key may see none."""

    contact_id = fields.String()
    accepted = fields.Constant(True)


class AwayProblemSchema(ProblemSchema):
    """The problem that the database is away, with what was sent assessed, where that was asked for."""

    assessment = fields.Nested(AssessmentSchema)
