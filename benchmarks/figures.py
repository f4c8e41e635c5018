"""What is drawn of the performance, kept between its measurement and a library that only the plots need."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from benchmarks.client import Measured
from benchmarks.sweeps import Sweeps
from benchmarks.throughput import Throughput
from service.settings import REPOSITORY

PAGE = REPOSITORY / "docs" / "reference" / "performance.md"
_KEPT = REPOSITORY / "build" / "performance.json"
_DRAWN = 500


def keep(taken: Throughput, swept: Sweeps) -> None:
    """Write down what will be drawn."""
    figures = {
        "times": {"bare route": _thinned(taken.bare), "first contact": _thinned(taken.ours)},
        "stored": swept.stored,
        "sweeps": {name.strip("`"): times for name, times in swept.milliseconds.items()},
    }
    _KEPT.parent.mkdir(exist_ok=True)
    _KEPT.write_text(json.dumps(figures), encoding="utf-8")


def kept() -> dict[str, Any]:
    """What `keep` wrote. `OSError` when nothing was measured."""
    figures: dict[str, Any] = json.loads(_KEPT.read_text(encoding="utf-8"))
    return figures


def _thinned(rounds: Sequence[Measured]) -> list[float]:
    """So many of all times, equally far apart in their order, in milliseconds."""
    ordered = sorted(1000 * each for measured in rounds for each in measured.times)
    return [ordered[place * (len(ordered) - 1) // _DRAWN] for place in range(_DRAWN + 1)]
