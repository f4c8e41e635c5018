"""Does each fault to the running house, undoes it in its time, and starts again whatever has ended."""

from __future__ import annotations

import heapq
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from simulator.chaos.ledgers import Injected
from simulator.chaos.plan import AMBIGUOUS, PROCESSES, Kind, Planned
from simulator.chaos.wire import Cut, Wire
from simulator.faults import Fault, delay, undelivered, wait_in_queue
from simulator.faults import Kind as Carriers
from simulator.machine.ports import StackFault
from simulator.stack import Stack

_CLOCK = str(Path(__file__).parent / "clock")
_LOOK = 0.03  # seconds
_CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND usename = current_user
"""
_OUT_OF_REACH = 30003  # Twilio: the handset is off
_TO_THE_CARRIER: dict[Kind, Fault] = {
    Kind.DROP: Fault(Carriers.ACCEPT_THEN_DROP),
    Kind.SLOW: delay(4.5),
    Kind.RATE_LIMIT: Fault(Carriers.RATE_LIMIT_429),
    Kind.ERROR_BEFORE: Fault(Carriers.ERROR_500_BEFORE_ACCEPTING),
    Kind.ERROR_AFTER: Fault(Carriers.ERROR_500_AFTER_ACCEPTING),
    Kind.UNDELIVERED: undelivered(_OUT_OF_REACH),
    Kind.NO_CALLBACK: Fault(Carriers.NO_CALLBACK),
    Kind.LATE_CALLBACK: wait_in_queue(3),
    Kind.DUPLICATE_CALLBACKS: Fault(Carriers.DUPLICATE_CALLBACKS),
    Kind.REORDERED_CALLBACKS: Fault(Carriers.REORDERED_CALLBACKS),
}


@dataclass(slots=True)
class Injector:
    """`done` tells what was done to processes and servers; the carrier and the wire tell their own."""

    stack: Stack
    wire: Wire
    engine: Engine
    done: list[Injected] = field(default_factory=list)
    carrier_faults: list[Planned] = field(default_factory=list)
    _undo: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _held_down: set[str] = field(default_factory=set)
    _frozen: set[str] = field(default_factory=set)
    _next_launch: dict[str, dict[str, str]] = field(default_factory=dict)

    def inject(self, planned: Planned) -> None:
        """Wait for the fault's turn, then do it."""
        self.attend(planned.pause)
        if planned.kind in _TO_THE_CARRIER:
            self.stack.carrier.phone("*").fail_next(_TO_THE_CARRIER[planned.kind])
            self.carrier_faults.append(planned)
        elif planned.kind in {Kind.CUT_REQUEST, Kind.CUT_ANSWER}:
            self.wire.cut_next(Cut(planned.number, planned.kind is Kind.CUT_ANSWER, planned.offset))
        else:
            began = datetime.now(UTC)
            lasts = self._do(planned)
            until = datetime.now(UTC) + timedelta(seconds=lasts)
            what = f"{planned.kind} ({planned.target})"
            self.done.append(Injected(planned.number, what, began, until, planned.kind in AMBIGUOUS))

    def attend(self, seconds: float) -> None:
        """Let time pass: undo what is due, and start again what has ended."""
        deadline = time.monotonic() + seconds
        while True:
            while self._undo and self._undo[0][0] <= time.monotonic():
                heapq.heappop(self._undo)[2]()
            for name in self.stack.ended():
                if name not in self._held_down:
                    self._start(name)
            left = deadline - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(_LOOK, left))

    def calm(self) -> None:
        """Undo all that is not undone yet."""
        while self._undo:
            heapq.heappop(self._undo)[2]()
        self.attend(0.1)

    def _start(self, name: str) -> None:
        if name in PROCESSES:
            self.stack.launch(name, self._next_launch.pop(name, None))
        else:
            self.stack.start(name)

    def _later(self, seconds: float, undo: Callable[[], None]) -> None:
        heapq.heappush(self._undo, (time.monotonic() + seconds, len(self.done), undo))

    def _do(self, planned: Planned) -> float:
        """Do it; for how many seconds more it lasts."""
        match planned.kind:
            case Kind.KILL | Kind.TERMINATE:
                self._signal(planned)
            case Kind.FREEZE:
                self._freeze(planned)
                return planned.lasts
            case Kind.KILL_WORK_HORSE | Kind.KILL_API_WORKER:
                self._kill_child(planned.target)
            case Kind.SKEW_CLOCK:
                shifted = {"PYTHONPATH": _CLOCK, "CHAOS_CLOCK_SHIFT": str(planned.shift)}
                self._next_launch[planned.target] = shifted
                self._end(planned.target, signal.SIGKILL)
            case _:
                return self._do_to_server(planned)
        return 0.0

    def _do_to_server(self, planned: Planned) -> float:
        match planned.kind:
            case Kind.REDIS_KILL | Kind.POSTGRES_KILL:
                self._end(planned.target, signal.SIGKILL)
                self._held_down.add(planned.target)
                self._later(planned.lasts, lambda: self._held_down.discard(planned.target))
                return planned.lasts
            case Kind.REDIS_RESTART | Kind.POSTGRES_RESTART:
                if planned.target not in self.stack.ended():
                    self.stack.restart(planned.target)
            case Kind.REDIS_FLUSH:
                if self.stack.redis is not None and self.stack.redis.running:
                    self.stack.redis.flush()
            case _:
                self._cut_connections()
        return 0.0

    def _signal(self, planned: Planned) -> None:
        number = signal.SIGKILL if planned.kind is Kind.KILL else signal.SIGTERM
        self._thaw(planned.target)  # one that stands still hears nothing
        self._end(planned.target, number)

    def _end(self, name: str, number: signal.Signals) -> None:
        with suppress(StackFault, ProcessLookupError):
            self.stack.kill(name, number)

    def _freeze(self, planned: Planned) -> None:
        self._end(planned.target, signal.SIGSTOP)
        self._frozen.add(planned.target)
        self._later(planned.lasts, lambda: self._thaw(planned.target))

    def _thaw(self, name: str) -> None:
        if name in self._frozen:
            self._frozen.discard(name)
            self._end(name, signal.SIGCONT)

    def _kill_child(self, name: str) -> None:
        """A child of the process: the work-horse lives only while it works, so it is waited for a little."""
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            for child in _children(self.stack, name):
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
                return
            time.sleep(0.005)
        self._end(name, signal.SIGKILL)

    def _cut_connections(self) -> None:
        with suppress(SQLAlchemyError), self.engine.connect() as connection:
            connection.execute(text(_CUT))


def _children(stack: Stack, name: str) -> list[int]:
    try:
        pid = stack.pid(name)
        return [
            int(child)
            for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        ]
    except (StackFault, OSError):
        return []
