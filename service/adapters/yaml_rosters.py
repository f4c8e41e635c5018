"""Rosters of a site's YAML file: layers, shifts, a calendar, and what would leave nobody on call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from service.adapters.durations import duration
from service.adapters.ical_feed import IcalFeed
from service.adapters.ical_reader import IcalReader
from service.domain.calendar import CalendarFault, CalendarSource
from service.domain.roster import Roster
from service.domain.rotation import HandOff, Hours, Rotation
from service.domain.shift import Shift
from service.domain.wall_clock import wall_at

LOOKED_AHEAD = timedelta(days=90)
"""How far ahead a roster may leave no gap when the service starts."""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
_GAPS_NAMED = 20  # one by one


def roster_faults(raw: Mapping[str, Any], clinicians: Container[str]) -> Iterator[str]:
    """What a schema cannot say: names that must be known, times that must exist and be in order."""
    for clinician in _clinicians_of(raw):
        if clinician not in clinicians:
            yield f"{clinician} is not among the clinicians"
    for layer in _layers(raw):
        yield from _faults_of_layer(layer)
    for shift in raw.get("shifts", ()):
        yield from _faulty_times(shift["from"], shift["until"])
    people = raw.get("calendar", {"people": {}})["people"]
    names = Counter(_plain(name) for names in people.values() for name in names)
    yield from (f"{name} stands twice in the calendar's people" for name, times in names.items() if times > 1)


def read_roster(name: str, zone: ZoneInfo, raw: Mapping[str, Any]) -> Roster:
    """A roster without faults, as its file says; its calendar is not read yet."""
    return Roster(
        name=name,
        zone=zone,
        layers=tuple(_rotation(layer) for layer in _layers(raw)),
        shifts=tuple(
            Shift(shift["clinician"], _existing(shift["from"]), _existing(shift["until"]))
            for shift in raw.get("shifts", ())
        ),
        gaps_accepted=raw.get("gaps_accepted", False),
    )


def read_source(raw: Mapping[str, Any], folder: Path) -> CalendarSource:
    """Where a roster's calendar is; a file's path starts at the folder of the site's file."""
    people = {_plain(name): clinician for clinician, names in raw["people"].items() for name in names}
    return CalendarSource(raw.get("url") or str((folder / raw["file"]).absolute()), people)


def coverage_faults(roster: Roster, source: CalendarSource | None, now: datetime) -> Iterator[str]:
    """Every gap that the roster leaves from `now` on, as far as it can be known without asking anybody else.

    A calendar's file counts. A feed does not: it may be away, so a roster needs somebody beneath it.
    """
    begin, end = now, now + LOOKED_AHEAD
    if source is not None and not source.address.startswith("https://"):
        read = _read_file(source, roster.zone, begin, end)
        if isinstance(read, CalendarFault):
            yield f"its calendar {read}"
            return
        roster = replace(roster, calendar=read)
    if roster.gaps_accepted:
        return
    gaps = roster.gaps(begin, end)
    for gap in islice(gaps, _GAPS_NAMED):
        yield f"nobody is on call from {_wall(gap.begin, roster)} until {_wall(gap.end, roster)}"
    if len(gaps) > _GAPS_NAMED:
        yield f"nobody is on call at {len(gaps) - _GAPS_NAMED} more times"
    if gaps:
        yield "it leaves gaps: add a layer beneath, or say `gaps_accepted: true`"


def _read_file(source: CalendarSource, zone: ZoneInfo, begin: datetime, end: datetime) -> Any:
    body = IcalFeed().fetch(source)
    if isinstance(body, CalendarFault):
        return body
    read = IcalReader().read(body, source, zone, begin, end)
    return read if isinstance(read, CalendarFault) else read.watches


def _layers(raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*raw.get("layers", ()), *([raw["rotation"]] if "rotation" in raw else [])]


def _clinicians_of(raw: Mapping[str, Any]) -> list[str]:
    people = [clinician for layer in _layers(raw) for clinician in layer["clinicians"]]
    people += [shift["clinician"] for shift in raw.get("shifts", ())]
    return [*people, *raw.get("calendar", {"people": {}})["people"]]


def _faults_of_layer(layer: Mapping[str, Any]) -> Iterator[str]:
    yield from _faulty_times(layer["starting"], layer.get("until"))
    if not duration(layer["each"]):
        yield "`each` is zero"
    elif " " in layer.get("hand_off", "") and duration(layer["each"]) % _WEEK:
        yield f"the hand-off is on {layer['hand_off']}, and `each` is not of whole weeks"


def _faulty_times(start: str, end: str | None) -> Iterator[str]:
    moments = [_wall_clock(time) for time in (start, end) if time is not None]
    if None in moments:
        yield f"the shift from {start} names a time that does not exist"
    elif len(moments) == 2 and not moments[0] < moments[1]:  # type: ignore[operator]  # no None here
        yield f"the shift from {start} ends before it starts"


def _rotation(raw: Mapping[str, Any]) -> Rotation:
    return Rotation(
        clinicians=tuple(raw["clinicians"]),
        starting=_existing(raw["starting"]),
        period=duration(raw["each"]),
        until=_existing(raw["until"]) if "until" in raw else None,
        hand_off=_hand_off(raw["hand_off"]) if "hand_off" in raw else None,
        hours=tuple(hours for entry in raw.get("hours", ()) for hours in _hours(entry)),
    )


def _hand_off(text: str) -> HandOff:
    """`09:00`, or `monday 09:00`."""
    weekday, _, at = text.rpartition(" ")
    return HandOff(time.fromisoformat(at), _WEEKDAYS.index(weekday) if weekday else None)


def _hours(raw: Mapping[str, Any]) -> Iterator[Hours]:
    """One for each day. `until` at or before `from` is on the next day."""
    begin, end = time.fromisoformat(raw["from"]), time.fromisoformat(raw["until"])
    length = (_since_midnight(end) - _since_midnight(begin)) % _DAY or _DAY
    for day in raw.get("days", _WEEKDAYS):
        yield Hours(_WEEKDAYS.index(day), begin, length)


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute)


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _wall(instant: datetime, roster: Roster) -> str:
    return f"{wall_at(instant, roster.zone):%Y-%m-%d %H:%M}"


def _wall_clock(text: str) -> datetime | None:
    try:
        return _existing(text)
    except ValueError:
        return None


def _existing(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - a wall clock: its zone is the site's
