"""The life of a case: opened, paged for, taken, passed, closed. Only a human act stops it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from service.domain.plan import Plan
from service.domain.roster import NobodyOnCall, OnCall
from service.domain.urgency import Urgency


class CaseState(StrEnum):
    """`OPEN` is waiting for a human, `ACKNOWLEDGED` has one, `CLOSED` has a disposition."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class EventKind(StrEnum):
    """What a case's timeline can say."""

    OPENED = "opened"
    URGENCY_ROSE = "urgency_rose"
    ANSWERS_ADDED = "answers_added"
    PAGED = "paged"
    PAGE_STATE = "page_state"
    NOBODY_ON_CALL = "nobody_on_call"
    NOBODY_TO_PAGE = "nobody_to_page"
    EVERYONE_PAGED = "everyone_paged"
    ALARM = "alarm"
    REPLY = "reply"
    ACKNOWLEDGED = "acknowledged"
    PASSED = "passed"
    ACKNOWLEDGEMENT_EXPIRED = "acknowledgement_expired"
    TOLD = "told"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a timeline: never any of the person's words."""

    kind: EventKind
    clinician: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where an escalation stands. A new episode starts whenever paging starts anew."""

    episode: int = 0
    round: int = 0
    step: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """One escalation for one first contact.

    `position` is the next step to take, at `next_action_at`. `passed` holds those who passed in this
    episode: the steps do not page them again.
    """

    case_id: UUID
    code: str
    site: str
    contact_id: str
    urgency: Urgency
    plan: Plan
    state: CaseState
    position: Position
    next_action_at: datetime
    respond_by: datetime | None
    opened_at: datetime
    alarm: bool = False
    owner: str | None = None
    passed: frozenset[str] = frozenset()
    disposition: str | None = None


@dataclass(frozen=True, slots=True)
class Advance:
    """What is due now: the case as it stands afterwards, whom to page from which position, and why."""

    case: Case
    fired: Position
    targets: tuple[str, ...]
    events: tuple[Event, ...]


WhoIsOnCall = Callable[[str], OnCall | NobodyOnCall]


def advance(case: Case, on_call: WhoIsOnCall, everyone: Sequence[str], now: datetime) -> Advance:
    """Take the step that is due. Always ends with somebody to page or with the alarm, and with a next time.

    A step with nobody on call is recorded and passed over at once, and so is one whose people have all
    passed. Only one step fires, however many fell due meanwhile.
    """
    events: list[Event] = []
    if case.state is CaseState.ACKNOWLEDGED:
        events.append(Event(EventKind.ACKNOWLEDGEMENT_EXPIRED, case.owner))
        case = reopened(case, now)
    while case.position.round <= case.plan.repeats:
        step = case.plan.steps[case.position.step]
        found = on_call(step.roster)
        fired, case = case.position, replace(case, position=_following(case))
        if isinstance(found, NobodyOnCall):
            events.append(Event(EventKind.NOBODY_ON_CALL, detail=step.roster))
            continue
        targets = tuple(c for c in found.clinicians if c not in case.passed)
        if targets:
            return Advance(replace(case, next_action_at=now + step.wait), fired, targets, tuple(events))
    return _page_everyone(case, everyone, now, events)


def _following(case: Case) -> Position:
    at = case.position
    if at.step + 1 < len(case.plan.steps):
        return replace(at, step=at.step + 1)
    return replace(at, round=at.round + 1, step=0)


def _page_everyone(case: Case, everyone: Sequence[str], now: datetime, events: list[Event]) -> Advance:
    fired = case.position
    if not everyone:
        events.append(Event(EventKind.NOBODY_TO_PAGE))
    elif fired.step == 0:
        events.append(Event(EventKind.EVERYONE_PAGED))
    alarm = case.alarm or fired.step > 0 or not everyone
    if alarm and not case.alarm:
        events.append(Event(EventKind.ALARM))
    case = replace(
        case,
        alarm=alarm,
        position=replace(fired, step=fired.step + 1),
        next_action_at=now + case.plan.everyone_every,
    )
    return Advance(case, fired, tuple(everyone), tuple(events))


def came_to_nothing(case: Case, fired: Position, now: datetime) -> Case:
    """The case once every page of a step came to nothing: the next step is due now.

    Only while that step is the one being waited for. Paging everyone keeps its pace, or a dead carrier
    would make it spin: there the alarm is raised at once.
    """
    if case.state is not CaseState.OPEN:
        return case
    if fired.round > case.plan.repeats and fired.episode == case.position.episode:
        return replace(case, alarm=True)
    if _following(replace(case, position=fired)) != case.position:
        return case
    return replace(case, next_action_at=now)


def acknowledged(case: Case, clinician: str, now: datetime) -> Case:
    """The case once somebody has taken it. It stays theirs until it is closed, passed or expires."""
    return replace(
        case,
        state=CaseState.ACKNOWLEDGED,
        owner=clinician,
        alarm=False,
        next_action_at=now + case.plan.acknowledgement_lasts,
    )


def passed(case: Case, clinician: str, waited_for: Collection[str], now: datetime) -> Case:
    """The case once somebody has passed it on: when it waits for them, the next step is due now.

    A pass by its owner opens a taken case again, from the first step. Passing twice, or passing while
    somebody else is waited for, takes nobody's time away.
    """
    if case.state is CaseState.ACKNOWLEDGED and case.owner == clinician:
        return replace(reopened(case, now), passed=frozenset({clinician}))
    if case.state is not CaseState.OPEN or clinician in case.passed:
        return case
    due = now if clinician in waited_for else case.next_action_at
    return replace(case, passed=case.passed | {clinician}, next_action_at=due)


def risen(case: Case, urgency: Urgency, plan: Plan, respond_by: datetime | None, now: datetime) -> Case:
    """The case at a higher urgency, or with new words as grave: open and paged for by the new plan.

    Nothing gets later by it: when anybody was paged already or had the case, the first page is due now;
    an alarm stays; the earlier time to respond stands.
    """
    untouched = case.state is CaseState.OPEN and case.position == Position()
    due = min(case.next_action_at, now + plan.first_page_after) if untouched else now
    times = [time for time in (case.respond_by, respond_by) if time is not None]
    return replace(
        reopened(case, now),
        urgency=urgency,
        plan=plan,
        respond_by=min(times, default=None),
        next_action_at=due,
        alarm=case.alarm,
    )


def reopened(case: Case, now: datetime) -> Case:
    """The case in a new episode, due now from its first step."""
    return replace(
        case,
        state=CaseState.OPEN,
        owner=None,
        alarm=False,
        passed=frozenset(),
        position=Position(episode=case.position.episode + 1),
        next_action_at=now,
    )


def closed(case: Case, disposition: str) -> Case:
    """The case once a human has recorded what was done."""
    return replace(case, state=CaseState.CLOSED, alarm=False, disposition=disposition)
