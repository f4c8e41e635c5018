"""The life of a case: opened, paged for, taken, passed, closed. Only a human act stops it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from service.domain.plan import Plan, Target
from service.domain.roster import NobodyOnCall, OnCall
from service.domain.urgency import Urgency


class CaseState(StrEnum):
    """`OPEN` is waiting for a human, `ACKNOWLEDGED` has one, `CLOSED` has a disposition."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class CaseKind(StrEnum):
    """What a case is about: a first contact, a test of the way to the clinicians (a drill by a plan, or a
    check of one address of one of them), or the service itself."""

    CONTACT = "contact"
    DRILL = "drill"
    CHECK = "check"
    TROUBLE = "trouble"


TESTS = frozenset({CaseKind.DRILL, CaseKind.CHECK})
"""What is nobody's case: its reply ends it, and it may end without one."""


class EventKind(StrEnum):
    """What a case's timeline can say."""

    OPENED = "opened"
    URGENCY_ROSE = "urgency_rose"
    ANSWERS_ADDED = "answers_added"
    PAGED = "paged"
    PAGE_STATE = "page_state"
    NEXT_CHANNEL = "next_channel"
    NO_CHANNEL = "no_channel"
    NOBODY_ON_CALL = "nobody_on_call"
    NOBODY_TO_PAGE = "nobody_to_page"
    EVERYONE_PAGED = "everyone_paged"
    ALARM = "alarm"
    REPLY = "reply"
    ACKNOWLEDGED = "acknowledged"
    CONFIRMED = "confirmed"
    OFFERED = "offered"
    HANDED_OVER = "handed_over"
    PASSED = "passed"
    ACKNOWLEDGEMENT_EXPIRED = "acknowledgement_expired"
    FOLLOW_UP = "follow_up"
    SPOKEN_TO = "spoken_to"
    TOLD = "told"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a timeline: never any of the person's words. The audit trail also keeps the channel, and
    what the carrier calls it."""

    kind: EventKind
    clinician: str | None = None
    detail: str = ""
    channel: str = ""
    provider_id: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where an escalation stands. A new episode starts whenever paging starts anew."""

    episode: int = 0
    round: int = 0
    step: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """One escalation: for a first contact (`contact_id`), a test, or a trouble of the service (`subject`).

    `position` is the next step to take, at `next_action_at`. `passed` holds those who passed in this
    episode: the steps do not page them again. `confirmed_by` holds who has taken it so far, in order, where
    more than one must. `offered_to` may take it over from its owner.
    """

    case_id: UUID
    code: str
    site: str
    contact_id: str | None
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
    kind: CaseKind = CaseKind.CONTACT
    subject: str = ""
    confirmed_by: tuple[str, ...] = ()
    offered_to: str | None = None

    @property
    def is_test(self) -> bool:
        """Whether it is nobody's case, and only shows whether pages arrive."""
        return self.kind in TESTS

    @property
    def asks_one(self) -> bool:
        """Whether it is a test of the way to one person only: it never widens to everyone."""
        return self.is_test and bool(self.subject)


@dataclass(frozen=True, slots=True)
class Advance:
    """What is due now: the case as it stands afterwards, whom to page from which position, and why."""

    case: Case
    fired: Position
    targets: tuple[str, ...]
    events: tuple[Event, ...]


WhoIsMeant = Callable[[Target], OnCall | NobodyOnCall]
"""Who a target is at this moment."""


def advance(case: Case, who: WhoIsMeant, everyone: Sequence[str], now: datetime) -> Advance:
    """Take the step that is due. Always ends with somebody to page or with the alarm, and with a next time.

    A target with nobody behind it is recorded, and a step without anybody is passed over at once; so is one
    whose people have all passed. Only one step fires, however many fell due meanwhile. Without any steps the
    plan could not be read: everyone is paged, in the alarm state.
    """
    events: list[Event] = []
    if case.state is CaseState.ACKNOWLEDGED:
        events.append(Event(EventKind.ACKNOWLEDGEMENT_EXPIRED, case.owner))
        case = reopened(case, now)
    while case.position.round <= case.plan.repeats:
        step = case.plan.steps[case.position.step]
        meant = [(target, who(target)) for target in step.targets]
        fired, case = case.position, replace(case, position=_following(case))
        events += [
            Event(EventKind.NOBODY_ON_CALL, detail=str(target))
            for target, found in meant
            if isinstance(found, NobodyOnCall)
        ]
        people = (person for _, found in meant if isinstance(found, OnCall) for person in found.clinicians)
        targets = tuple(person for person in dict.fromkeys(people) if _may_be_asked(case, person))
        if targets:
            return Advance(replace(case, next_action_at=now + step.wait), fired, targets, tuple(events))
    return _page_everyone(case, everyone, now, events)


def _may_be_asked(case: Case, clinician: str) -> bool:
    return clinician not in case.passed and clinician not in case.confirmed_by


def _following(case: Case) -> Position:
    at = case.position
    if at.step + 1 < len(case.plan.steps):
        return replace(at, step=at.step + 1)
    return replace(at, round=at.round + 1, step=0)


def _page_everyone(case: Case, everyone: Sequence[str], now: datetime, events: list[Event]) -> Advance:
    fired = case.position
    everyone = [person for person in everyone if person not in case.confirmed_by]
    if not everyone:
        events.append(Event(EventKind.NOBODY_TO_PAGE))
    elif fired.step == 0:
        events.append(Event(EventKind.EVERYONE_PAGED))
    alarm = case.alarm or fired.step > 0 or not everyone or not case.plan.steps
    if alarm and not case.alarm:
        events.append(Event(EventKind.ALARM, detail="" if case.plan.steps else "its plan cannot be read"))
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
    return replace(case, next_action_at=now) if is_waited_for(case, fired) else case


def is_waited_for(case: Case, fired: Position) -> bool:
    """Whether the step at this place is the one whose people are waited for now."""
    if case.state is not CaseState.OPEN or fired.episode != case.position.episode:
        return False
    following = replace(fired, step=fired.step + 1)
    if fired.round <= case.plan.repeats:
        following = _following(replace(case, position=fired))
    return following == case.position


def acknowledged(case: Case, clinician: str, now: datetime) -> Case:
    """The case once somebody has taken it: it is theirs until it is closed, passed, handed over or expires.

    Where several must confirm it stays open, and goes on asking the others, until enough have; then it is
    the first one's.
    """
    confirmed_by = tuple(dict.fromkeys((*case.confirmed_by, clinician)))
    if len(confirmed_by) < case.plan.confirmations:
        return replace(case, confirmed_by=confirmed_by)
    return replace(
        case,
        state=CaseState.ACKNOWLEDGED,
        owner=confirmed_by[0],
        confirmed_by=confirmed_by,
        alarm=False,
        next_action_at=now + case.plan.acknowledgement_lasts,
    )


def offered(case: Case, to: str) -> Case:
    """The case once its owner has asked a colleague to take it over. It stays the owner's until they do."""
    return replace(case, offered_to=to)


def handed_over(case: Case, now: datetime) -> Case:
    """The case once the colleague has taken it over."""
    return replace(
        case,
        owner=case.offered_to,
        offered_to=None,
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
    confirmed_by = tuple(other for other in case.confirmed_by if other != clinician)
    passed = case.passed | {clinician}
    return replace(case, passed=passed, confirmed_by=confirmed_by, next_action_at=due)


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


def hastened(case: Case, plan: Plan, respond_by: datetime, now: datetime) -> Case:
    """The case once a follow-up of its contact must be paged for: nothing of it gets later.

    While nobody was paged yet, its first page is due now, by the plan for follow-ups; one that is being paged
    for goes on, and one that somebody has taken stays theirs, until it would have been paged anew.
    """
    times = [time for time in (case.respond_by, respond_by) if time is not None]
    case = replace(case, respond_by=min(times))
    nobody_yet = case.position == Position(episode=case.position.episode)
    if case.state is CaseState.OPEN and nobody_yet and case.next_action_at > now:
        return replace(case, plan=plan, next_action_at=now)
    return case


def reopened(case: Case, now: datetime) -> Case:
    """The case in a new episode, due now from its first step."""
    return replace(
        case,
        state=CaseState.OPEN,
        owner=None,
        alarm=False,
        passed=frozenset(),
        confirmed_by=(),
        offered_to=None,
        position=Position(episode=case.position.episode + 1),
        next_action_at=now,
    )


def withdrawn(case: Case) -> Case:
    """A test that has served its end. Nothing but a test may end without a human: `ValueError`."""
    if not case.is_test:
        raise ValueError("only a human closes a case")
    return replace(case, state=CaseState.CLOSED, alarm=False, disposition="withdrawn")


def closed(case: Case, disposition: str) -> Case:
    """The case once a human has recorded what was done."""
    return replace(case, state=CaseState.CLOSED, alarm=False, disposition=disposition)
