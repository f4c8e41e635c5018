"""Drills, and how long each leg of one took."""

from __future__ import annotations

from datetime import datetime

from marshmallow import RAISE, Schema, fields, validate

from service.domain.urgency import Urgency
from service.usecases.drill import DrillReport


class StartDrillSchema(Schema):
    """By which plan to page."""

    class Meta:
        unknown = RAISE

    urgency = fields.Enum(
        Urgency,
        by_value=True,
        load_default=Urgency.EMERGENCY,
        validate=validate.NoneOf([Urgency.NONE_FOUND], error="has no plan"),
    )


class DrillSchema(Schema):
    """A drill. Seconds are since it was opened; null: not yet."""

    case_id = fields.UUID(attribute="case.case_id")
    code = fields.String(attribute="case.code")
    state = fields.String(attribute="case.state")
    opened_at = fields.AwareDateTime(attribute="case.opened_at", format="iso")
    attempted_after = fields.Method("_attempted", metadata={"type": "number", "nullable": True})
    accepted_after = fields.Method("_accepted", metadata={"type": "number", "nullable": True})
    delivered_after = fields.Method("_delivered", metadata={"type": "number", "nullable": True})
    acknowledged_after = fields.Method("_acknowledged", metadata={"type": "number", "nullable": True})
    acknowledged_by = fields.String(attribute="by", allow_none=True)
    acknowledged_over = fields.String(attribute="over")

    def _attempted(self, drill: DrillReport) -> float | None:
        return _since(drill, drill.legs.attempted_at)

    def _accepted(self, drill: DrillReport) -> float | None:
        return _since(drill, drill.legs.accepted_at)

    def _delivered(self, drill: DrillReport) -> float | None:
        return _since(drill, drill.legs.delivered_at)

    def _acknowledged(self, drill: DrillReport) -> float | None:
        return _since(drill, drill.acknowledged_at)


def _since(drill: DrillReport, at: datetime | None) -> float | None:
    if at is None:
        return None
    seconds: float = (at - drill.case.opened_at).total_seconds()
    return round(seconds, 3)
