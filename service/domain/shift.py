"""Somebody's turn: by the clock on the wall as people write it, and from instant to instant as worked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from service.domain.wall_clock import first_reading, last_reading


@dataclass(frozen=True, slots=True)
class Watch:
    """One clinician from one instant to another (aware)."""

    clinician: str
    begin: datetime
    end: datetime

    def touches(self, begin: datetime, end: datetime) -> bool:
        """Whether any of it lies between two instants."""
        return self.begin < end and self.end > begin and self.begin < self.end


@dataclass(frozen=True, slots=True)
class Shift:
    """One clinician from one wall-clock time to another (naive, in the roster's zone)."""

    clinician: str
    start: datetime
    end: datetime

    def watch(self, zone: tzinfo) -> Watch:
        """From the first reading of its start to the last reading of its end: it overlaps, it never gaps."""
        return Watch(self.clinician, first_reading(self.start, zone), last_reading(self.end, zone))
