"""Shifts read from an iCalendar text (RFC 5545), whichever product wrote it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Event

from service.domain.calendar import CalendarFault, CalendarShifts, CalendarSource, Skipped, SkippedEvent
from service.domain.shift import Watch
from service.domain.wall_clock import REACH, first_reading, last_reading

_MOST_SKIPPED = 50  # events named one by one
_SUMMARY_LIMIT = 80  # characters
_TOO_OFTEN = {"SECONDLY", "MINUTELY"}
_TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID")
_MATTERS = {*_TIMES, "DURATION", "RRULE", "RDATE", "EXDATE"}
_DECLINED = {"DECLINED", "DELEGATED"}


class IcalReader:
    """Reads calendars. What cannot be read is named, and keeps nothing else from being read."""

    def read(
        self, body: bytes, source: CalendarSource, zone: ZoneInfo, begin: datetime, end: datetime
    ) -> CalendarShifts | CalendarFault:
        """Who is on call from `begin` to `end` (aware). Times without a zone are in `zone`."""
        try:
            calendar = Calendar.from_ical(body)
        except Exception:  # noqa: BLE001 - whatever somebody's server sends in a calendar's place
            return CalendarFault.NOT_A_CALENDAR
        if calendar.name != "VCALENDAR":
            return CalendarFault.NOT_A_CALENDAR
        window = _Window(source, zone, begin, end, calendar.get("X-WR-TIMEZONE"))
        watches: list[Watch] = []
        skipped: dict[tuple[Skipped, str], SkippedEvent] = {}
        for series in _series(calendar):
            for read in _read(series, window):
                if isinstance(read, Watch):
                    watches.append(read)
                else:
                    skipped.setdefault((read.reason, read.summary), read)
        watches.sort(key=lambda watch: (watch.begin, watch.clinician))
        return CalendarShifts(tuple(watches), tuple(islice(skipped.values(), _MOST_SKIPPED)))


@dataclass(frozen=True, slots=True)
class _Window:
    """What is asked of a calendar. `own_zone` is the zone that the whole calendar claims, if it does."""

    source: CalendarSource
    zone: tzinfo
    begin: datetime
    end: datetime
    own_zone: str | None


def _series(calendar: Calendar) -> Iterable[list[Event]]:
    """The events of each UID together: a recurrence and its exceptions."""
    series: Mapping[str, list[Event]] = defaultdict(list)
    for number, event in enumerate(calendar.events):
        series[str(event.get("UID", f"event {number}"))].append(event)
    return series.values()


def _read(series: list[Event], window: _Window) -> Iterator[Watch | SkippedEvent]:
    reason = next(filter(None, map(_fault_of, series)), None)
    if reason is not None:
        yield _skipped(series[0], reason, None)
        return
    try:
        for event in _occurrences(series, window):
            yield from _on_call(event, window)
    except Exception:  # noqa: BLE001 - one series that makes no sense must not take the others with it
        yield _skipped(series[0], Skipped.UNREADABLE, None)


def _fault_of(event: Event) -> Skipped | None:
    if "DTSTART" not in event or any(name in _MATTERS for name, _ in event.errors):
        return Skipped.UNREADABLE
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        if _TOO_OFTEN & {str(frequency).upper() for frequency in rule.get("FREQ", [])}:
            return Skipped.TOO_OFTEN
    if any(_zone_is_unknown(event[name]) for name in _TIMES if name in event):
        return Skipped.UNKNOWN_ZONE
    return None


def _zone_is_unknown(value: Any) -> bool:
    """Whether it names a zone that nobody could resolve: icalendar then gives the time without any."""
    return "TZID" in value.params and isinstance(value.dt, datetime) and value.dt.tzinfo is None


def _occurrences(series: list[Event], window: _Window) -> Iterator[Event]:
    alone = Calendar()
    if window.own_zone is not None:
        alone.add("X-WR-TIMEZONE", window.own_zone)
    for event in series:
        alone.add_component(event)
    for event in recurring_ical_events.of(alone).between(window.begin - REACH, window.end + REACH):
        if str(event.get("STATUS", "")).upper() != "CANCELLED":
            yield event


def _on_call(event: Event, window: _Window) -> Iterator[Watch | SkippedEvent]:
    starts, ends = _instants(event, window.zone)
    if starts >= window.end or max(starts, ends) <= window.begin:
        return
    if ends <= starts:
        yield _skipped(event, Skipped.NO_LENGTH, starts)
        return
    clinicians = _clinicians(event, window.source)
    if not clinicians:
        yield _skipped(event, Skipped.UNMATCHED, starts)
    for clinician in clinicians:
        yield Watch(clinician, starts, ends)


def _instants(event: Event, zone: tzinfo) -> tuple[datetime, datetime]:
    """From the first reading of the start to the last of the end, as for a shift that a site file names."""
    starts: date = _at(event, "DTSTART")
    ends: date = _at(event, "DTEND")
    if not isinstance(starts, datetime) and ends <= starts:
        ends = starts + timedelta(days=1)
    return _reading(starts, zone, first_reading), _reading(ends, zone, last_reading)


def _at(event: Event, name: str) -> Any:
    """A date for a whole day, otherwise a time, with its zone or without any."""
    value: Any = event[name]
    return value.dt


def _reading(at: date, zone: tzinfo, read: Callable[[datetime, tzinfo], datetime]) -> datetime:
    wall = at if isinstance(at, datetime) else datetime.combine(at, time())
    return read(wall.replace(tzinfo=None), wall.tzinfo or zone).astimezone(UTC)


def _clinicians(event: Event, source: CalendarSource) -> tuple[str, ...]:
    """Whom the summary names; otherwise the attendees who have not declined; otherwise the organiser."""
    for names in ([str(event.get("SUMMARY", ""))], _attendees(event), _mails(event.get("ORGANIZER"))):
        found = [clinician for name in names if (clinician := source.called(name)) is not None]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def _attendees(event: Event) -> list[str]:
    attendees = event.get("ATTENDEE", [])
    return [
        mail
        for attendee in (attendees if isinstance(attendees, list) else [attendees])
        if str(attendee.params.get("PARTSTAT", "")).upper() not in _DECLINED
        for mail in _mails(attendee)
    ]


def _mails(address: Any) -> list[str]:
    if address is None:
        return []
    scheme, _, mail = str(address).rpartition(":")
    return [mail] if scheme.lower() in {"mailto", ""} else []


def _skipped(event: Event, reason: Skipped, begin: datetime | None) -> SkippedEvent:
    return SkippedEvent(reason, begin, str(event.get("SUMMARY", ""))[:_SUMMARY_LIMIT])
