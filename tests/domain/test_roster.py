"""Who is on call by the site's clock: an hour that occurs twice overlaps, and no hour gaps."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from service.domain.override import Override
from service.domain.roster import NobodyOnCall, OnCall, Roster
from service.domain.rotation import Hours, Rotation
from service.domain.shift import Shift, Watch

LONDON = ZoneInfo("Europe/London")


def _rotation(starting: str, hours: int) -> Rotation:
    return Rotation(("osei", "lindqvist"), datetime.fromisoformat(starting), timedelta(hours=hours))


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


def test_a_rotation_hands_over_at_the_wall_clock_time_in_summer_too() -> None:
    roster = Roster("first", LONDON, (_rotation("2026-01-05 09:00", 24 * 7),))
    assert roster.on_call(_at("2026-07-06 07:59")) == OnCall(("lindqvist",))
    assert roster.on_call(_at("2026-07-06 08:00")) == OnCall(("osei",))


def test_nobody_is_on_call_before_the_rotation_starts() -> None:
    roster = Roster("first", LONDON, (_rotation("2026-01-05 09:00", 24),))
    assert roster.on_call(_at("2026-01-05 08:59")) == NobodyOnCall("first")


def test_a_fixed_shift_stands_in_for_the_rotation_while_it_lasts() -> None:
    shift = Shift("moreau", datetime(2026, 1, 6, 12), datetime(2026, 1, 6, 18))
    roster = Roster("first", LONDON, (_rotation("2026-01-05 09:00", 24),), (shift,))
    assert roster.on_call(_at("2026-01-06 11:59")) == OnCall(("lindqvist",))
    assert roster.on_call(_at("2026-01-06 12:00")) == OnCall(("moreau",))
    assert roster.on_call(_at("2026-01-06 18:00")) == OnCall(("lindqvist",))


def test_a_hand_over_in_an_hour_that_occurs_twice_overlaps() -> None:
    roster = Roster("first", LONDON, (_rotation("2026-10-24 01:30", 24),))
    both = roster.on_call(_at("2026-10-25 01:00"))  # 01:00 GMT, the second 01:00 of that night
    assert isinstance(both, OnCall)
    assert set(both.clinicians) == {"osei", "lindqvist"}


def test_no_minute_of_the_nights_when_the_clock_changes_is_without_somebody() -> None:
    for start, first in (("2026-03-28 01:30", "2026-03-28 12:00"), ("2026-10-24 01:30", "2026-10-24 12:00")):
        roster = Roster("first", LONDON, (_rotation(start, 12),))
        minutes = [_at(first) + timedelta(minutes=minute) for minute in range(36 * 60)]
        assert all(isinstance(roster.on_call(minute), OnCall) for minute in minutes)


def _roster(*layers: Rotation, shifts: tuple[Shift, ...] = (), **more: Any) -> Roster:
    return Roster("first", LONDON, layers, shifts, **more)


def _weekly(*clinicians: str, **more: Any) -> Rotation:
    return Rotation(clinicians, datetime(2026, 1, 5, 9), timedelta(weeks=1), **more)


def _override(begin: str, end: str, clinician: str | None, instead_of: str | None = None) -> Override:
    return Override(uuid4(), _at(begin), _at(end), clinician, instead_of)


NIGHTS = tuple(Hours(weekday, time(20), timedelta(hours=12)) for weekday in range(7))


def test_a_higher_layer_stands_in_for_a_lower_one_in_its_hours() -> None:
    roster = _roster(_weekly("moreau", hours=NIGHTS), _weekly("osei"))
    assert roster.on_call(_at("2026-01-06 19:59")) == OnCall(("osei",))
    assert roster.on_call(_at("2026-01-06 20:00")) == OnCall(("moreau",))
    assert roster.on_call(_at("2026-01-07 07:59")) == OnCall(("moreau",))
    assert roster.on_call(_at("2026-01-07 08:00")) == OnCall(("osei",))


def test_the_calendar_stands_in_for_the_layers_and_a_fixed_shift_for_the_calendar() -> None:
    calendar = (Watch("lindqvist", _at("2026-01-06 10:00"), _at("2026-01-06 14:00")),)
    shift = Shift("moreau", datetime(2026, 1, 6, 12), datetime(2026, 1, 6, 13))
    roster = _roster(_weekly("osei"), shifts=(shift,), calendar=calendar)
    spans = roster.schedule(_at("2026-01-06 09:00"), _at("2026-01-06 15:00"))
    assert [(span.begin.hour, span.on_call) for span in spans] == [
        (9, OnCall(("osei",))),
        (10, OnCall(("lindqvist",))),
        (12, OnCall(("moreau",))),
        (13, OnCall(("lindqvist",))),
        (14, OnCall(("osei",))),
    ]


def test_an_override_stands_in_for_everything_and_two_at_once_both_stand() -> None:
    overrides = (
        _override("2026-01-06 10:00", "2026-01-06 14:00", "moreau"),
        _override("2026-01-06 12:00", "2026-01-06 16:00", "lindqvist"),
    )
    roster = _roster(_weekly("osei"), overrides=overrides)
    assert roster.on_call(_at("2026-01-06 10:00")) == OnCall(("moreau",))
    assert roster.on_call(_at("2026-01-06 12:00")) == OnCall(("moreau", "lindqvist"))
    assert roster.on_call(_at("2026-01-06 14:00")) == OnCall(("lindqvist",))
    assert roster.on_call(_at("2026-01-06 16:00")) == OnCall(("osei",))


def test_an_override_for_one_person_changes_nothing_when_another_is_on_call() -> None:
    swap = _override("2026-01-05 09:00", "2026-01-19 09:00", "moreau", instead_of="osei")
    roster = _roster(_weekly("osei", "lindqvist"), overrides=(swap,))
    assert roster.on_call(_at("2026-01-06 12:00")) == OnCall(("moreau",))
    assert roster.on_call(_at("2026-01-13 12:00")) == OnCall(("lindqvist",))


def test_who_is_taken_off_leaves_the_next_layer_and_only_then_a_gap() -> None:
    off = _override("2026-01-06 10:00", "2026-01-06 14:00", None, instead_of="osei")
    alone = _roster(_weekly("osei"), overrides=(off,))
    assert alone.on_call(_at("2026-01-06 10:00")) == NobodyOnCall("first")
    assert [(gap.begin, gap.end) for gap in alone.gaps(_at("2026-01-06 00:00"), _at("2026-01-07 00:00"))] == [
        (off.begin, off.end)
    ]
    backed = _roster(_weekly("osei"), _weekly("lindqvist"), overrides=(off,))
    assert backed.on_call(_at("2026-01-06 10:00")) == OnCall(("lindqvist",))


def test_people_whom_nobody_can_page_leave_the_roster_as_if_they_were_never_in_it() -> None:
    gone = _override("2026-01-06 10:00", "2026-01-06 14:00", "moreau")
    calendar = (Watch("moreau", _at("2026-01-07 10:00"), _at("2026-01-07 14:00")),)
    roster = _roster(_weekly("osei"), overrides=(gone,), calendar=calendar).known_only({"osei"})
    assert roster.on_call(_at("2026-01-06 12:00")) == OnCall(("osei",))
    assert roster.on_call(_at("2026-01-07 12:00")) == OnCall(("osei",))


def test_a_schedule_has_no_break_and_says_where_nobody_is() -> None:
    roster = _roster(_weekly("osei", "lindqvist", until=datetime(2026, 1, 14, 9)))
    begin, end = _at("2026-01-01 00:00"), _at("2026-02-01 00:00")
    spans = roster.schedule(begin, end)
    assert (spans[0].begin, spans[-1].end) == (begin, end)
    assert all(before.end == after.begin for before, after in pairwise(spans))
    assert [span.is_gap for span in spans] == [True, False, False, True]


def test_what_comes_next_is_found_however_far_ahead() -> None:
    roster = _roster(_weekly("osei", until=datetime(2026, 6, 1, 9)))
    now, after = roster.upcoming(_at("2026-01-06 12:00"))
    assert (now.on_call, after.on_call) == (OnCall(("osei",)), NobodyOnCall("first"))
    assert after.begin == _at("2026-06-01 08:00")
    (forever,) = _roster(_weekly("osei")).upcoming(_at("2026-01-06 12:00"))
    assert forever.on_call == OnCall(("osei",))


def test_an_override_that_changes_nothing_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="changes nothing"):
        _override("2026-01-06 10:00", "2026-01-06 14:00", None)
