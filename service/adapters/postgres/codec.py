"""Domain values to JSON and back, for the columns that hold them. What is read equals what was stored."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from service.domain.answers import Absent, Answer, ItemAnswer, Speaker, TextAnswer
from service.domain.assessment import Assessment
from service.domain.channel import Channel
from service.domain.instruments import InstrumentResult
from service.domain.plan import LAST_RESORT, Plan, Step, Target, TargetKind
from service.domain.scores import Scores
from service.domain.signals import Gap, GapKind, Polarity, Signal, Span, Strength, When, Who
from service.domain.trajectory import Found
from service.domain.urgency import Urgency


def answer_to_json(answer: Answer) -> str:
    """An answer as it is sealed."""
    at = None if answer.at is None else answer.at.isoformat()
    return json.dumps({**asdict(answer), "at": at})


def answer_from_json(body: str) -> Answer:
    """The answer that was sealed."""
    raw: dict[str, Any] = json.loads(body)
    raw["speaker"] = Speaker(raw["speaker"])
    raw["at"] = None if raw["at"] is None else datetime.fromisoformat(raw["at"])
    if "text" in raw:
        return TextAnswer(**raw)
    raw["absent"] = None if raw["absent"] is None else Absent(raw["absent"])
    return ItemAnswer(**raw)


def assessment_to_json(assessment: Assessment) -> str:
    """An assessment as it is sealed."""
    return json.dumps(asdict(assessment), default=datetime.isoformat)


def assessment_from_json(body: str) -> Assessment:
    """The assessment that was sealed."""
    raw: dict[str, Any] = json.loads(body)
    raw["urgency"] = Urgency(raw["urgency"])
    raw["scores"] = Scores(**raw["scores"])
    raw["signals"] = _signals(raw["signals"])
    raw["instruments"] = tuple(_instrument_result(result) for result in raw["instruments"])
    raw["reasons"] = tuple(raw["reasons"])
    raw["gaps"] = tuple(raw["gaps"])
    raw["turns"] = tuple(_found(turn) for turn in raw.get("turns", ()))
    raw["held"] = tuple(raw.get("held", ()))
    raw["marks"] = tuple(raw.get("marks", ()))
    return Assessment(**raw)


def _found(raw: dict[str, Any]) -> Found:
    at = datetime.fromisoformat(raw["at"])
    return Found(**{**raw, "at": at, "answer_ids": tuple(raw["answer_ids"])})


def _signals(raws: list[dict[str, Any]]) -> tuple[Signal, ...]:
    return tuple(
        Signal(
            **{
                **raw,
                "also": tuple(Span(**span) for span in raw.get("also", ())),
                "strength": Strength(raw["strength"]),
                "who": Who(raw["who"]),
                "when": When(raw["when"]),
                "polarity": Polarity(raw["polarity"]),
            }
        )
        for raw in raws
    )


def _instrument_result(raw: dict[str, Any]) -> InstrumentResult:
    return InstrumentResult(
        instrument=raw["instrument"],
        total=raw["total"],
        complete=raw["complete"],
        flags=tuple(raw["flags"]),
        rules=tuple(raw["rules"]),
        signals=_signals(raw["signals"]),
        gaps=tuple(Gap(GapKind(gap["kind"]), gap["text"]) for gap in raw["gaps"]),
    )


def plan_to_row(plan: Plan) -> dict[str, Any]:
    """A plan as frozen into a case; times in seconds."""
    return {
        "first_page_after": plan.first_page_after.total_seconds(),
        "steps": [
            {
                "targets": [{"kind": target.kind.value, "name": target.name} for target in step.targets],
                "wait": step.wait.total_seconds(),
                "channels": [channel.value for channel in step.channels],
            }
            for step in plan.steps
        ],
        "repeats": plan.repeats,
        "everyone_every": plan.everyone_every.total_seconds(),
        "acknowledgement_lasts": plan.acknowledgement_lasts.total_seconds(),
        "next_channel_after": plan.next_channel_after.total_seconds(),
        "confirmations": plan.confirmations,
    }


def plan_from_row(raw: Any) -> Plan:
    """The plan that was frozen, also by the version before channels had an order. In place of one that cannot
    be read `LAST_RESORT`: a damaged row must hide no other, nor its own case from humans."""
    try:
        plan = _plan(raw)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return LAST_RESORT
    return plan if plan.steps else LAST_RESORT


def _plan(raw: dict[str, Any]) -> Plan:
    return Plan(
        first_page_after=timedelta(seconds=raw["first_page_after"]),
        steps=tuple(_step(step) for step in raw["steps"]),
        repeats=raw["repeats"],
        everyone_every=timedelta(seconds=raw["everyone_every"]),
        acknowledgement_lasts=timedelta(seconds=raw["acknowledgement_lasts"]),
        next_channel_after=timedelta(seconds=raw.get("next_channel_after", raw["everyone_every"])),
        confirmations=raw.get("confirmations", 1),
    )


def _step(raw: dict[str, Any]) -> Step:
    targets = raw.get("targets", [{"kind": TargetKind.ROSTER.value, "name": raw.get("roster", "")}])
    return Step(
        targets=tuple(Target(TargetKind(target["kind"]), target["name"]) for target in targets),
        wait=timedelta(seconds=raw["wait"]),
        channels=tuple(Channel(channel) for channel in raw.get("channels", ())),
    )
