"""Times as people write them in YAML: a whole number and a unit."""

from __future__ import annotations

from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def duration(text: str) -> timedelta:
    """`90s`, `5m`, `4h`, `2d` or `1w`."""
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})
