"""Processes that are started together, attended, and ended together, whatever happens to their supervisor."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from simulator.machine.embedded import EmbeddedServer
from simulator.machine.lock import DirectoryLock
from simulator.machine.ports import StackFault
from simulator.machine.processes import Process, undisturbed
from simulator.machine.watch import Watch

_ATTEND_SECONDS = 0.5


class Supervisor:
    """Runs processes in a `with`, by name; `home` keeps what they write, and one supervisor at a time has it.

    Whoever derives from it says in `_boot` what is started. When that fails, when the block ends and when
    a signal ends it, all are stopped in reverse order; when the supervisor is killed, they are killed too.
    """

    def __init__(self, home: Path) -> None:
        self.home = home.absolute()
        self._members: dict[str, Process | EmbeddedServer] = {}
        self._exits = ExitStack()

    def __enter__(self) -> Self:
        try:
            self._exits.enter_context(_ended_by_signals())
            lock = DirectoryLock(self.home)
            watch = lock.open()
            self._exits.callback(lock.close)
            self._boot(watch)
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def start(self, name: str) -> None:
        """Start a process that has ended, and wait until it is ready."""
        self._member(name).start()

    def launch(self, name: str, more: Mapping[str, str] | None = None) -> None:
        """Start one of our own processes that has ended, without waiting until it is ready."""
        member = self._member(name)
        if not isinstance(member, Process):
            raise StackFault(f"{name} is a server, which is started and waited for")
        member.launch(more)

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a process a signal; KILL, STOP and CONT reach all that it has started too."""
        self._member(name).kill(number)

    def restart(self, name: str) -> None:
        """End a process in good order, start it again, and wait until it is ready."""
        self._member(name).stop()
        self._member(name).start()

    def pid(self, name: str) -> int:
        """The id of a process; `StackFault` when it does not run."""
        return self._member(name).pid

    def log(self, name: str) -> str:
        """All that a process has written in this home."""
        return self._member(name).log()

    def ended(self) -> list[str]:
        """The names of the processes that do not run."""
        return [name for name, member in self._members.items() if not member.running]

    def attend(self) -> NoReturn:
        """Start again whatever ends, as an orchestrator would, until interrupted."""
        while True:
            for name in self.ended():
                print(f"{name} has ended and is started again; see {self._log_file(name)}", flush=True)
                self.start(name)
            time.sleep(_ATTEND_SECONDS)

    def _boot(self, watch: Watch) -> None:
        raise NotImplementedError

    def _start_together(self, processes: list[Process]) -> None:
        for process in processes:
            self._enter(process)
            process.launch()
        for process in processes:
            process.await_ready()

    def _enter(self, member: Process | EmbeddedServer) -> None:
        self._members[member.name] = member
        self._exits.callback(member.stop)

    def _close(self) -> None:
        with undisturbed():
            self._exits.close()

    def _member(self, name: str) -> Process | EmbeddedServer:
        if name not in self._members:
            raise StackFault(f"there is no process {name} in this stack, only {', '.join(self._members)}")
        return self._members[name]

    def _log_file(self, name: str) -> Path:
        return self.home / "log" / f"{name}.log"


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the block as an exception, so that it ends in good order."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # started by nohup
            signal.signal(number, _exit)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _exit(number: int, _: object) -> NoReturn:
    sys.exit(128 + number)
