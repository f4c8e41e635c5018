"""One supervisor at a time for a directory."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from simulator.machine.ports import StackFault
from simulator.machine.watch import Watch

_POLL_SECONDS = 0.02
_PATIENCE_SECONDS = 3.0


class DirectoryLock:
    """Keeps a directory, made when there is none, to one supervisor and the processes that work in it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock: int | None = None
        self._watch: Watch | None = None

    def open(self) -> Watch:
        """Take the directory; `StackFault` when another supervisor has it.

        When that one was killed, it waits a moment: its watch keeps the lock until its processes have ended.
        """
        self.close()
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self._directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StackFault(f"{self._directory} cannot be used: {error.strerror}") from error
        try:
            self._acquire(self._lock)
            self._watch = Watch(self._lock)
        except BaseException:
            self.close()
            raise
        return self._watch

    def close(self) -> None:
        """Give the directory back; does nothing when it is not held."""
        if self._watch is not None:
            self._watch.close()
        if self._lock is not None:
            os.close(self._lock)
        self._watch = self._lock = None

    def _acquire(self, lock: int) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not _locked(lock):
            holder = os.pread(lock, 20, 0).decode(errors="replace")
            if _runs(holder) or time.monotonic() > deadline:
                raise StackFault(f"{self._directory} is in use by another stack (process {holder})")
            time.sleep(_POLL_SECONDS)
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _runs(pid: str) -> bool:
    """Whether it is known to run: a process that was killed but not yet waited for does not."""
    try:
        state = Path("/proc", pid, "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state != "Z"
