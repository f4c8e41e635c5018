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

        It waits a moment first: when a supervisor was killed, its watch keeps the lock until the last of its
        processes has ended.
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
            if time.monotonic() > deadline:
                raise StackFault(f"{self._directory} is in use by another stack ({_holder(lock)})")
            time.sleep(_POLL_SECONDS)
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(lock: int) -> str:
    return f"process {os.pread(lock, 20, 0).decode(errors='replace')}"
