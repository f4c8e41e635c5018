"""How what a person says changes: by answer, from intake through each session to what is said afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from service.domain.course import Course
from service.domain.policy import Constructs, Turn
from service.domain.scores import Scores
from service.domain.signals import Polarity, Signal, Who


class Phase(StrEnum):
    """Where an answer stands: before the first session, in a session, or after one."""

    INTAKE = "intake"
    SESSION = "session"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Point:
    """One answer by itself. `said_at` is None when nobody knows."""

    answer_id: str
    said_at: datetime | None
    scores: Scores


@dataclass(frozen=True, slots=True)
class Stretch:
    """All that was said in one phase; `number` counts the sessions, from 1 (0 for intake)."""

    phase: Phase
    number: int
    began: datetime | None
    answer_ids: tuple[str, ...]
    scores: Scores

    def __str__(self) -> str:
        return self.phase.value if self.phase is Phase.INTAKE else f"{self.phase} {self.number}"


@dataclass(frozen=True, slots=True)
class Found:
    """A turn that was found, when, and which answers show it."""

    turn_id: str
    worse: bool
    at: datetime
    answer_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trajectory:
    """The numbers behind the plot of one contact, and what was found in them."""

    points: tuple[Point, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    found: tuple[Found, ...] = ()

    @property
    def worse_at(self) -> tuple[datetime, ...]:
        """When the person was found to have left worse than they came."""
        return tuple(found.at for found in self.found if found.worse)


T = TypeVar("T")
UNCHANGED = Trajectory()
Scoring = Callable[[Iterable[Signal]], Scores]


@dataclass(frozen=True, slots=True)
class Said:
    """One answer with what was noticed in it, and when it was said."""

    answer_id: str
    said_at: datetime | None
    signals: tuple[Signal, ...]


def trajectory(
    answers: Sequence[Said], course: Course, turns: Iterable[Turn], scoring: Scoring
) -> Trajectory:
    """Follow the answers through the course. An answer whose time nobody knows belongs to the intake.

    A person is only ever held against themselves: what was said after a session against what they said in it,
    and before it back to the end of the session before. Where nothing was said before, nothing changed.
    """
    points = tuple(Point(said.answer_id, said.said_at, scoring(said.signals)) for said in answers)
    groups = by_phase(((said, said.said_at) for said in answers), course)
    stretches = tuple(
        Stretch(phase, number, _first(group), tuple(s.answer_id for s in group), scoring(_signals(group)))
        for (phase, number), group in groups.items()
    )
    found: list[Found] = []
    for (phase, number), group in groups.items():
        since = _first(group)
        before = _before(groups, number)
        if phase is Phase.AFTER and before and since is not None:
            found += _turned(turns, before, group, since, scoring)
    return Trajectory(points, stretches, tuple(found))


def by_phase(
    answers: Iterable[tuple[T, datetime | None]], course: Course
) -> dict[tuple[Phase, int], list[T]]:
    """Sort what was said by phase and session, the earliest first."""
    groups: dict[tuple[Phase, int], list[T]] = {}
    for answer, said_at in answers:
        groups.setdefault(_place(said_at, course), []).append(answer)
    return dict(sorted(groups.items(), key=lambda group: (group[0][1], _ORDER[group[0][0]])))


def _place(said_at: datetime | None, course: Course) -> tuple[Phase, int]:
    place = (Phase.INTAKE, 0)
    for number, session in enumerate(course.sessions, start=1):
        if said_at is None or said_at < session.first_known:
            break
        over = session.ended is not None and said_at > session.ended
        place = (Phase.AFTER if over else Phase.SESSION, number)
        if session.began is None and not over:
            place = (Phase.INTAKE if number == 1 else Phase.AFTER, number - 1)
    return place


def _before(groups: Mapping[tuple[Phase, int], Sequence[Said]], number: int) -> list[Said]:
    """What was said in the session and before it, back to the end of the one before."""
    earlier = (Phase.INTAKE, 0) if number == 1 else (Phase.AFTER, number - 1)
    return [*groups.get(earlier, ()), *groups.get((Phase.SESSION, number), ())]


def _turned(
    turns: Iterable[Turn], before: Sequence[Said], after: Sequence[Said], since: datetime, scoring: Scoring
) -> Iterable[Found]:
    then, now = _signals(before), _signals(after)
    was, is_now = scoring(then), scoring(now)
    for turn in turns:
        score_was, score_is = getattr(was, turn.score), getattr(is_now, turn.score)
        new = _new(turn, then, now)
        made = (
            (turn.rises_by is not None and score_is - score_was >= turn.rises_by)
            or (turn.falls_by is not None and score_was - score_is >= turn.falls_by)
            or bool(new)
        )
        fits = score_was >= turn.was and score_is <= turn.is_now
        if made and fits and (not turn.beside or _voiced(turn.beside, now)):
            ids = tuple(dict.fromkeys(s.answer_id for s in new or now)) or tuple(s.answer_id for s in after)
            yield Found(turn.turn_id, turn.worse, since, ids)


def _new(turn: Turn, then: Sequence[Signal], now: Sequence[Signal]) -> list[Signal]:
    known = {signal.construct for signal in then if signal.counts}
    return [
        signal
        for signal in now
        if signal.counts
        and signal.construct in turn.new
        and signal.construct not in known
        and (not turn.strength or signal.strength in turn.strength)
    ]


def _voiced(constructs: Constructs, signals: Iterable[Signal]) -> bool:
    return any(
        signal.construct in constructs and signal.who is Who.SELF and signal.polarity is Polarity.AFFIRMED
        for signal in signals
    )


def _signals(group: Sequence[Said]) -> list[Signal]:
    return [signal for said in group for signal in said.signals]


def _first(group: Sequence[Said]) -> datetime | None:
    return min((said.said_at for said in group if said.said_at is not None), default=None)


_ORDER = {Phase.INTAKE: 0, Phase.SESSION: 1, Phase.AFTER: 2}
