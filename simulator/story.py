"""The people and the words of the demonstration, and how its results are told. All of it is made up."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import indent, shorten
from typing import Any

DAVE = (
    "My wife urged me to come, so I came. I don't usually talk about feelings.",
    "My brother was killed in a car crash in March.",
    "There's a court case with my former business partner, and I'm facing bankruptcy.",
    "I've got nothing to show for my life.",
    "I'm a lousy husband and a bad father. A failure.",
)
FORMS: tuple[dict[str, Any], ...] = tuple(
    {"answer_id": f"phq-{item}", "type": "item", "instrument": "phq-9", "item": str(item), "value": value}
    for item, value in enumerate((1, 2, 2, 1, 0, 2, 1, 0, 0), 1)
)
AFTERWARDS = (
    "I couldn't stop weeping in the car.",
    "She didn't look at me once. Fifty minutes of forms.",
    "She doesn't like me, I could tell.",
    "It really is hopeless, even therapy can't help.",
)
WEEPING = ("I couldn't stop weeping in the car.",)
TONIGHT = ("I can't do this any more. I've got a plan for tonight, the tablets are in my bag.",)
SAMPLE = ("I lost my job and I don't see a future for myself.",)

OSEI, LINDQVIST = "+447700900101", "+447700900102"
NAMES = {"osei": "Dr Osei", "lindqvist": "Dr Lindqvist", "moreau": "Dr Moreau"}


def assessment_in_words(assessment: dict[str, Any]) -> str:
    """Urgency, reasons, and each quote once under what it shows."""
    minutes = assessment["respond_within_minutes"]
    within = "" if minutes is None else f" (a human responds {_duration(minutes)})"
    lines = [f"urgency: {assessment['urgency']}{within}"]
    lines += [f"because: {reason}" for reason in assessment["reasons"]]
    for signal in assessment["signals"]:
        counts = "" if signal["counts"] else "  (shown, does not count)"
        quote = shorten(signal["quote"] or signal["entry"], 60)
        lines.append(f"{signal['construct']:<26} “{quote}”{counts}")
    lines += [f"not known: {gap}" for gap in assessment["gaps"]]
    return indent("\n".join(lines), "    ")


def timeline_in_words(timeline: Iterable[dict[str, Any]]) -> str:
    """Who was told, when, over what, and what came back."""
    lines = []
    for event in timeline:
        who = NAMES.get(event["clinician"], event["clinician"] or "")
        what = f"{event['kind'].replace('_', ' '):<14} {who:<14} {event['detail']}"
        lines.append(f"{event['at'][11:23]}  {what.rstrip()}")
    return indent("\n".join(lines), "    ")


def _duration(minutes: int) -> str:
    return "now" if minutes == 0 else f"within {minutes // 60} hours"
