"""A small house for the tests of its supervisor: both servers and a process that starts others.

`python -m tests.simulator.machine.house HOME` runs it until a signal ends it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from simulator.machine.processes import Process
from simulator.machine.supervisor import Supervisor
from simulator.machine.watch import Watch
from simulator.servers import EmbeddedPostgres, EmbeddedRedis

# Like rq's worker: the child that does the work leaves the process group of its parent.
PARENT = """
import os, sys, time
if os.fork() == 0:
    os.setpgid(0, 0)
    print("child works", flush=True)
time.sleep(600)
"""


class House(Supervisor):
    """PostgreSQL, Redis and a parent with a child."""

    def _boot(self, watch: Watch) -> None:
        for server in (EmbeddedPostgres(self.home / "postgres"), EmbeddedRedis(self.home / "redis")):
            self._enter(server)
            server.start()
        self._start_together([parent(self.home, watch)])


def parent(home: Path, watch: Watch) -> Process:
    log_file = home / "log" / "parent.log"
    return python(
        "parent", PARENT, home, watch, lambda: log_file.exists() and "child works" in log_file.read_text()
    )


def python(
    name: str, code: str, home: Path, watch: Watch, ready: Callable[[], bool] = lambda: True
) -> Process:
    """A process that runs `code`; `home` stands on its command line, for `living` to find it by."""
    return Process(
        name,
        (sys.executable, "-S", "-c", code, str(home)),
        log_file=home / "log" / f"{name}.log",
        watch=watch,
        environment=dict(os.environ),
        ready=ready,
    )


def living(home: Path) -> list[int]:
    """All processes that work in `home` or have it on their command line."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            places = (entry / "cmdline").read_bytes() + os.fsencode((entry / "cwd").readlink())
            if os.fsencode(home) in places:
                found.append(int(entry.name))
    return found


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until it holds, and fail when it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


if __name__ == "__main__":
    with House(Path(sys.argv[1])) as house:
        print("ready", flush=True)  # noqa: T201 - the test waits for it
        house.attend()
