"""Whether the first hour went to the person or to forms, and whether they felt heard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.answers import Answer, FirstContact, ItemAnswer, Speaker, TextAnswer
from service.domain.assessment import Assessment
from service.domain.course import Course, Session
from service.domain.signals import family
from service.domain.trajectory import Phase, Trajectory, by_phase


@dataclass(frozen=True, slots=True)
class ReportPolicy:
    """How the report counts. Times of answers that are not known are estimated: `seconds_per_item`, and
    `spoken_words_per_minute`. Whoever marks `felt_heard_item` of an instrument at or above a value felt
    heard. What our messages cost clinicians is in seconds for each."""

    seconds_per_item: float
    spoken_words_per_minute: float
    longest_hour: timedelta
    fewest_contacts: int
    felt_heard_item: tuple[str, str]
    felt_heard_at_least: int
    seconds_per_text: float
    seconds_per_call: float
    seconds_per_reply: float
    overrides: frozenset[str]


@dataclass(frozen=True, slots=True)
class Hour:
    """One person's first hour in numbers, and none of their words. None is not known, and is never a zero.

    `minutes` of the session; `items` asked; words that were asked (questions, and what a clinician said) and
    told (by the person); `form_share` of the time that went to forms, 0 to 1; scores from 0 to 100 of what
    was said before the session ended and after it.
    """

    began: datetime
    minutes: float | None
    items: int
    asked_words: int
    told_words: int
    form_share: float | None
    felt_heard: bool | None
    hope_before: int | None
    hope_after: int | None
    hopelessness_before: int | None
    hopelessness_after: int | None
    left_worse: bool | None


def first_hour(
    contact: FirstContact, assessment: Assessment, trajectory: Trajectory, policy: ReportPolicy
) -> Hour | None:
    """The numbers of the first session; None when none is known to have taken place."""
    course = Course.of(contact.events)
    if not course.sessions:
        return None
    session = course.sessions[0]
    phases = by_phase(((answer, contact.said_at(answer)) for answer in contact.answers), course)
    said = phases.get((Phase.SESSION, 1), [])
    before, after = _scores(trajectory, {Phase.SESSION, Phase.INTAKE}), _scores(trajectory, {Phase.AFTER})
    known = before is not None and after is not None
    return Hour(
        began=session.first_known,
        minutes=_minutes(session, policy),
        items=sum(isinstance(answer, ItemAnswer) for answer in said),
        asked_words=sum(_asked(answer) for answer in said),
        told_words=sum(_told(answer) for answer in said),
        form_share=_form_share(contact, said, session, policy),
        felt_heard=_felt_heard(contact, assessment, policy),
        hope_before=None if before is None else before[0],
        hope_after=None if after is None else after[0],
        hopelessness_before=None if before is None else before[1],
        hopelessness_after=None if after is None else after[1],
        left_worse=any(found.worse for found in trajectory.found) if known else None,
    )


def _minutes(session: Session, policy: ReportPolicy) -> float | None:
    if session.began is None or session.ended is None:
        return None
    return min(session.ended - session.began, policy.longest_hour).total_seconds() / 60


def _asked(answer: Answer) -> int:
    if isinstance(answer, ItemAnswer):
        return 0
    said = answer.text if answer.speaker is Speaker.CLINICIAN else ""
    return len(answer.question.split()) + len(said.split())


def _told(answer: Answer) -> int:
    is_told = isinstance(answer, TextAnswer) and answer.speaker is not Speaker.CLINICIAN
    return len(answer.text.split()) if is_told and isinstance(answer, TextAnswer) else 0


def _form_share(
    contact: FirstContact, said: Sequence[Answer], session: Session, policy: ReportPolicy
) -> float | None:
    """By the clock where the answers of the session have times of their own, else by their lengths."""
    times = {contact.said_at(answer) for answer in said if answer.at is not None}
    timed = session.began is not None and len(times) > 1 and len(times) >= len(said) / 2
    spent = list(_by_the_clock(said, session.began, policy) if timed and session.began else ())
    spent = spent or [(isinstance(answer, ItemAnswer), _estimate(answer, policy)) for answer in said]
    whole = sum(seconds for _, seconds in spent)
    return sum(seconds for form, seconds in spent if form) / whole if whole else None


def _by_the_clock(
    said: Sequence[Answer], began: datetime, policy: ReportPolicy
) -> Iterator[tuple[bool, float]]:
    """The time up to each answer went to what it answers, within the first hour."""
    last, end = began, began + policy.longest_hour
    for answer in sorted((a for a in said if a.at is not None), key=lambda a: a.at or began):
        at = min(answer.at or last, end)
        yield isinstance(answer, ItemAnswer), max(0.0, (at - last).total_seconds())
        last = max(last, at)


def _estimate(answer: Answer, policy: ReportPolicy) -> float:
    if isinstance(answer, ItemAnswer):
        return policy.seconds_per_item
    return 60 * (_asked(answer) + _told(answer)) / policy.spoken_words_per_minute


def _felt_heard(contact: FirstContact, assessment: Assessment, policy: ReportPolicy) -> bool | None:
    """What the person said or marked of it; a word about not being heard weighs more than a mark."""
    if any(signal.counts and family(signal.construct) == "unheard" for signal in assessment.signals):
        return False
    marks = [
        answer.value
        for answer in contact.answers
        if isinstance(answer, ItemAnswer) and (answer.instrument, answer.item) == policy.felt_heard_item
    ]
    known = [mark for mark in marks if mark is not None]
    return known[-1] >= policy.felt_heard_at_least if known else None


def _scores(trajectory: Trajectory, phases: set[Phase]) -> tuple[int, int] | None:
    """Hope and hopelessness at their strongest in these phases of the first session."""
    found = [s.scores for s in trajectory.stretches if s.phase in phases and s.number <= 1]
    if not found:
        return None
    return max(scores.hope for scores in found), max(scores.hopelessness for scores in found)
