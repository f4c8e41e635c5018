"""Clinicians in turn, by the clock on the wall: one layer of a roster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from service.domain.shift import Shift

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class HandOff:
    """When turns begin: a time of day, and a day of the week (0 is Monday) when turns last whole weeks."""

    at: time
    weekday: int | None = None

    def last_until(self, wall: datetime) -> datetime:
        """The newest hand-off at or before a wall-clock time."""
        latest = datetime.combine(wall.date(), self.at)
        if self.weekday is not None:
            latest -= (latest.weekday() - self.weekday) % 7 * _DAY
        if latest <= wall:
            return latest
        return latest - (_DAY if self.weekday is None else 7 * _DAY)


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of one day of the week (0 is Monday), on the wall; past midnight when `length` says so."""

    weekday: int
    begin: time
    length: timedelta

    def between(self, first: datetime, last: datetime) -> Iterator[tuple[datetime, datetime]]:
        """These hours in every week, as far as they touch a stretch of wall-clock time."""
        day = datetime.combine(first.date(), self.begin) - self.length - _DAY
        day = datetime.combine(day.date(), self.begin)
        day += (self.weekday - day.weekday()) % 7 * _DAY
        while day < last:
            if day + self.length > first:
                yield day, day + self.length
            day += 7 * _DAY


@dataclass(frozen=True, slots=True)
class Rotation:
    """Clinicians in turn, each for `period`, from the wall-clock time `starting` until `until`.

    With a `hand_off` the first turn ends at the hand-off that `period` brings, so it may be shorter than
    the others. With `hours`, turns count as always and are worked in those hours only.
    """

    clinicians: tuple[str, ...]
    starting: datetime
    period: timedelta
    until: datetime | None = None
    hand_off: HandOff | None = None
    hours: tuple[Hours, ...] = ()

    def shifts_between(self, first: datetime, last: datetime) -> Iterator[Shift]:
        """Every shift that touches a stretch of wall-clock time, in no fixed order."""
        if not self.hours:
            yield from self._turns(first, last)
        for hours in self.hours:
            for begin, end in hours.between(first, last):
                yield from self._turns(begin, end, clipped=True)

    def _turns(self, first: datetime, last: datetime, *, clipped: bool = False) -> Iterator[Shift]:
        anchor = self.starting if self.hand_off is None else self.hand_off.last_until(self.starting)
        last = last if self.until is None else min(last, self.until)
        number = max((first - anchor) // self.period, 0)
        while (begin := anchor + number * self.period) < last:
            clinician = self.clinicians[number % len(self.clinicians)]
            number += 1
            begin = max(begin, self.starting)
            end = anchor + number * self.period
            end = end if self.until is None else min(end, self.until)
            if clipped:
                begin, end = max(begin, first), min(end, last)
            if begin < end:
                yield Shift(clinician, begin, end)
