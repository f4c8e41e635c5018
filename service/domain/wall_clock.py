"""What a clock on the wall shows, and which instants that can be: it repeats some hours and skips others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

REACH = timedelta(hours=26)
"""How far the clock may be turned at once, and some more: one zone has skipped a whole day."""


def first_reading(wall: datetime, zone: tzinfo) -> datetime:
    """The earliest instant that a wall-clock time can be, in UTC."""
    return min(_readings(wall, zone))


def last_reading(wall: datetime, zone: tzinfo) -> datetime:
    """The latest instant that a wall-clock time can be, in UTC."""
    return max(_readings(wall, zone))


def wall_at(instant: datetime, zone: tzinfo) -> datetime:
    """What the clock shows at an instant (aware): naive."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def _readings(wall: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """Both readings. They differ only where the clock repeats or skips an hour."""
    return (
        wall.replace(tzinfo=zone, fold=0).astimezone(UTC),
        wall.replace(tzinfo=zone, fold=1).astimezone(UTC),
    )
