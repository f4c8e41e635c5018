"""What happened around a first contact, as the intake system tells it: in any order, late ones too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property


class Happening(StrEnum):
    """What an event tells of. `STARTED` and `ENDED` are of a session; `SPOKEN_TO` is that a human of the
    service reached the person outside one."""

    STARTED = "started"
    ENDED = "ended"
    BOOKED = "booked"
    ATTENDED = "attended"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    DISCHARGED = "discharged"
    SPOKEN_TO = "spoken_to"


@dataclass(frozen=True, slots=True)
class ContactEvent:
    """One thing that happened `at` a time (aware). `appointment`: the time of the one that was booked, and of
    the one that was attended, missed or cancelled where it is known. `by`: who spoke to the person."""

    event_id: str
    kind: Happening
    at: datetime
    appointment: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """One meeting, by its earliest known time; either end may never have been told, but not both."""

    first_known: datetime
    began: datetime | None
    ended: datetime | None


@dataclass(frozen=True)
class Course:
    """All that happened, by its own time and not by the order in which it was told."""

    events: tuple[ContactEvent, ...]

    @staticmethod
    def of(events: Iterable[ContactEvent]) -> Course:
        """Put in order; what has the same time, by its id."""
        return Course(tuple(sorted(events, key=lambda event: (event.at, event.event_id))))

    @cached_property
    def sessions(self) -> tuple[Session, ...]:
        """Each start with the end that follows it; one without the other is a session all the same."""
        found: list[Session] = []
        for event in self.events:
            if event.kind is Happening.STARTED:
                found.append(Session(event.at, event.at, None))
            elif event.kind is Happening.ENDED and found and found[-1].ended is None:
                found[-1] = replace(found[-1], ended=event.at)
            elif event.kind is Happening.ENDED:
                found.append(Session(event.at, None, event.at))
        return tuple(found)

    def met(self, after: datetime, same_visit: timedelta) -> bool:
        """Whether a human of the service met or reached the person after a time. What is only recorded later,
        without the appointment's time, belongs to the session that ended not longer than `same_visit`
        before."""
        return any(
            self._meeting(event, same_visit) > after for event in self.events if event.kind in _MEETINGS
        )

    def _meeting(self, event: ContactEvent, same_visit: timedelta) -> datetime:
        if event.kind is not Happening.ATTENDED:
            return event.at
        if event.appointment is not None:
            return event.appointment
        ends = [s.ended for s in self.sessions if s.ended is not None]
        same = [end for end in ends if end <= event.at <= end + same_visit]
        return max(same, default=event.at)

    def came_to(self, appointment: datetime, same_visit: timedelta) -> bool:
        """Whether the person came to an appointment: a session or a visit is known from about its time on."""
        return any(
            event.appointment == appointment
            or (event.appointment is None and event.at >= appointment - same_visit)
            for event in self.events
            if event.kind in _VISITS
        )

    def missed(self, appointment: datetime, same_visit: timedelta) -> bool:
        """Whether somebody has told that the person did not come to it."""
        return any(
            event.appointment == appointment
            or (event.appointment is None and event.at >= appointment - same_visit)
            for event in self.events
            if event.kind is Happening.NO_SHOW
        )

    @cached_property
    def appointments(self) -> tuple[datetime, ...]:
        """The times that were booked and not cancelled since, the earliest first."""
        booked = {
            (event.at, event.appointment)
            for event in self.events
            if event.kind is Happening.BOOKED and event.appointment is not None
        }
        return tuple(sorted({time for at, time in booked if not self._is_cancelled(at, time)}))

    def _is_cancelled(self, booked_at: datetime, appointment: datetime) -> bool:
        return any(
            event.appointment == appointment
            or (event.appointment is None and booked_at <= event.at <= appointment)
            for event in self.events
            if event.kind is Happening.CANCELLED
        )

    def times_of(self, kind: Happening) -> tuple[datetime, ...]:
        """When each event of a kind happened."""
        return tuple(event.at for event in self.events if event.kind is kind)


_VISITS = frozenset({Happening.STARTED, Happening.ENDED, Happening.ATTENDED})
_MEETINGS = _VISITS | {Happening.SPOKEN_TO}
NOTHING_HAPPENED = Course(())
