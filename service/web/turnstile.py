"""How many work at once and how many wait for it; whoever comes beyond that is told at once."""

from __future__ import annotations

from collections import deque
from threading import Event, Lock

_PATIENCE = 2.0  # seconds; whoever has waited so long is better told


class Turnstile:
    """Lets `at_once` work and `waiting` more wait. One for each process.

    A place is handed to whoever has waited longest. A semaphore gives it to whoever comes just then, and some
    wait ten times as long as others.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._free = at_once
        self._waiting = waiting
        self._queue: deque[Event] = deque()
        self._lock = Lock()

    def enter(self, patience: float = _PATIENCE) -> bool:
        """Begin to work, after so many seconds at most. False when there is no room or the time is over: then
        there is nothing to leave."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            if len(self._queue) >= self._waiting:
                return False
            turn = Event()
            self._queue.append(turn)
        return turn.wait(patience) or not self._gave_up(turn)

    def leave(self) -> None:
        """End what `enter` began: the next in the queue has the place."""
        with self._lock:
            if self._queue:
                self._queue.popleft().set()
            else:
                self._free += 1

    def _gave_up(self, turn: Event) -> bool:
        """Whether somebody left the queue; False when their turn came at the last moment."""
        with self._lock:
            if turn.is_set():
                return False
            self._queue.remove(turn)
            return True
