"""What a run says: a table of what was done, every duplicate with its reason, and one last line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from simulator.chaos.compare import Duplicate, Verdict
from simulator.chaos.ledgers import Injected, Ledgers


@dataclass(frozen=True, slots=True)
class Run:
    """One run: what was planned, what was found, and how long it took, in seconds."""

    seed: int
    planned: int
    seconds: float
    ledgers: Ledgers
    verdict: Verdict
    statuses: Counter[str]


def in_words(run: Run) -> Iterator[str]:
    """The report; its last line is the one that is compared."""
    ledgers, verdict = run.ledgers, run.verdict
    yield f"{run.planned} faults planned, {len(ledgers.injected)} came about, in {run.seconds:.0f} s:"
    for what, count in sorted(Counter(_kind(fault) for fault in ledgers.injected).items()):
        yield f"  {count:5}  {what}"
    pages = sum(1 for case in ledgers.accepted if case.must_page)
    yield f"{len(ledgers.accepted)} requests accepted, {pages} of which must page; {len(ledgers.cases)} cases"
    yield f"{len(ledgers.received)} messages and calls on phones, {len(ledgers.replies)} replies answered"
    yield "what the API answered: " + ", ".join(f"{what} {n}" for what, n in run.statuses.most_common())
    yield f"from accepted to the first page on a phone: {_spread(verdict.waits)}"
    yield from _section("duplicates", map(_duplicate, verdict.duplicates))
    yield from _section("LOST", verdict.lost)
    yield from _section("UNEXPLAINED", verdict.unexplained)
    yield last_line(run)


def last_line(run: Run) -> str:
    """What a reader, and a test, looks at first."""
    verdict = run.verdict
    slowest = verdict.waits[-1] if verdict.waits else 0.0
    return (
        f"faults {run.planned} lost {len(verdict.lost)} duplicated {verdict.duplicated} "
        f"unexplained {len(verdict.unexplained)} slowest {slowest:.1f} s seed {run.seed}"
    )


def _kind(fault: Injected) -> str:
    return fault.what.partition(" (")[0].partition(", byte")[0]


def _spread(waits: tuple[float, ...]) -> str:
    if not waits:
        return "none was due"
    shown = ((0.5, "p50"), (0.9, "p90"), (0.99, "p99"))
    marks = [f"{name} {waits[min(len(waits) - 1, int(share * len(waits)))]:.1f} s" for share, name in shown]
    return ", ".join([*marks, f"slowest {waits[-1]:.1f} s"])


def _duplicate(duplicate: Duplicate) -> str:
    place = duplicate.place
    return (
        f"{duplicate.code} to {place.clinician} by {place.channel}, {duplicate.times} times: "
        f"fault {duplicate.fault.number}, {duplicate.fault.what}"
    )


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    listed = list(lines)
    if listed:
        yield f"{title}:"
        yield from (f"  {line}" for line in listed)
