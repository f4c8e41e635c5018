"""Calendars as different products write them, each read to who is on call when."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from service.adapters.ical_reader import IcalReader
from service.domain.calendar import CalendarFault, CalendarShifts, CalendarSource, Skipped
from service.settings import REPOSITORY

CALENDARS = REPOSITORY / "tests" / "cases" / "calendars"
LONDON = ZoneInfo("Europe/London")
SOURCE = CalendarSource(
    "/nowhere",
    {
        "dr osei": "osei",
        "osei@riverside.example": "osei",
        "dr lindqvist": "lindqvist",
        "lindqvist@riverside.example": "lindqvist",
        "dr moreau": "moreau",
        "moreau@riverside.example": "moreau",
    },
)


def _read(body: bytes) -> CalendarShifts | CalendarFault:
    begin, end = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)
    return IcalReader().read(body, SOURCE, LONDON, begin, end)


def _shifts(name: str) -> CalendarShifts:
    read = _read((CALENDARS / f"{name}.ics").read_bytes())
    assert isinstance(read, CalendarShifts)
    return read


def _lines(name: str) -> list[str]:
    return [
        f"{watch.clinician} {watch.begin:%m-%d %H:%M} {watch.end:%m-%d %H:%M}"
        for watch in _shifts(name).watches
    ]


def test_a_weekly_rotation_of_three_goes_on_and_keeps_the_wall_clock_when_summer_ends() -> None:
    assert _lines("weekly_rotation")[:5] == [
        "osei 10-05 08:00 10-12 08:00",
        "lindqvist 10-12 08:00 10-19 08:00",
        "moreau 10-19 08:00 10-26 09:00",
        "osei 10-26 09:00 11-02 09:00",
        "lindqvist 11-02 09:00 11-09 09:00",
    ]


def test_dates_taken_out_of_a_series_are_out_and_dates_added_are_in() -> None:
    assert _lines("exceptions") == [
        "osei 10-05 19:00 10-06 07:00",
        "osei 10-06 19:00 10-07 07:00",
        "osei 10-09 19:00 10-10 07:00",
        "osei 10-20 19:00 10-21 07:00",
    ]


def test_a_moved_a_swapped_and_a_cancelled_turn_stand_in_for_those_of_the_series() -> None:
    assert _lines("moved_and_swapped") == [
        "osei 10-05 07:00 10-05 19:00",
        "osei 10-06 09:00 10-06 21:00",
        "lindqvist 10-07 07:00 10-07 19:00",
        "osei 10-09 07:00 10-09 19:00",
    ]


def test_a_whole_day_is_from_midnight_to_midnight_of_the_roster() -> None:
    assert _lines("all_day") == ["osei 10-23 23:00 10-24 23:00", "lindqvist 10-24 23:00 10-28 00:00"]


def test_a_time_without_a_zone_is_by_the_clock_of_the_roster() -> None:
    assert _lines("floating") == ["osei 10-24 19:00 10-25 08:00", "osei 10-25 20:00 10-26 08:00"]


def test_zones_by_their_windows_names_and_zones_of_the_calendars_own_are_known() -> None:
    assert _lines("windows_zones") == [
        "osei 10-05 08:00 10-05 16:00",
        "lindqvist 11-01 04:00 11-01 06:30",  # the second half past one of that night
        "moreau 11-02 14:00 11-02 22:00",
    ]


def test_one_event_for_each_shift_is_matched_by_the_attendees_mail_in_any_case() -> None:
    assert _lines("one_event_a_shift") == [
        "osei 10-05 08:00 10-12 08:00",
        "lindqvist 10-12 08:00 10-19 08:00",
    ]


def test_who_declined_is_not_on_call_and_the_organiser_counts_when_nobody_else_does() -> None:
    assert _lines("folded_and_invited") == [
        "lindqvist 10-05 08:00 10-05 16:00",
        "moreau 10-06 08:00 10-06 16:00",
    ]


def test_cancelled_is_nobody_and_an_event_that_names_nobody_exactly_is_reported() -> None:
    assert _lines("cancelled_and_unknown") == ["osei 10-07 08:00 10-07 16:00"]
    (skipped,) = _shifts("cancelled_and_unknown").skipped
    assert (skipped.reason, skipped.summary) == (Skipped.UNMATCHED, "Dr Osei on leave")
    assert skipped.begin == datetime(2026, 10, 6, 8, tzinfo=UTC)


def test_what_cannot_be_read_is_reported_and_keeps_nothing_else_from_being_read() -> None:
    assert _lines("some_events_broken") == ["lindqvist 10-08 08:00 10-08 16:00"]
    reasons = {event.summary: event.reason for event in _shifts("some_events_broken").skipped}
    assert reasons == {
        "Dr Osei (no start)": Skipped.UNREADABLE,
        "Dr Osei (no date)": Skipped.UNREADABLE,
        "Dr Osei (no rule)": Skipped.UNREADABLE,
        "Dr Osei (always)": Skipped.TOO_OFTEN,
        "Dr Osei (nowhere)": Skipped.UNKNOWN_ZONE,
        "Dr Osei": Skipped.NO_LENGTH,
    }


def test_shifts_that_meet_in_an_hour_that_occurs_twice_overlap() -> None:
    assert _lines("over_the_change") == [
        "osei 10-24 12:00 10-25 01:30",
        "lindqvist 10-25 00:30 10-25 13:00",
    ]


@pytest.mark.parametrize("path", sorted(CALENDARS.glob("*.ics")), ids=lambda path: path.stem)
def test_lines_that_end_as_on_unix_and_a_mark_at_the_start_make_no_difference(path: Path) -> None:
    body = path.read_bytes()
    assert _read(body.replace(b"\r\n", b"\n")) == _read(body)
    assert _read(b"\xef\xbb\xbf" + body) == _read(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Please sign in</body></html>",
        b"hello",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:cut-off",
        b"\xff\xfe\x00",
        b"BEGIN:VEVENT\r\nEND:VEVENT\r\n",
    ],
)
def test_what_is_no_calendar_or_is_cut_off_is_said_to_be_none(body: bytes) -> None:
    assert _read(body) is CalendarFault.NOT_A_CALENDAR
