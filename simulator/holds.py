"""Requests that the carrier keeps waiting."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from threading import Event, Lock

from simulator.faults import EVERY_PHONE, Kind

_LOOK_SECONDS = 0.02


class Outcome(StrEnum):
    """How a hold ended."""

    RELEASED = "released"
    GONE = "gone"


@dataclass(slots=True, eq=False)
class Hold:
    """One request held, and the phone that it is for."""

    phone: str
    kind: Kind
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended: Event = field(default_factory=Event)
    outcome: Outcome = Outcome.GONE


class Holds:
    """The outstanding holds."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._holds: list[Hold] = []

    def outstanding(self) -> tuple[Hold, ...]:
        """Those neither released nor given up by their client."""
        with self._lock:
            return tuple(self._holds)

    def wait(self, phone: str, kind: Kind, client_is_gone: Callable[[], bool]) -> Outcome:
        """Hold until released, or until the client went away."""
        hold = Hold(phone, kind)
        with self._lock:
            self._holds.append(hold)
        while not hold.ended.wait(_LOOK_SECONDS):
            if client_is_gone():
                break
        with self._lock:
            if hold in self._holds:
                self._holds.remove(hold)
            return hold.outcome

    def end(self, phone: str, outcome: Outcome) -> int:
        """End those of a phone, or of every phone; how many there were."""
        with self._lock:
            ended = [hold for hold in self._holds if phone in {hold.phone, EVERY_PHONE}]
            for hold in ended:
                self._holds.remove(hold)
                hold.outcome = outcome
                hold.ended.set()
            return len(ended)


def is_gone(connection: socket.socket) -> bool:
    """Whether the other side has closed, without taking anything from the stream."""
    try:
        return not connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True
