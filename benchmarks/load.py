"""`make load`: a running service under a set rate of a clinic's requests; prints how fast they were answered.

The rate is kept whatever the service does: a request is sent when it is due, not when the last one was
answered, and its time runs from when it was due. A service that falls behind shows so, and does not slow its
own test.
"""

from __future__ import annotations

import argparse
import http.client
import ipaddress
import json
import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from random import Random
from urllib.parse import SplitResult, urlsplit

from benchmarks.client import Measured
from benchmarks.mixture import SHARES, Call, Mixture

_MOST_CLIENTS = 64
_PATIENCE = 30  # seconds for one answer
_REFUSED = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
_NO_ANSWER = 0
_KEY_NEEDED = "KEY must be a key with contacts:write, assessments:read and cases:read; `make run` prints one"
_FAR_AWAY = "is not this machine, and whoever is on call there is paged: ANYWHERE=1 if that is what you want"


@dataclass(slots=True)
class Run:
    """One run: so many requests a second for so many seconds. `measured` is by kind of request."""

    address: SplitResult
    key: str = field(repr=False)
    rate: float
    seconds: float
    mixture: Mixture
    measured: dict[str, Measured] = field(default_factory=dict)
    _sent: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> Mapping[str, Measured]:
        """Send everything, and wait for the last answer."""
        self.measured = defaultdict(lambda: Measured(self.seconds))
        began = time.perf_counter()
        clients = min(_MOST_CLIENTS, max(4, round(self.rate)))
        with ThreadPoolExecutor(clients) as pool:
            for client in [pool.submit(self._send, began) for _ in range(clients)]:
                client.result()
        return self.measured

    def _send(self, began: float) -> None:
        """One client: sends whatever is due next, until nothing is."""
        connection = self._connect()
        while (drawn := self._next(began)) is not None:
            due, call = drawn
            time.sleep(max(0.0, due - time.perf_counter()))
            status = self._ask(connection, call)
            with self._lock:
                if status in range(200, 300):
                    self.mixture.took_in(call)
                self.measured[call.kind].times.append(time.perf_counter() - due)
                self.measured[call.kind].statuses[status] += 1
        connection.close()

    def _next(self, began: float) -> tuple[float, Call] | None:
        """When the next request is due and what it is; None when the time is over."""
        with self._lock:
            after = self._sent / self.rate
            if after >= self.seconds:
                return None
            self._sent += 1
            return began + after, self.mixture.draw()

    def _ask(self, connection: http.client.HTTPConnection, call: Call) -> int:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        body = None if call.body is None else json.dumps(call.body)
        try:
            connection.request(call.method, call.path, body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            return _NO_ANSWER
        return answer.status

    def _connect(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self.address.scheme == "https" else http.client.HTTPConnection
        return kind(self.address.hostname or "", self.address.port, timeout=_PATIENCE)


def table(measured: Mapping[str, Measured]) -> list[str]:
    """A line for each kind and one for all, to be read in a terminal."""
    all_of_it = Measured(next(iter(measured.values())).seconds)
    for each in measured.values():
        all_of_it.times += each.times
        all_of_it.statuses += each.statuses
    head = f"{'':22}{'sent':>7}{'2xx/s':>8}{'p50':>10}{'p99':>10}{'refused':>9}{'errors':>8}"
    rows = [(kind, measured[kind]) for kind in SHARES if kind in measured]
    return [head, *(_row(kind, each) for kind, each in (*rows, ("all", all_of_it)))]


def errors(measured: Mapping[str, Measured]) -> int:
    """Requests that had no answer, or one that is neither a success nor a call to come back later."""
    return sum(_errors(each) for each in measured.values())


def _row(kind: str, measured: Measured) -> str:
    refused = sum(measured.statuses[status] for status in _REFUSED)
    times = f"{measured.share(0.5):>7.1f} ms{measured.share(0.99):>7.1f} ms"
    return f"{kind:22}{len(measured.times):>7}{measured.rate:>8.1f}{times}{refused:>9}{_errors(measured):>8}"


def _errors(measured: Measured) -> int:
    return sum(
        count
        for status, count in measured.statuses.items()
        if status not in range(200, 300) and status not in _REFUSED
    )


def main() -> int:
    """Exit status 0 when there was no error, 1 when there was, 2 when it was not begun."""
    parser = argparse.ArgumentParser(prog="make load", description=__doc__)
    parser.add_argument("--url", required=True, help="where the service is, without a path")
    parser.add_argument("--rate", type=_positive, default=20.0, help="requests a second")
    parser.add_argument("--seconds", type=_positive, default=30.0)
    arguments = parser.parse_args()
    address, key = urlsplit(arguments.url), os.environ.get("KEY", "")
    refused = _why_not(address, key, anywhere=os.environ.get("ANYWHERE", "") == "1")
    if refused:
        print(refused, file=sys.stderr)
        return 2
    mixture = Mixture(Random())  # noqa: S311 - no secret
    measured = Run(address, key, arguments.rate, arguments.seconds, mixture)()
    print(*table(measured), sep="\n")
    return 1 if errors(measured) else 0


def _positive(given: str) -> float:
    number = float(given)
    if not 0 < number < float("inf"):
        raise ValueError(given)
    return number


def _why_not(address: SplitResult, key: str, *, anywhere: bool) -> str:
    """Why nothing is to be sent there; empty when it may be."""
    if not key:
        return _KEY_NEEDED
    if address.scheme not in {"http", "https"} or not address.hostname:
        return "URL must be http://host:port or https://host:port"
    return "" if anywhere or _is_here(address.hostname) else f"{address.hostname} {_FAR_AWAY}"


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


if __name__ == "__main__":
    sys.exit(main())
