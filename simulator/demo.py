"""`goldenhour demo`: one story through the real processes, told as it happens, ending by itself."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from simulator.intake import SITE, Intake
from simulator.stack import Stack
from simulator.story import (
    AFTERWARDS,
    DAVE,
    FORMS,
    LINDQVIST,
    OSEI,
    TONIGHT,
    WEEPING,
    assessment_in_words,
    timeline_in_words,
)

_FIVE = 5
_PATIENCE = 15.0  # seconds
_HOURS = 2  # in a second, at the demonstration's site
_DAY = 24  # hours


class StoryFailed(Exception):
    """The story did not go as it must; the message says where."""


def demo() -> None:
    """Play the story. Raises `StoryFailed`, or `StackFault` when something cannot run."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="goldenhour-demo-") as home:
        _say("Starting PostgreSQL, Redis, the carrier, the API, a worker and two sweepers ...")
        with Stack(Path(home) / "var") as stack:
            intake = Intake(stack.api_url, new_key(stack, "demo"))
            _dave(stack, intake)
            _tonight(stack, intake)
            _afterwards(stack, intake)
            _weeping(intake)
    _say(f"\nThe story went as it must, in {time.monotonic() - began:.0f} seconds.")


def new_key(stack: Stack, name: str) -> str:
    """A key for everything at the stack's site."""
    scopes = (
        "contacts:write",
        "assessments:read",
        "cases:read",
        "cases:write",
        "rosters:read",
        "rosters:write",
    )
    options = [option for scope in scopes for option in ("--scope", scope)]
    made = stack.cli("keys", "create", "--name", name, "--site", SITE, *options)
    if made.returncode != 0:
        raise StoryFailed(f"no key could be made: {made.stderr}")
    return made.stdout.strip()


def _dave(stack: Stack, intake: Intake) -> None:
    _say("\n1. Dave's first contact. No word about suicide stands in it.")
    assessment = intake.send("dave", *DAVE)
    print(assessment_in_words(assessment), flush=True)
    _must(assessment["urgency"] == "soon", f"Dave must be `soon`, not `{assessment['urgency']}`")
    concerns = {signal["construct"] for signal in assessment["signals"]}
    _must(len(concerns) >= _FIVE, f"Dave must show at least five concerns, not {sorted(concerns)}")
    ideation = [name for name in concerns if name.startswith("ideation")]
    _must(not ideation, f"nothing that Dave said is ideation, but {ideation} was found")
    case = intake.case_of("dave")
    if case is None or case["state"] != "open":
        raise StoryFailed("Dave must be on the worklist")
    _must(not stack.carrier.received, "nobody is to be woken for `soon`")
    _say(f"   -> on the worklist as {case['code']}, to be answered by {case['respond_by'][:16]}. No page.")


def _tonight(stack: Stack, intake: Intake) -> None:
    _say("\n2. A second person writes of a plan for tonight.")
    print(assessment_in_words(intake.send("second-person", *TONIGHT)), flush=True)
    case = intake.case_of("second-person")
    if case is None:
        raise StoryFailed("the second person must be on the worklist")
    first, second = stack.carrier.phone(OSEI), stack.carrier.phone(LINDQVIST)
    code = case["code"]
    _say(f"   Dr Osei's phone:      {first.expect_sms(code, within=_PATIENCE).body}")
    _say("   ... Dr Osei does not answer ...")
    _say(f"   Dr Lindqvist's phone: {second.expect_sms(code, within=_PATIENCE).body}")
    _say(f"   Dr Lindqvist replies: {code}")
    second.reply(code)
    _say(f"   Dr Lindqvist's phone: {second.expect_sms(code, 'yours', within=_PATIENCE).body}")
    _say(f"   Dr Osei's phone:      {first.expect_sms(code, 'Lindqvist', within=_PATIENCE).body}")
    taken = intake.case_of("second-person")
    _must(taken is not None and taken["owner"] == "lindqvist", "the case must be Dr Lindqvist's")
    _delivered(intake, case["case_id"])
    _say("\n   The timeline of that case:")
    print(timeline_in_words(intake.timeline(case["case_id"])), flush=True)
    stack.carrier.assert_nothing_unexpected()


def _afterwards(stack: Stack, intake: Intake) -> None:
    _say("\n3. Dave's session: fifty minutes of forms, nothing booked. Two hours are a second from here on.")
    intake.tell("dave", "started")
    now = datetime.now(UTC).isoformat()
    intake.add("dave", *({**form, "at": now} for form in FORMS))
    ended = intake.tell("dave", "ended")
    _must(ended["urgency"] == "soon", "the session itself must change nothing")
    _say("   He writes afterwards:")
    answers = [
        {"answer_id": f"after-{number}", "type": "text", "text": text, "at": datetime.now(UTC).isoformat()}
        for number, text in enumerate(AFTERWARDS, 1)
    ]
    began = time.monotonic()
    assessment = intake.add("dave", *answers)
    print(assessment_in_words(assessment), flush=True)
    _must(assessment["urgency"] == "urgent", f"Dave must be `urgent`, not `{assessment['urgency']}`")
    _must(
        "Hopelessness rose after first contact." in assessment["reasons"],
        "that his hopelessness rose must be among the reasons",
    )
    follow_up = intake.follow_up_of("dave")
    if follow_up is None:
        raise StoryFailed("a follow-up must be due to Dave")
    _say(
        f"   -> a human speaks to him within 24 hours, because: {', '.join(follow_up['promise']['reasons'])}."
    )
    case = intake.case_of("dave")
    if case is None:
        raise StoryFailed("Dave must be on the worklist")
    _say("   ... nobody calls him ...")
    page = stack.carrier.phone(OSEI).expect_sms(case["code"], within=_PATIENCE)
    hours = _HOURS * (time.monotonic() - began)
    _must(hours < _DAY, f"somebody must be paged within a day, not after {hours:.0f} hours")
    _say(f"   Dr Osei's phone, after {hours:.0f} hours: {page.body}")
    _say("   Dr Osei calls Dave, and the service's own system says so.")
    intake.tell("dave", "spoken_to", by="Dr Osei")
    _must(intake.case_of("dave") is None, "the case must end once a human has spoken to him")
    _must(intake.follow_up_of("dave") is None, "and so must the follow-up")
    print(timeline_in_words(intake.timeline(case["case_id"])), flush=True)


def _weeping(intake: Intake) -> None:
    intake.send("somebody-else", *DAVE)
    intake.tell("somebody-else", "started")
    intake.tell("somebody-else", "ended")
    words = {"answer_id": "after", "type": "text", "text": WEEPING[0], "at": datetime.now(UTC).isoformat()}
    assessment = intake.add("somebody-else", words)
    _must(assessment["urgency"] == "soon" and not assessment["turns"], "weeping alone must change nothing")
    _say("\n   Somebody else, who only wept afterwards, stays `soon`: tears alone say nothing.")


def _delivered(intake: Intake, case_id: str) -> None:
    """Wait until the carrier has reported on all four messages, so that the timeline is whole."""

    def whole() -> bool:
        details: list[str] = [event["detail"] for event in intake.timeline(case_id)]
        return sum(detail.endswith(": delivered") for detail in details) == 4

    _wait(whole, "the carrier must report all four messages as delivered")


def _wait(condition: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        _must(time.monotonic() < deadline, otherwise)
        time.sleep(0.05)


def _must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise StoryFailed(otherwise)


def _say(text: str) -> None:
    print(text, flush=True)
