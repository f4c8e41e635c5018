"""What is done again and again, whatever happens: how its time grows with the cases that are stored."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, create_engine, text

from service.bootstrap import Service
from service.domain.escalation import CaseKind, CaseState
from service.settings import read_settings
from simulator.stack import Stack

_STORED = (100, 10_000, 1_000_000)
_OPEN = 1000
_TIMES = 15


@dataclass(frozen=True, slots=True)
class Sweeps:
    """Median milliseconds of each at so many cases."""

    stored: Sequence[int]
    milliseconds: Mapping[str, Sequence[float]]

    def lines(self) -> list[str]:
        """The section of the page."""
        columns = list(self.milliseconds.values())
        rows = [
            f"| {count:,} | " + " | ".join(f"{times[place]:.1f} ms" for times in columns) + " |"
            for place, count in enumerate(self.stored)
        ]
        return [
            "",
            "## A sweep",
            "",
            f"With so many cases in the ledger, {_OPEN:,} of them open and none of them due (fewer where there are fewer).",
            "",
            f"| cases | {' | '.join(self.milliseconds)} |",
            "|---" * (1 + len(columns)) + "|",
            *rows,
            "",
            "![The same, by the cases that are stored](performance-sweeps.svg)",
        ]


def measure(stack: Stack) -> Sweeps:
    """Fill the ledger and measure, in turn; nobody else works on it."""
    for name in ("sweeper-1", "sweeper-2", "worker-1", "worker-2"):
        stack.kill(name)
    service = Service(read_settings(stack.environment))
    engine = create_engine(stack.database_url)
    measured: dict[str, list[float]] = {name: [] for name in _measured(service)}
    before = 0
    for stored in _STORED:
        _fill(engine, before, stored)
        before = stored
        for name, what in _measured(service).items():
            measured[name].append(_median(what))
    service.close()
    engine.dispose()
    return Sweeps(_STORED, measured)


def _measured(service: Service) -> dict[str, Callable[[], object]]:
    return {
        "a sweeper's pass": lambda: _pass(service),
        "the auditor": service.audit_cases.audit,
        "`/readyz`": service.watch.pulse,
        "`/metrics`": service.watch.overview,
        "50 of the worklist": lambda: _worklist(service),
    }


def _pass(service: Service) -> None:
    service.advance_cases()
    service.silent_pages()
    service.due_pages()
    service.synthetic_page()
    service.check_address()
    service.watch.beat("bench")


def _worklist(service: Service) -> None:
    with service.ledger.transaction() as tx:
        tx.worklist("riverside", (CaseState.OPEN, CaseState.ACKNOWLEDGED), (CaseKind.CONTACT,), 50, 0)


def _median(what: Callable[[], object]) -> float:
    measured = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        what()
        measured.append(1000 * (time.perf_counter() - began))
    return statistics.median(measured)


def _fill(engine: Engine, before: int, stored: int) -> None:
    with engine.begin() as connection:
        for statement in _filling(before, stored):
            connection.execute(text(statement))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _filling(before: int, stored: int) -> Iterator[str]:
    """Closed cases with a page and its events each, and open ones, up to so many."""
    plan = '{"steps": [], "repeats": 0}'
    yield f"""
        INSERT INTO first_contacts (site, contact_id)
        SELECT 'riverside', 'filled-' || n FROM generate_series({before + 1}, {stored}) n
    """
    yield f"""
        INSERT INTO cases (case_id, contact, kind, site, contact_id, code, urgency, urgency_rank, state, plan,
                           episode, round, step, passed, alarm, disposition, next_action_at, opened_at)
        SELECT gen_random_uuid(), f.row, 'contact', 'riverside', f.contact_id, 'C' || f.row, 'soon', 2,
               CASE WHEN f.n <= {_OPEN} THEN 'open' ELSE 'closed' END, '{plan}', 0, 0, 0, '{{}}', false,
               CASE WHEN f.n <= {_OPEN} THEN NULL ELSE 'spoken_to' END, now() + interval '9 hours',
               now() - interval '2 days'
        FROM (SELECT row, contact_id, split_part(contact_id, '-', 2)::int AS n FROM first_contacts
              WHERE contact_id LIKE 'filled-%') f WHERE f.n > {before}
    """
    yield f"""
        INSERT INTO pages (page_id, case_id, kind, episode, round, step, clinician, channel, attempt, state,
                           valid_for, attempted_at, accepted_at, delivered_at, created_at)
        SELECT gen_random_uuid(), c.case_id, 'page', 0, 0, 0, 'osei', 'sms', 1, 'delivered', 60,
               c.opened_at, c.opened_at, c.opened_at, c.opened_at
        FROM cases c WHERE c.contact_id LIKE 'filled-%' AND split_part(c.contact_id, '-', 2)::int > {before}
    """
    yield f"""
        INSERT INTO case_events (case_id, kind, clinician, detail)
        SELECT c.case_id, 'opened', NULL, 'soon' FROM cases c
        WHERE c.contact_id LIKE 'filled-%' AND split_part(c.contact_id, '-', 2)::int > {before}
    """
