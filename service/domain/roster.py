"""Who is on call, by the wall clock of the site. An hour that occurs twice overlaps; it never gaps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Shift:
    """One clinician from one wall-clock time to another (naive, in the roster's zone)."""

    clinician: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Rotation:
    """Clinicians in turn, each for `period`, from the wall-clock time `starting`."""

    clinicians: tuple[str, ...]
    starting: datetime
    period: timedelta

    def shifts_around(self, wall: datetime) -> tuple[Shift, ...]:
        """The shift at a wall-clock time and its neighbours; none before the rotation starts."""
        turn = (wall - self.starting) // self.period
        return tuple(
            Shift(
                self.clinicians[number % len(self.clinicians)],
                self.starting + number * self.period,
                self.starting + (number + 1) * self.period,
            )
            for number in (turn - 1, turn, turn + 1)
            if number >= 0
        )


@dataclass(frozen=True, slots=True)
class NobodyOnCall:
    """The roster names nobody for this time. That is itself a reason to go on at once."""

    roster: str


@dataclass(frozen=True, slots=True)
class OnCall:
    """Who is on call now; two during an hour that the clock repeats."""

    clinicians: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Roster:
    """A rotation, fixed shifts, or both; a fixed shift stands in for the rotation while it lasts."""

    name: str
    zone: ZoneInfo
    rotation: Rotation | None = None
    shifts: tuple[Shift, ...] = ()

    def on_call(self, now: datetime) -> OnCall | NobodyOnCall:
        """Who is on call at `now` (aware)."""
        fixed = self._covering(self.shifts, now)
        if fixed:
            return OnCall(fixed)
        if self.rotation is not None:
            wall = now.astimezone(self.zone).replace(tzinfo=None)
            turning = self._covering(self.rotation.shifts_around(wall), now)
            if turning:
                return OnCall(turning)
        return NobodyOnCall(self.name)

    def _covering(self, shifts: tuple[Shift, ...], now: datetime) -> tuple[str, ...]:
        present = [
            shift.clinician
            for shift in shifts
            if min(_instants(shift.start, self.zone)) <= now < max(_instants(shift.end, self.zone))
        ]
        return tuple(dict.fromkeys(present))


def _instants(wall: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Both readings of a wall-clock time. They differ where the clock repeats or skips an hour:
    a shift runs from the earlier reading of its start to the later reading of its end."""
    return (
        wall.replace(tzinfo=zone, fold=0).astimezone(UTC),
        wall.replace(tzinfo=zone, fold=1).astimezone(UTC),
    )
