"""What a process and all that it has started use, as Linux counts it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_TIMES = slice(11, 15)  # utime, stime and both of the children that ended, after the name in /proc/PID/stat


def resident(pid: int) -> float:
    """The proportional share of memory, in megabytes."""
    total = 0
    for each in _family(pid):
        for line in Path(f"/proc/{each}/smaps_rollup").read_text(encoding="ascii").splitlines():
            total += int(line.split()[1]) if line.startswith("Pss:") else 0
    return total / 1024


def cpu_seconds(pid: int) -> float:
    """Seconds of one core, in the kernel too, so far."""
    ticks = 0
    for each in _family(pid):
        _, _, after_name = Path(f"/proc/{each}/stat").read_text(encoding="utf-8").rpartition(")")
        ticks += sum(int(number) for number in after_name.split()[_TIMES])
    return ticks / _TICKS


def _family(pid: int) -> Iterator[int]:
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
        yield from _family(int(child))
