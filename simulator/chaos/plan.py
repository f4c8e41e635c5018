"""Which faults, on what, and when: all from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Kind(StrEnum):
    """What is done to the service and to what it stands on."""

    KILL = "SIGKILL"
    TERMINATE = "SIGTERM"
    FREEZE = "SIGSTOP, SIGCONT"
    KILL_WORK_HORSE = "SIGKILL of a work-horse"
    KILL_API_WORKER = "SIGKILL of an API worker"
    SKEW_CLOCK = "clock skew of a worker"
    REDIS_KILL = "Redis killed"
    REDIS_RESTART = "Redis restarted"
    REDIS_FLUSH = "Redis FLUSHALL"
    POSTGRES_RESTART = "PostgreSQL restarted"
    POSTGRES_KILL = "PostgreSQL killed"
    POSTGRES_CUT = "every connection to PostgreSQL cut"
    CUT_REQUEST = "carrier: connection dropped in the request"
    CUT_ANSWER = "carrier: connection dropped in the answer"
    DROP = "carrier: accepts, drops the connection"
    SLOW = "carrier: answers after our patience"
    RATE_LIMIT = "carrier: 429"
    ERROR_BEFORE = "carrier: 500 before accepting"
    ERROR_AFTER = "carrier: 500 after accepting"
    UNDELIVERED = "carrier: undelivered"
    NO_CALLBACK = "carrier: no callback"
    LATE_CALLBACK = "carrier: late callback"
    DUPLICATE_CALLBACKS = "carrier: duplicate callbacks"
    REORDERED_CALLBACKS = "carrier: reordered callbacks"


AMBIGUOUS = frozenset(
    {
        Kind.KILL,
        Kind.TERMINATE,
        Kind.FREEZE,
        Kind.KILL_WORK_HORSE,
        Kind.SKEW_CLOCK,
        Kind.POSTGRES_RESTART,
        Kind.POSTGRES_KILL,
        Kind.POSTGRES_CUT,
        Kind.CUT_REQUEST,
        Kind.CUT_ANSWER,
        Kind.DROP,
        Kind.SLOW,
        Kind.ERROR_AFTER,
    }
)
"""After these nobody can know whether the carrier has a page: it may be sent again, with the same code."""

PROCESSES = ("api", "worker-1", "worker-2", "sweeper-1", "sweeper-2")
_OF_REDIS = frozenset({Kind.REDIS_KILL, Kind.REDIS_RESTART, Kind.REDIS_FLUSH})
_OF_POSTGRES = frozenset({Kind.POSTGRES_RESTART, Kind.POSTGRES_KILL, Kind.POSTGRES_CUT})
_WORKERS = ("worker-1", "worker-2")

# How often each comes, in comparison.
_WEIGHTS = {
    Kind.KILL: 5,
    Kind.TERMINATE: 4,
    Kind.FREEZE: 5,
    Kind.KILL_WORK_HORSE: 3,
    Kind.KILL_API_WORKER: 2,
    Kind.SKEW_CLOCK: 1,
    Kind.REDIS_KILL: 1,
    Kind.REDIS_RESTART: 1,
    Kind.REDIS_FLUSH: 2,
    Kind.POSTGRES_RESTART: 1,
    Kind.POSTGRES_KILL: 1,
    Kind.POSTGRES_CUT: 2,
}
_CARRIER_WEIGHT = 2  # of each
_ROLLS = 4.0  # seconds, in which the one before is there again


@dataclass(frozen=True, slots=True)
class Planned:
    """One fault. `pause`: seconds before it; `lasts`: seconds until it is undone, where it has to be.

    `offset`: after how many bytes a connection is dropped. `shift`: by how many seconds a clock is wrong.
    """

    number: int
    kind: Kind
    target: str
    pause: float
    lasts: float
    offset: int
    shift: int


def plan(faults: int, seed: int) -> tuple[Planned, ...]:
    """So many faults; the same for the same seed."""
    random = Random(seed)  # noqa: S311 - to be repeatable is the point
    kinds = list(Kind)
    weights = [_WEIGHTS.get(kind, _CARRIER_WEIGHT) for kind in kinds]
    chosen = random.choices(kinds, weights, k=faults)
    return tuple(_planned(number, kind, random) for number, kind in enumerate(chosen, start=1))


def rolling() -> tuple[Planned, ...]:
    """Every process once, told to end and started again, one after the other: a new version rolled out."""
    return tuple(
        Planned(number, Kind.TERMINATE, name, pause=_ROLLS, lasts=0.0, offset=0, shift=0)
        for number, name in enumerate(PROCESSES, start=1)
    )


def _planned(number: int, kind: Kind, random: Random) -> Planned:
    return Planned(
        number=number,
        kind=kind,
        target=_target(kind, random),
        pause=random.uniform(0.15, 0.75),
        lasts=random.choice((0.5, 2.0, 12.0)) if kind is Kind.FREEZE else random.uniform(0.2, 3.0),
        offset=random.randrange(1, 900),
        shift=random.choice((-7200, -90, 90, 7200)),
    )


def _target(kind: Kind, random: Random) -> str:
    if kind in {Kind.KILL, Kind.TERMINATE, Kind.FREEZE}:
        return random.choice(PROCESSES)
    if kind in {Kind.KILL_WORK_HORSE, Kind.SKEW_CLOCK}:
        return random.choice(_WORKERS)
    if kind is Kind.KILL_API_WORKER:
        return "api"
    return "redis" if kind in _OF_REDIS else "postgres" if kind in _OF_POSTGRES else "carrier"
