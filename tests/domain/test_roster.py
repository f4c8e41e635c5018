"""Who is on call by the site's clock: an hour that occurs twice overlaps, and no hour gaps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from service.domain.roster import NobodyOnCall, OnCall, Roster, Rotation, Shift

LONDON = ZoneInfo("Europe/London")


def _rotation(starting: str, hours: int) -> Rotation:
    return Rotation(("osei", "lindqvist"), datetime.fromisoformat(starting), timedelta(hours=hours))


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


def test_a_rotation_hands_over_at_the_wall_clock_time_in_summer_too() -> None:
    roster = Roster("first", LONDON, _rotation("2026-01-05 09:00", 24 * 7))
    assert roster.on_call(_at("2026-07-06 07:59")) == OnCall(("lindqvist",))
    assert roster.on_call(_at("2026-07-06 08:00")) == OnCall(("osei",))


def test_nobody_is_on_call_before_the_rotation_starts() -> None:
    roster = Roster("first", LONDON, _rotation("2026-01-05 09:00", 24))
    assert roster.on_call(_at("2026-01-05 08:59")) == NobodyOnCall("first")


def test_a_fixed_shift_stands_in_for_the_rotation_while_it_lasts() -> None:
    shift = Shift("moreau", datetime(2026, 1, 6, 12), datetime(2026, 1, 6, 18))
    roster = Roster("first", LONDON, _rotation("2026-01-05 09:00", 24), (shift,))
    assert roster.on_call(_at("2026-01-06 11:59")) == OnCall(("lindqvist",))
    assert roster.on_call(_at("2026-01-06 12:00")) == OnCall(("moreau",))
    assert roster.on_call(_at("2026-01-06 18:00")) == OnCall(("lindqvist",))


def test_a_hand_over_in_an_hour_that_occurs_twice_overlaps() -> None:
    roster = Roster("first", LONDON, _rotation("2026-10-24 01:30", 24))
    both = roster.on_call(_at("2026-10-25 01:00"))  # 01:00 GMT, the second 01:00 of that night
    assert isinstance(both, OnCall)
    assert set(both.clinicians) == {"osei", "lindqvist"}


def test_no_minute_of_the_nights_when_the_clock_changes_is_without_somebody() -> None:
    for start, first in (("2026-03-28 01:30", "2026-03-28 12:00"), ("2026-10-24 01:30", "2026-10-24 12:00")):
        roster = Roster("first", LONDON, _rotation(start, 12))
        minutes = [_at(first) + timedelta(minutes=minute) for minute in range(36 * 60)]
        assert all(isinstance(roster.on_call(minute), OnCall) for minute in minutes)
