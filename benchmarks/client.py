"""A client that keeps an API busy, and measures what it answers."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(slots=True)
class Measured:
    """Answers by status, and how long each took, in seconds."""

    seconds: float
    times: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Answers of 2xx in a second."""
        return sum(count for status, count in self.statuses.items() if 200 <= status < 300) / self.seconds

    def share(self, of: float) -> float:
        """The time within which this share of all answers came, in milliseconds."""
        ordered = sorted(self.times)
        return 1000 * ordered[min(len(ordered) - 1, int(of * len(ordered)))]


def hammer(
    url: str, make: Callable[[str], object], token: str, seconds: float, clients: int, every: float = 0.0
) -> Measured:
    """Post what `make` gives for each name, from so many clients at once; each at most once in `every`."""
    parts = urlsplit(url)
    measured, lock = Measured(seconds), threading.Lock()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    ends = time.monotonic() + seconds

    def run(client: int) -> None:
        times: list[float] = []
        statuses: Counter[int] = Counter()
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        number, due = 0, time.monotonic()
        while (now := time.monotonic()) < ends:
            if now < due:
                time.sleep(due - now)
            due += every
            body = json.dumps(make(f"{client}-{number}"))
            began = time.perf_counter()
            connection.request("POST", parts.path, body, headers)
            answer = connection.getresponse()
            answer.read()
            times.append(time.perf_counter() - began)
            statuses[answer.status] += 1
            number += 1
        connection.close()
        with lock:
            measured.times += times
            measured.statuses += statuses

    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return measured
