"""First contacts in a second beside a bare route: rates, times, and what they cost."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from benchmarks.client import Measured, hammer
from benchmarks.cost import NOTHING, Spent, spent
from benchmarks.house import bare_route, contact
from benchmarks.processes import resident
from simulator.stack import Stack

_SECONDS, _CLIENTS, _ROUNDS = 8.0, 4, 3
_PROCESSES = ("api", "worker-1", "sweeper-1", "postgres", "redis")


@dataclass(frozen=True, slots=True)
class Throughput:
    """Each round of both, and what all of ours have spent."""

    bare: Sequence[Measured]
    ours: Sequence[Measured]
    cost: Spent

    @property
    def contacts(self) -> int:
        """First contacts taken in, over all rounds."""
        return sum(each.statuses[201] for each in self.ours)

    def lines(self) -> list[str]:
        """The section of the page."""
        rows = []
        for number, (bare, ours) in enumerate(zip(self.bare, self.ours, strict=True), 1):
            rows += [_row(f"bare route, round {number}", bare), _row(f"first contact, round {number}", ours)]
        ratio = statistics.median(o.rate / b.rate for b, o in zip(self.bare, self.ours, strict=True))
        return [
            "## First contacts in a second",
            "",
            "A bare Flask and marshmallow route that does one INSERT and COMMIT, behind the same gunicorn on the same",
            "PostgreSQL, and `POST /v1/first-contacts` with everything it does: key, strict JSON, reading, sealing,",
            "contact, answers, assessment and audit trail in one transaction.",
            "",
            "| | a second | p50 | p99 |",
            "|---|---|---|---|",
            *rows,
            "",
            f"First contacts are taken in at **{ratio:.2f} times** the bare route's rate (asked: 0.5).",
            "",
            "![How long answers took, as a share of all](performance-times.svg)",
            "",
        ]


def measure(stack: Stack, token: str) -> Throughput:
    """Ours and the bare route in turn, so that both meet the same machine."""
    bare, ours, cost = [], [], NOTHING
    with bare_route(stack) as bare_url:
        for number in range(_ROUNDS):
            bare.append(hammer(bare_url, contact, token, _SECONDS, _CLIENTS))
            before = spent(stack)
            make = partial(_in_round, number)
            url = f"{stack.api_url}/v1/first-contacts"
            ours.append(hammer(url, make, token, _SECONDS, _CLIENTS))
            cost += spent(stack) - before
    return Throughput(bare, ours, cost)


def memory(stack: Stack) -> list[str]:
    """The section on memory."""
    rows = [f"| {name} | {resident(stack.pid(name)):.0f} MB |" for name in _PROCESSES]
    return [
        "## Memory",
        "",
        "The proportional share of a process and all that it has started, after the load above.",
        "",
        "| process | memory |",
        "|---|---|",
        *rows,
        "",
    ]


def _in_round(number: int, name: str) -> dict[str, object]:
    return contact(f"{number}-{name}")


def _row(name: str, measured: Measured) -> str:
    return f"| {name} | {measured.rate:.0f} | {measured.share(0.5):.1f} ms | {measured.share(0.99):.1f} ms |"
