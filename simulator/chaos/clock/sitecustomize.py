"""Read by Python at its start when this folder is on its path: the process's own clock is wrong."""

from __future__ import annotations

import datetime as dt
import os
import time as clock
from typing import Any

_SHIFT = float(os.environ.get("CHAOS_CLOCK_SHIFT", "0"))
_time_of_day, _nanoseconds = clock.time, clock.time_ns


class _IsAnyDatetime(type(dt.datetime)):  # type: ignore[misc]  # a class made by C
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _REAL)


_REAL = dt.datetime


class _ShiftedDatetime(_REAL, metaclass=_IsAnyDatetime):
    """As the real one, which C code goes on making; only what asks for the time is wrong."""

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> Any:
        return _REAL.now(tz) + dt.timedelta(seconds=_SHIFT)

    @classmethod
    def utcnow(cls) -> Any:
        return _REAL.utcnow() + dt.timedelta(seconds=_SHIFT)


if _SHIFT:
    clock.time = lambda: _time_of_day() + _SHIFT
    clock.time_ns = lambda: _nanoseconds() + int(_SHIFT * 1_000_000_000)
    dt.datetime = _ShiftedDatetime  # type: ignore[misc]
