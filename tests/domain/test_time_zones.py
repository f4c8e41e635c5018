"""Around every change of every clock from 2000 to 2037, a hand-off leaves no minute without somebody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from service.domain.roster import Roster
from service.domain.rotation import Hours, Rotation
from service.domain.wall_clock import wall_at

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
STRIDE = timedelta(days=5)  # no clock has been turned there and back again sooner
Change = tuple[datetime, timedelta, timedelta]


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)


def _changes(zone: ZoneInfo) -> Iterator[Change]:
    """Each instant at which the zone's offset changes, with the offset before and after."""
    looks = [FIRST + number * STRIDE for number in range((LAST - FIRST) // STRIDE)]
    for before, after in pairwise([(look, _offset(zone, look)) for look in looks]):
        if before[1] != after[1]:
            low, high = before[0], after[0]
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                low, high = (middle, high) if _offset(zone, middle) == before[1] else (low, middle)
            yield high.replace(microsecond=0), before[1], after[1]


@cache
def _kinds() -> dict[tuple[Change, ...], str]:
    """One zone for each history of changes, and every zone has one of these histories."""
    kinds: dict[tuple[Change, ...], str] = {}
    for name in sorted(available_timezones()):
        kinds.setdefault(tuple(_changes(ZoneInfo(name))), name)
    return kinds


def _gaps(roster: Roster, change: datetime) -> bool:
    return bool(roster.gaps(change - timedelta(days=1, hours=3), change + timedelta(days=1, hours=3)))


def test_every_zone_of_the_database_is_looked_at() -> None:
    assert len(available_timezones()) > 400
    assert sum(len(changes) for changes in _kinds()) > 5_000


@pytest.mark.parametrize("minutes", [-61, -30, 0, 30, 60])
def test_a_hand_off_near_a_change_of_the_clock_leaves_no_gap(minutes: int) -> None:
    for changes, name in _kinds().items():
        zone = ZoneInfo(name)
        for change, before, _ in changes:
            shown = (change + before).replace(tzinfo=None)  # what the clock would have shown, unturned
            starting = shown + timedelta(minutes=minutes) - timedelta(days=3)
            roster = Roster("first", zone, (Rotation(("osei", "lindqvist"), starting, timedelta(days=1)),))
            assert not _gaps(roster, change), (name, change)


def test_turns_of_one_hour_leave_no_gap_when_the_clock_changes() -> None:
    for changes, name in _kinds().items():
        zone = ZoneInfo(name)
        for change, before, _ in changes[-8:]:
            starting = (change + before).replace(tzinfo=None) - timedelta(days=3, minutes=20)
            roster = Roster("first", zone, (Rotation(("osei", "lindqvist"), starting, timedelta(hours=1)),))
            assert not _gaps(roster, change), (name, change)


def test_layers_of_day_and_night_leave_no_gap_when_the_clock_changes() -> None:
    for changes, name in _kinds().items():
        zone = ZoneInfo(name)
        for change, _, after in changes[-8:]:
            shown = (change + after).replace(tzinfo=None, second=0)
            starting = shown - timedelta(days=30)
            evening = (shown - timedelta(hours=12)).time()
            half = timedelta(hours=12)
            day = tuple(Hours(weekday, shown.time(), half) for weekday in range(7))
            night = tuple(Hours(weekday, evening, half) for weekday in range(7))
            layers = (
                Rotation(("osei",), starting, timedelta(weeks=1), hours=day),
                Rotation(("lindqvist",), starting, timedelta(weeks=1), hours=night),
            )
            assert not _gaps(Roster("first", zone, layers), change), (name, change)


def test_who_is_on_call_agrees_with_the_schedule_in_every_minute_around_a_change() -> None:
    for name in ("Europe/London", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"):
        zone = ZoneInfo(name)
        for change, before, _ in list(_changes(zone))[-3:]:
            starting = (change + before).replace(tzinfo=None) - timedelta(days=2, minutes=25)
            roster = Roster("first", zone, (Rotation(("osei", "lindqvist"), starting, timedelta(hours=9)),))
            begin = change - timedelta(hours=3)
            for span in roster.schedule(begin, change + timedelta(hours=3)):
                assert roster.on_call(span.begin) == span.on_call
                assert roster.on_call(span.end - timedelta(seconds=1)) == span.on_call


def test_the_wall_clock_shows_the_same_twice_where_it_is_turned_back() -> None:
    london = ZoneInfo("Europe/London")
    assert wall_at(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), london) == datetime(2026, 10, 25, 1, 30)
    assert wall_at(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), london) == datetime(2026, 10, 25, 1, 30)
