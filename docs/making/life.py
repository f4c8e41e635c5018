"""The life of a case as a picture: what moves it is found by having the domain do it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from docs.making.drawing import Arrow, Box, Words, picture
from service.domain.escalation import (
    Case,
    CaseState,
    EventKind,
    Position,
    acknowledged,
    advance,
    closed,
    handed_over,
    offered,
    passed,
    risen,
)
from service.domain.plan import Plan, Step, Target, TargetKind
from service.domain.roster import OnCall
from service.domain.urgency import Urgency

_NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
_FIRST, _NEXT = "the first on call", "the next"
_PEOPLE = (_FIRST, _NEXT)
_PLAN = Plan(
    first_page_after=timedelta(0),
    steps=tuple(Step((Target(TargetKind.PERSON, who),), timedelta(minutes=5)) for who in _PEOPLE),
    repeats=0,
    everyone_every=timedelta(minutes=5),
    acknowledgement_lasts=timedelta(hours=1),
    next_channel_after=timedelta(minutes=1),
)
_OPEN = Case(
    case_id=UUID(int=1),
    code="7KQX",
    site="riverside",
    contact_id="c1",
    urgency=Urgency.URGENT,
    plan=_PLAN,
    state=CaseState.OPEN,
    position=Position(),
    next_action_at=_NOW,
    respond_by=None,
    opened_at=_NOW,
)
_TAKEN = acknowledged(_OPEN, _FIRST, _NOW)


@dataclass(frozen=True, slots=True)
class Move:
    """Something that happens to a case: in words, whether a human does it, and from where to where it leads."""

    words: tuple[str, ...]
    by_human: bool
    begins: CaseState
    ends: CaseState


def _advanced(case: Case) -> Case:
    return advance(case, lambda target: OnCall((target.name,)), _PEOPLE, _NOW).case


def _risen(case: Case) -> Case:
    return risen(case, Urgency.EMERGENCY, _PLAN, None, _NOW)


_MOVES: Sequence[tuple[tuple[str, ...], bool, Case, Callable[[Case], Case]]] = (
    (
        ("a reply with the code,", "a key in a call,", "a signed-in act"),
        True,
        _OPEN,
        lambda c: acknowledged(c, _FIRST, _NOW),
    ),
    (("PASS: the next one now",), True, _OPEN, lambda c: passed(c, _FIRST, _PEOPLE, _NOW)),
    (("a human records", "what was done"), True, _OPEN, lambda c: closed(c, "spoken_to")),
    (("a human records", "what was done"), True, _TAKEN, lambda c: closed(c, "spoken_to")),
    (("its owner", "passes it on"), True, _TAKEN, lambda c: passed(c, _FIRST, (), _NOW)),
    (
        ("handed over to a colleague, who takes it",),
        True,
        _TAKEN,
        lambda c: handed_over(offered(c, _NEXT), _NOW),
    ),
    (("not closed in time; or",), False, _TAKEN, _advanced),
    (("later answers ask", "for more"), False, _TAKEN, _risen),
)


def moves() -> Iterator[Move]:
    """Everything that moves a case, as the domain does it."""
    for words, by_human, case, happens in _MOVES:
        yield Move(words, by_human, case.state, happens(case).state)


def stages() -> Iterator[tuple[str, bool]]:
    """Whom an open case pages in turn while nobody answers, and whether the alarm is raised; until it comes round."""
    case, seen = _OPEN, set[tuple[str, bool]]()
    while True:
        taken = advance(case, lambda target: OnCall((target.name,)), _PEOPLE, _NOW)
        everyone = any(event.kind is EventKind.EVERYONE_PAGED for event in taken.events) or taken.case.alarm
        stage = ("everyone" if everyone else taken.targets[0], taken.case.alarm)
        if stage in seen:
            return
        seen.add(stage)
        yield stage
        case = replace(taken.case, next_action_at=_NOW)


_ROUTES: dict[
    tuple[CaseState, CaseState, bool], tuple[Sequence[tuple[float, float]], tuple[float, float]]
] = {
    (CaseState.OPEN, CaseState.ACKNOWLEDGED, True): (((60, 170), (60, 300)), (72, 222)),
    (CaseState.ACKNOWLEDGED, CaseState.OPEN, True): (((250, 300), (250, 170)), (262, 222)),
    (CaseState.ACKNOWLEDGED, CaseState.OPEN, False): (((390, 300), (390, 170)), (402, 222)),
    (CaseState.OPEN, CaseState.CLOSED, True): (((660, 170), (660, 300)), (672, 222)),
    (CaseState.ACKNOWLEDGED, CaseState.CLOSED, True): (((480, 350), (600, 350)), (492, 326)),
    (CaseState.ACKNOWLEDGED, CaseState.ACKNOWLEDGED, True): (
        ((200, 380), (200, 402), (260, 402), (260, 380)),
        (272, 402),
    ),
    (CaseState.OPEN, CaseState.OPEN, True): (((250, 120), (250, 146), (430, 146), (430, 120)), (272, 162)),
}
"""Where the arrow and its words are drawn, by what they lead from, to, and whether a human does it."""


def draw() -> str:
    """The picture."""
    parts: list[Box | Arrow | Words] = [
        Box(20, 20, 820, 150, "OPEN: nobody has it; each step waits, and then goes on", look="around"),
        Box(
            20,
            300,
            460,
            80,
            "ACKNOWLEDGED: one has it",
            ["Nobody else is paged, and everybody who was is told who has it."],
        ),
        Box(600, 300, 240, 80, "CLOSED", ["what was done is kept"]),
        Box(40, 60, 120, 60, "worklist", ["until the plan's", "first page"]),
        *_chain(),
        *_moved(),
        Arrow(((40, 436), (90, 436)), "human"),
        Words(100, 440, ["an act of a human"]),
        Arrow(((240, 436), (290, 436)), "itself"),
        Words(
            300,
            440,
            ["by itself: time passes, or more was said. Nothing of this kind takes or closes a case."],
        ),
    ]
    return picture("The life of a case", _told(), 860, 456, parts)


def _chain() -> Iterator[Box | Arrow | Words]:
    step = 165
    for number, (who, alarm) in enumerate(stages(), 1):
        x = 40 + number * step
        yield Arrow(((x - step + 120, 90), (x, 90)), "itself")
        yield Box(x, 60, 120, 60, "ALARM" if alarm else "page", [who], "alarm" if alarm else "")
    yield Arrow(((x + 80, 60), (x + 80, 44), (x + 40, 44), (x + 40, 60)), "itself")
    yield Words(x - 52, 48, ["again and again"])


def _moved() -> Iterator[Arrow | Words]:
    said: dict[tuple[CaseState, CaseState, bool], list[str]] = {}
    for move in moves():
        said.setdefault((move.begins, move.ends, move.by_human), []).extend(move.words)
    for which, lines in said.items():
        points, (x, y) = _ROUTES[which]
        yield Arrow(points, "human" if which[2] else "itself")
        yield Words(x, y, lines)


def _told() -> str:
    chain = ", then ".join(f"{who}{' with the alarm raised' if alarm else ''}" for who, alarm in stages())
    ways = " ".join(
        f"{' '.join(move.words)}: from {move.begins} to {move.ends}{'' if move.by_human else ', by itself'}."
        for move in moves()
    )
    return f"An open case pages {chain}, again and again. {ways}"
