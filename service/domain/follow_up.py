"""The promise that a human speaks to the person by a time: what makes it, and how long it may take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.course import Course, Happening
from service.domain.urgency import Urgency


class Reason(StrEnum):
    """Why a follow-up is due."""

    LEFT_WORSE = "left_worse"
    NOTHING_BOOKED = "nothing_booked"
    NO_WORD = "no_word"
    DID_NOT_COME = "did_not_come"
    CANCELLED = "cancelled"
    DISCHARGED = "discharged"


@dataclass(frozen=True, slots=True)
class FollowUpPolicy:
    """How soon a human must have spoken to the person: after they left worse than they came, and otherwise by
    urgency; an urgency that is not named makes no promise.

    `page_before`: so long before the promise would be broken somebody is paged. `same_visit`: what is
    recorded within this time of an appointment or a session belongs to it.
    """

    left_worse: timedelta
    within: Mapping[Urgency, timedelta]
    page_before: timedelta
    same_visit: timedelta


@dataclass(frozen=True, slots=True)
class Promise:
    """A follow-up that is due: `since` is when the first of its reasons came up; it is paged for at
    `page_at`."""

    reasons: tuple[Reason, ...]
    since: datetime
    due_at: datetime
    page_at: datetime


def promised(
    course: Course,
    urgency: Urgency,
    worse_at: Sequence[datetime],
    settled_at: datetime | None,
    policy: FollowUpPolicy,
) -> Promise | None:
    """The follow-up that is due to a person with signals, or None. Of several reasons the earliest time
    counts.

    It depends on what happened alone, not on the order in which it was told. `worse_at`: when the person was
    found to have left worse than they came. Whatever came up before a human spoke to the person, or before
    `settled_at`, when a human last recorded a decision, is settled.

    Source: reference on the days after a first contact (72 hours after leaving care; a day after hope fell).
    """
    within = policy.within.get(urgency)
    if within is None:
        return None
    standing = [
        (reason, since, since + (policy.left_worse if reason is Reason.LEFT_WORSE else within))
        for reason, since in _causes(course, worse_at, policy)
        if (settled_at is None or since > settled_at) and not course.met(since, policy.same_visit)
    ]
    if not standing:
        return None
    since = min(since for _, since, _ in standing)
    due_at = min(due for _, _, due in standing)
    reasons = tuple(dict.fromkeys(reason for reason, _, _ in sorted(standing, key=lambda each: each[2])))
    return Promise(reasons, since, due_at, max(since, due_at - policy.page_before))


def _causes(
    course: Course, worse_at: Sequence[datetime], policy: FollowUpPolicy
) -> Iterator[tuple[Reason, datetime]]:
    for at in worse_at:
        yield Reason.LEFT_WORSE, at
    for session in course.sessions:
        if session.ended is not None and not _something_booked(course, session.ended):
            yield Reason.NOTHING_BOOKED, session.ended
    for appointment in course.appointments:
        told = course.came_to(appointment, policy.same_visit) or course.missed(appointment, policy.same_visit)
        if not told:
            yield Reason.NO_WORD, appointment
    for at in course.times_of(Happening.NO_SHOW):
        yield Reason.DID_NOT_COME, at
    for at in course.times_of(Happening.CANCELLED):
        if not _something_booked(course, at):
            yield Reason.CANCELLED, at
    for at in course.times_of(Happening.DISCHARGED):
        yield Reason.DISCHARGED, at


def _something_booked(course: Course, after: datetime) -> bool:
    return any(appointment > after for appointment in course.appointments)
