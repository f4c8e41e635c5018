"""Turns by the clock on the wall: when they are handed over, and in which hours they are worked."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from service.domain.rotation import HandOff, Hours, Rotation
from service.domain.shift import Shift

WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
WEDNESDAY = datetime(2026, 1, 7, 12)


def _turns(rotation: Rotation, days: int) -> list[Shift]:
    return list(rotation.shifts_between(rotation.starting, rotation.starting + timedelta(days=days)))


def test_turns_follow_one_another_from_the_start() -> None:
    assert _turns(Rotation(("osei", "lindqvist"), WEDNESDAY, DAY), 3) == [
        Shift("osei", datetime(2026, 1, 7, 12), datetime(2026, 1, 8, 12)),
        Shift("lindqvist", datetime(2026, 1, 8, 12), datetime(2026, 1, 9, 12)),
        Shift("osei", datetime(2026, 1, 9, 12), datetime(2026, 1, 10, 12)),
    ]


def test_with_a_weekday_the_first_turn_ends_at_the_first_hand_off() -> None:
    monday = HandOff(time(9), weekday=0)
    assert _turns(Rotation(("osei", "lindqvist"), WEDNESDAY, WEEK, hand_off=monday), 6) == [
        Shift("osei", WEDNESDAY, datetime(2026, 1, 12, 9)),
        Shift("lindqvist", datetime(2026, 1, 12, 9), datetime(2026, 1, 19, 9)),
    ]


def test_with_a_time_of_day_turns_are_handed_over_then() -> None:
    assert _turns(Rotation(("osei", "lindqvist"), WEDNESDAY, DAY, hand_off=HandOff(time(20))), 1) == [
        Shift("osei", WEDNESDAY, datetime(2026, 1, 7, 20)),
        Shift("lindqvist", datetime(2026, 1, 7, 20), datetime(2026, 1, 8, 20)),
    ]


def test_a_start_on_the_hand_off_gives_a_whole_first_turn() -> None:
    rotation = Rotation(("osei",), datetime(2026, 1, 5, 9), WEEK, hand_off=HandOff(time(9), 0))
    assert _turns(rotation, 7) == [Shift("osei", datetime(2026, 1, 5, 9), datetime(2026, 1, 12, 9))]


def test_nothing_is_before_the_start_or_after_the_end() -> None:
    rotation = Rotation(("osei", "lindqvist"), WEDNESDAY, WEEK, until=datetime(2026, 1, 10))
    around = list(rotation.shifts_between(WEDNESDAY - WEEK, WEDNESDAY + 3 * WEEK))
    assert around == [Shift("osei", WEDNESDAY, datetime(2026, 1, 10))]


def test_hours_cut_turns_and_a_hand_off_may_fall_within_them() -> None:
    friday_night = (Hours(4, time(18), timedelta(hours=14)),)
    rotation = Rotation(("osei", "lindqvist"), datetime(2026, 1, 5), DAY, hours=friday_night)
    assert _turns(rotation, 14)[:2] == [
        Shift("osei", datetime(2026, 1, 9, 18), datetime(2026, 1, 10)),
        Shift("lindqvist", datetime(2026, 1, 10), datetime(2026, 1, 10, 8)),
    ]


def test_hours_of_the_night_before_reach_into_the_stretch_that_is_asked_for() -> None:
    sunday_night = Hours(6, time(22), timedelta(hours=10))
    monday = datetime(2026, 1, 5)
    assert list(sunday_night.between(monday, monday + DAY)) == [
        (datetime(2026, 1, 4, 22), datetime(2026, 1, 5, 8))
    ]
    assert list(sunday_night.between(monday + timedelta(hours=8), monday + DAY)) == []


def test_whole_days_next_to_each_other_leave_nothing_between_them() -> None:
    days = tuple(Hours(weekday, time(0), DAY) for weekday in range(7))
    shifts = sorted(
        _turns(Rotation(("osei",), datetime(2026, 1, 5), WEEK, hours=days), 7), key=lambda s: s.start
    )
    assert [shift.start.day for shift in shifts] == [5, 6, 7, 8, 9, 10, 11]
    assert all(shift.end - shift.start == DAY for shift in shifts)
