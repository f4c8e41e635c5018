"""A calendar that people keep elsewhere, as a source of shifts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from service.domain.shift import Watch


@dataclass(frozen=True, slots=True)
class CalendarSource:
    """Where a roster's calendar is, and whom its names mean.

    `address` is an https URL, which may carry a secret, or the path of a file. `people` maps a name as it
    stands in an event's summary, or a mail address, in lower case, to a clinician.
    """

    address: str = field(repr=False)
    people: Mapping[str, str] = field(repr=False)

    @property
    def digest(self) -> bytes:
        """The same for the same address and people: tells that a site's file was changed."""
        written = "\n".join([self.address, *sorted(f"{name}\t{who}" for name, who in self.people.items())])
        return sha256(written.encode()).digest()

    def called(self, name: str) -> str | None:
        """The clinician whom a name or a mail address means, however it is written; None when nobody."""
        return self.people.get(" ".join(name.casefold().split()))


class Skipped(StrEnum):
    """Why an event puts nobody on call."""

    UNMATCHED = "names no clinician of this roster's calendar"
    UNKNOWN_ZONE = "is in a time zone that is not known"
    TOO_OFTEN = "repeats more often than every hour"
    NO_LENGTH = "lasts no time"
    UNREADABLE = "cannot be read"


@dataclass(frozen=True, slots=True)
class SkippedEvent:
    """An event that puts nobody on call. `summary` is what people wrote: for the roster's keepers alone."""

    reason: Skipped
    begin: datetime | None
    summary: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CalendarShifts:
    """What a calendar says: who is on call when, and which events say nothing to us."""

    watches: tuple[Watch, ...]
    skipped: tuple[SkippedEvent, ...]


class CalendarFault(StrEnum):
    """Why a calendar could not be had. The copy that stands goes on standing."""

    AWAY = "cannot be reached"
    REFUSED = "was refused"
    REDIRECTED = "was redirected to something other than https, or too often"
    TOO_LARGE = "is too large"
    TOO_SLOW = "takes too long"
    NOT_A_CALENDAR = "is not a calendar"
