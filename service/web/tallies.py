"""What only the API's own processes can count: requests, first contacts as they come, and how long reading
took."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram, values
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # as prometheus_client asks for it
_SCORING = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0)
_REQUESTS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}


def share_tallies(folder: Path) -> None:
    """Let every process count in files of its own in `folder`, so that each can tell what all have counted.
    To be called before anything counts, and before the processes are forked."""
    os.environ[_FOLDER] = str(folder)
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]


class Tallies:
    """Counts since the API's start. `goldenhour_` goes before each name."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._received = Counter(
            "goldenhour_received_first_contacts",
            "First contacts that were stored, by the urgency that they had then.",
            ["urgency"],
            registry=self._registry,
        )
        self._scoring = Histogram(
            "goldenhour_scoring_seconds",
            "How long one assessment took.",
            buckets=_SCORING,
            registry=self._registry,
        )
        self._answered = Counter(
            "goldenhour_http_requests",
            "Requests, by how they were answered.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._requests = Histogram(
            "goldenhour_http_request_seconds",
            "How long a request took.",
            ["method", "route"],
            buckets=_REQUESTS,
            registry=self._registry,
        )

    def received(self, urgency: str) -> None:
        """A first contact has been stored."""
        self._received.labels(urgency).inc()

    def scored(self, seconds: float) -> None:
        """An assessment has been made."""
        self._scoring.observe(seconds)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request has been answered. `route` is its pattern, which holds no id."""
        known = method if method in _METHODS else "other"
        self._answered.labels(known, route, str(status)).inc()
        self._requests.labels(known, route).observe(seconds)

    def collect(self) -> Iterable[Metric]:
        """What all processes of this API have counted."""
        if values.ValueClass._multiprocess:  # noqa: SLF001 - the library tells it nowhere else
            return MultiProcessCollector(None).collect()  # type: ignore[no-untyped-call, no-any-return]
        return self._registry.collect()
