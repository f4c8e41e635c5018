"""How long a page waits from the commit of a first contact to the first attempt at the carrier."""

from __future__ import annotations

import time
from random import Random

from sqlalchemy import create_engine, text

from benchmarks.client import hammer
from benchmarks.house import GRAVE, QUIET, contact
from simulator.stack import Stack

_RATE, _PAGING, _SECONDS, _CLIENTS = 50, 0.02, 60, 10
_AFTERWARDS = 15.0  # seconds: asked are ten at most
_WAITS = """
    SELECT p.attempted_at, e.at AS committed FROM pages p
    JOIN cases c USING (case_id)
    JOIN case_events e ON e.case_id = c.case_id AND e.kind = 'opened'
    WHERE p.kind = 'page' AND p.attempt = 1 AND p.step = 0 AND p.round = 0 AND p.attempted_at IS NOT NULL
    AND (p.bundle IS NULL OR p.bundle = p.page_id)
"""


def head() -> list[str]:
    """The beginning of the section; `row` gives its rows."""
    return [
        "## From a POST to the carrier",
        "",
        f"{_RATE} first contacts a second for a minute, {_PAGING:.0%} of which page at once; from the commit to the",
        "first attempt at the carrier, by the database's clock. Nothing holds a page back here for another's sake.",
        "Asked: 99 of 100 within 5 s with Redis, within 10 s without.",
        "",
        "| | pages | p50 | p99 | slowest |",
        "|---|---|---|---|---|",
    ]


def row(stack: Stack, token: str, name: str) -> str:
    """Send, wait, and read what the database tells."""
    random = Random(1)  # noqa: S311 - to be repeatable is the point

    def make(contact_id: str) -> dict[str, object]:
        return contact(contact_id, GRAVE if random.random() < _PAGING else QUIET)

    hammer(f"{stack.api_url}/v1/first-contacts", make, token, _SECONDS, _CLIENTS, every=_CLIENTS / _RATE)
    time.sleep(_AFTERWARDS)
    engine = create_engine(stack.database_url)
    with engine.connect() as connection:
        rows = connection.execute(text(_WAITS)).all()
    engine.dispose()
    waits = sorted((row.attempted_at - row.committed).total_seconds() for row in rows)
    p50, p99 = waits[len(waits) // 2], waits[min(len(waits) - 1, int(0.99 * len(waits)))]
    return f"| {name} | {len(waits)} | {p50:.2f} s | {p99:.2f} s | {waits[-1]:.2f} s |"
