"""Ends the processes of a supervisor that was itself killed.

As a program it reads `+PID` and `-PID` lines, the processes that its supervisor started and saw end, and
when the supervisor is gone, and with it the other end of the pipe, kills what is left. It needs nothing but
the standard library, so that it starts at once.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path


def signal_session(leader: int, number: int) -> None:
    """Send a signal to every process of the session that `leader` leads, whatever group it has moved to."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)
    told: set[int] = set()
    while found := set(_session(leader)) - told:  # again, for what was forked meanwhile
        for pid in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        told |= found


def _session(leader: int) -> Iterator[int]:
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(ProcessLookupError, PermissionError):
            if os.getsid(int(entry.name)) == leader:
                yield int(entry.name)


class Watch:
    """Holds `lock`, an open and locked file, until every process added and not dropped has ended.

    The lock outlives the supervisor by as long as its processes do, so that a successor waits for them.
    """

    def __init__(self, lock: int) -> None:
        self._program = subprocess.Popen(
            (sys.executable, "-I", "-S", __file__),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=(lock,),
            start_new_session=True,
            cwd="/",
            text=True,
        )

    def add(self, leader: int) -> None:
        """Watch the session of a process that was just started."""
        self._tell(f"+{leader}\n")

    def drop(self, leader: int) -> None:
        """Forget a process that was seen to end, before its number is given to another."""
        self._tell(f"-{leader}\n")

    def close(self) -> None:
        """End what is still watched, and the watch."""
        self._program.communicate()

    def _tell(self, line: str) -> None:
        assert self._program.stdin is not None  # noqa: S101 - it was started with a pipe
        # It was closed, or somebody killed it: then the supervisor still ends its own.
        with suppress(BrokenPipeError, ValueError):
            self._program.stdin.write(line)
            self._program.stdin.flush()


def main(lines: Iterable[str]) -> None:
    """Follow the supervisor until it is gone, then kill the sessions that it left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    left: set[int] = set()
    for line in lines:
        if line.startswith("+"):
            left.add(int(line))
        else:
            left.discard(-int(line))
    for leader in left:
        signal_session(leader, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.stdin)
