"""What a million first contacts cost follows from what some have cost, and a process's use is what Linux counts."""

from __future__ import annotations

import os
import time

from benchmarks.cost import NOTHING, Spent, lines
from benchmarks.processes import cpu_seconds, resident

SOME = Spent({"API": 3.6, "PostgreSQL": 1.8, "sweepers, workers, Redis": 1.8}, 2_000_000, 6_000_000)


def test_a_million_cost_a_million_times_as_much_as_one() -> None:
    written = "\n".join(lines(SOME, 1000))
    assert "| API | 3.60 ms of a core | 1.00 core-hours |" in written
    assert "| tables and indexes | 2,000 bytes | 2.00 GB |" in written
    assert "**A million first contacts cost 2.0 core-hours and 2.0 GB of the database.**" in written


def test_what_is_spent_between_two_looks_adds_up() -> None:
    later = SOME + SOME
    assert later - SOME == SOME
    assert NOTHING + SOME == SOME


def test_a_process_that_works_uses_time_and_memory() -> None:
    before, ends = cpu_seconds(os.getpid()), time.process_time() + 0.1
    while time.process_time() < ends:
        pass
    assert cpu_seconds(os.getpid()) > before
    assert resident(os.getpid()) > 1
