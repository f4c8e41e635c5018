"""Plans: whom each step pages, how long it waits, and what follows."""

from __future__ import annotations

from datetime import timedelta

from marshmallow import Schema, fields

from service.usecases.read_plans import PlanView, StepView


class StepSchema(Schema):
    """Page all targets, then wait. Times are in seconds."""

    targets = fields.Method("_targets", metadata={"type": "array", "items": {"type": "string"}})
    channels = fields.Method(
        "_channels",
        metadata={
            "type": "array",
            "items": {"type": "string"},
            "description": "In this order; empty: each person's own.",
        },
    )
    wait = fields.Function(lambda view: _seconds(view.step.wait), metadata={"type": "number"})
    now = fields.List(fields.String(), metadata={"description": "Whom it would page if it were due now."})

    def _targets(self, view: StepView) -> list[str]:
        return [str(target) for target in view.step.targets]

    def _channels(self, view: StepView) -> list[str]:
        return [channel.value for channel in view.step.channels]


class PlanSchema(Schema):
    """A plan. A case keeps the copy that it began with. Times are in seconds."""

    name = fields.String(metadata={"description": "An urgency, or `trouble` for the service itself."})
    steps = fields.List(fields.Nested(StepSchema))
    repeats = fields.Integer(
        attribute="plan.repeats", metadata={"description": "How often after the first time."}
    )
    confirmations = fields.Integer(attribute="plan.confirmations")
    first_page_after = fields.Method("_first", metadata={"type": "number"})
    next_channel_after = fields.Method("_next_channel", metadata={"type": "number"})
    then_everyone_every = fields.Method("_everyone", metadata={"type": "number"})
    acknowledgement_lasts = fields.Method("_lasts", metadata={"type": "number"})

    def _first(self, view: PlanView) -> float:
        return _seconds(view.plan.first_page_after)

    def _next_channel(self, view: PlanView) -> float:
        return _seconds(view.plan.next_channel_after)

    def _everyone(self, view: PlanView) -> float:
        return _seconds(view.plan.everyone_every)

    def _lasts(self, view: PlanView) -> float:
        return _seconds(view.plan.acknowledgement_lasts)


class PlanListSchema(Schema):
    """The plans of a site, the most urgent first."""

    plans = fields.List(fields.Nested(PlanSchema))


def _seconds(time: timedelta) -> float:
    return time.total_seconds()
