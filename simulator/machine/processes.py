"""Processes that are started, made ready, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from simulator.machine.ports import StackFault
from simulator.machine.watch import Watch, signal_session

_POLL_SECONDS = 0.02
_PATIENCE_SECONDS = 10.0
_TAIL_LINES = 12
_WHOLE_SESSION = {signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT}


class Process:
    """One program in its own session, writing to its own log file.

    `ready` says whether it serves; it may raise `OSError` while it does not.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log_file: Path,
        watch: Watch,
        environment: Mapping[str, str],
        directory: Path = Path("/"),
        ready: Callable[[], bool] = lambda: True,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self.log_file = log_file
        self._command = tuple(command)
        self._environment = environment
        self._directory = directory
        self._ready = ready
        self._stop_signal = stop_signal
        self._watch = watch
        self._log_start = 0
        self._running: subprocess.Popen[bytes] | None = None
        self.status: int | None = None

    @property
    def pid(self) -> int:
        """The process id; `StackFault` when it does not run."""
        if self._running is None:
            raise StackFault(f"{self.name} is not running")
        return self._running.pid

    @property
    def running(self) -> bool:
        """Whether it runs; the first look after its end also ends whatever it left in its session."""
        if self._running is not None and self._running.poll() is not None:
            self._bury(self._running)
        return self._running is not None

    def start(self) -> None:
        """Start it and wait until it serves; `StackFault`, with the end of its log, when it does not."""
        self.launch()
        self.await_ready()

    def launch(self, more: Mapping[str, str] | None = None) -> None:
        """Start it, without waiting until it serves; `more` goes before its environment, this once."""
        if self.running:
            raise StackFault(f"{self.name} is already running")
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        with _appending(self.log_file) as log, undisturbed():
            self._log_start = os.fstat(log).st_size
            try:
                self._running = self._spawn(log, {**self._environment, **(more or {})})
            except (OSError, subprocess.SubprocessError) as error:
                raise StackFault(f"{self.name} cannot be started: {error}") from error
            self._watch.add(self._running.pid)

    def await_ready(self, seconds: float = 30) -> None:
        """Wait until it serves; `StackFault`, with the end of its log, when it ends or takes too long."""
        deadline = time.monotonic() + seconds
        while not self._serves():
            if not self.running:
                raise StackFault(f"{self.name} ended with status {self.status}; its log ends\n{self.tail()}")
            if time.monotonic() > deadline:
                raise StackFault(f"{self.name} was not ready in {seconds:g} s; its log ends\n{self.tail()}")
            time.sleep(_POLL_SECONDS)

    def stop(self, patience: float = _PATIENCE_SECONDS) -> None:
        """Ask it to end, and kill its session when it has not within `patience` seconds."""
        if not self.running:
            return
        signal_session(self.pid, signal.SIGCONT)  # one that was paused could not hear
        self.kill(self._stop_signal)
        if not self.ends(patience):
            self.kill(signal.SIGKILL)

    def kill(self, number: signal.Signals) -> None:
        """Send a signal: to the process alone, as a container runtime does, but KILL, STOP and CONT to its
        whole session, as when its machine dies or stands still. After KILL, it has ended."""
        if number in _WHOLE_SESSION:
            signal_session(self.pid, number)
        else:
            os.kill(self.pid, number)
        if number is signal.SIGKILL and not self.ends(_PATIENCE_SECONDS):
            raise StackFault(f"{self.name} (process {self.pid}) cannot be killed")

    def ends(self, seconds: float) -> bool:
        """Whether it ends within that time."""
        deadline = time.monotonic() + seconds
        while self.running and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        return not self.running

    def log(self) -> str:
        """All that it has written, from every start."""
        return self.log_file.read_text(encoding="utf-8", errors="replace") if self.log_file.exists() else ""

    def written(self) -> str:
        """All that it has written since it was last started."""
        return self.log_file.read_bytes()[self._log_start :].decode(errors="replace")

    def tail(self) -> str:
        """The end of it."""
        return "\n".join(f"  {line}" for line in self.written().splitlines()[-_TAIL_LINES:])

    def _spawn(self, log: int, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=self._directory,
            env=dict(environment),
            start_new_session=True,
        )

    def _serves(self) -> bool:
        try:
            return self.running and self._ready()
        except OSError:
            return False

    def _bury(self, ended: subprocess.Popen[bytes]) -> None:
        signal_session(ended.pid, signal.SIGKILL)
        self._watch.drop(ended.pid)
        self.status = ended.returncode
        self._running = None


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold interruptions back for the block, so that no process is started and then forgotten."""
    if threading.current_thread() is not threading.main_thread():  # only the main thread is interrupted
        yield
        return
    held: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [(number, signal.signal(number, lambda number, _: held.append(number))) for number in numbers]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
        for missed in dict.fromkeys(held):
            signal.raise_signal(missed)


@contextmanager
def _appending(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
