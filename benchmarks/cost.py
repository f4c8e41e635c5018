"""What one first contact costs: seconds of a core and bytes of the database, and what a million of them would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import create_engine, text

from benchmarks.processes import cpu_seconds
from simulator.stack import Stack

_MILLION = 1_000_000
_PARTS = {
    "API": ("api",),
    "PostgreSQL": ("postgres",),
    "sweepers, workers, Redis": ("sweeper-1", "sweeper-2", "worker-1", "worker-2", "redis"),
}


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of a core by part, and bytes of the database: its tables and indexes, and its log (WAL)."""

    seconds: Mapping[str, float]
    stored: int
    logged: int

    def __add__(self, other: Spent) -> Spent:
        seconds = {part: self.seconds[part] + other.seconds[part] for part in _PARTS}
        return Spent(seconds, self.stored + other.stored, self.logged + other.logged)

    def __sub__(self, other: Spent) -> Spent:
        seconds = {part: self.seconds[part] - other.seconds[part] for part in _PARTS}
        return Spent(seconds, self.stored - other.stored, self.logged - other.logged)


NOTHING = Spent(dict.fromkeys(_PARTS, 0.0), 0, 0)


def spent(stack: Stack) -> Spent:
    """All that a stack has spent so far."""
    seconds = {part: sum(cpu_seconds(stack.pid(name)) for name in names) for part, names in _PARTS.items()}
    query = "SELECT pg_database_size(current_database()) AS stored, pg_current_wal_lsn() - '0/0' AS logged"
    engine = create_engine(stack.database_url)
    with engine.connect() as connection:
        row = connection.execute(text(query)).one()
    engine.dispose()
    return Spent(seconds, int(row.stored), int(row.logged))


def lines(cost: Spent, contacts: int) -> list[str]:
    """A section of the page: each of so many first contacts, and a million."""
    rows = [_seconds(part, seconds, contacts) for part, seconds in cost.seconds.items()]
    hours, gigabytes = _hours(sum(cost.seconds.values()), contacts), _gigabytes(cost.stored, contacts)
    return [
        "## What a million first contacts cost",
        "",
        f"Measured over the {contacts:,} of above: seconds of a core, by all that a process did meanwhile, and the growth of",
        "the database, indexes, seals and audit trail included. They are short, and nobody is paged for them.",
        "",
        "| | one first contact | a million |",
        "|---|---|---|",
        *rows,
        _bytes("tables and indexes", cost.stored, contacts),
        _bytes("write-ahead log, until it is archived or dropped", cost.logged, contacts),
        "",
        f"**A million first contacts cost {hours:.1f} core-hours and {gigabytes:.1f} GB of the database.**",
        "",
    ]


def _seconds(part: str, seconds: float, contacts: int) -> str:
    return f"| {part} | {1000 * seconds / contacts:.2f} ms of a core | {_hours(seconds, contacts):.2f} core-hours |"


def _bytes(name: str, count: int, contacts: int) -> str:
    return f"| {name} | {count / contacts:,.0f} bytes | {_gigabytes(count, contacts):.2f} GB |"


def _hours(seconds: float, contacts: int) -> float:
    return seconds / contacts * _MILLION / 3600


def _gigabytes(count: int, contacts: int) -> float:
    return count / contacts * _MILLION / 1e9
