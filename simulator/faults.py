"""What the carrier can be told to do wrong, and to whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from threading import Lock
from typing import Any

EVERY_PHONE = "*"


class Kind(StrEnum):
    """The menu. One of each group may be chosen together; callback faults also with one another."""

    REJECT = "reject"
    RATE_LIMIT_429 = "rate_limit_429"
    ERROR_500_BEFORE_ACCEPTING = "error_500_before_accepting"
    ERROR_500_AFTER_ACCEPTING = "error_500_after_accepting"
    ACCEPT_THEN_DROP = "accept_then_drop"
    HOLD_BEFORE_ACCEPT = "hold_before_accept"
    ACCEPT_THEN_HOLD = "accept_then_hold"
    DELAY = "delay"
    CALLBACK_BEFORE_RESPONSE = "callback_before_response"

    WAIT_IN_QUEUE = "wait_in_queue"
    UNDELIVERED = "undelivered"
    FAILED = "failed"

    NO_CALLBACK = "no_callback"
    DUPLICATE_CALLBACKS = "duplicate_callbacks"
    REORDERED_CALLBACKS = "reordered_callbacks"
    BAD_SIGNATURE = "bad_signature"
    UNSIGNED_CALLBACK = "unsigned_callback"
    EXTRA_PARAMETERS = "extra_parameters"
    REPEATED_PARAMETERS = "repeated_parameters"


FATES = frozenset({Kind.WAIT_IN_QUEUE, Kind.UNDELIVERED, Kind.FAILED})
CALLBACKS = frozenset(
    {
        Kind.NO_CALLBACK,
        Kind.DUPLICATE_CALLBACKS,
        Kind.REORDERED_CALLBACKS,
        Kind.BAD_SIGNATURE,
        Kind.UNSIGNED_CALLBACK,
        Kind.EXTRA_PARAMETERS,
        Kind.REPEATED_PARAMETERS,
    }
)
ANSWERS = frozenset(Kind) - FATES - CALLBACKS
_NEED_CODE = frozenset({Kind.REJECT, Kind.UNDELIVERED, Kind.FAILED})
_NEED_SECONDS = frozenset({Kind.DELAY, Kind.WAIT_IN_QUEUE})


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to do wrong. Raises `ValueError` when what its kind needs is missing or anything is over."""

    kind: Kind
    code: int | None = None
    http_status: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        given = (self.code is not None, self.http_status is not None, self.seconds is not None)
        needed = (self.kind in _NEED_CODE, self.kind is Kind.REJECT, self.kind in _NEED_SECONDS)
        if given != needed:
            raise ValueError(f"{self.kind}: code, http_status, seconds are needed as {needed}, not {given}")
        if self.seconds is not None and not 0 <= self.seconds < float("inf"):
            raise ValueError(f"{self.kind}: seconds must be a time to come")


def reject(code: int, http_status: int = 400) -> Fault:
    """Refuse with this Twilio code and HTTP status; nothing is recorded."""
    return Fault(Kind.REJECT, code=code, http_status=http_status)


def delay(seconds: float) -> Fault:
    """Accept and deliver at once, answer after so many seconds."""
    return Fault(Kind.DELAY, seconds=seconds)


def wait_in_queue(seconds: float) -> Fault:
    """Accept, and keep it queued for so many seconds, or until its validity runs out (failed, 30036)."""
    return Fault(Kind.WAIT_IN_QUEUE, seconds=seconds)


def undelivered(code: int) -> Fault:
    """Accept and send, then report undelivered with this code; the phone never has it."""
    return Fault(Kind.UNDELIVERED, code=code)


def failed(code: int) -> Fault:
    """Accept, then report failed with this code; it is never sent."""
    return Fault(Kind.FAILED, code=code)


@dataclass(frozen=True, slots=True)
class Script:
    """All that goes wrong with one create. Raises `ValueError` when two of them exclude each other."""

    faults: tuple[Fault, ...] = ()

    def __post_init__(self) -> None:
        for group in (ANSWERS, FATES):
            kinds = [fault.kind for fault in self.faults if fault.kind in group]
            if len(kinds) > 1:
                raise ValueError(f"{' and '.join(kinds)} cannot happen to the same message")

    def find(self, kinds: Iterable[Kind]) -> Fault | None:
        """The first fault that is of one of these kinds."""
        wanted = frozenset(kinds)
        return next((fault for fault in self.faults if fault.kind in wanted), None)

    def has(self, kind: Kind) -> bool:
        """Whether this kind is in it."""
        return self.find([kind]) is not None

    def to_json(self) -> list[dict[str, Any]]:
        """The faults as the control API takes them."""
        return [asdict(fault) for fault in self.faults]


def read_script(faults: Iterable[Mapping[str, Any]]) -> Script:
    """The reverse of `Script.to_json`. Raises `ValueError` or `TypeError` for anything else."""
    return Script(tuple(Fault(**{**fault, "kind": Kind(fault["kind"])}) for fault in faults))


@dataclass(slots=True)
class _Entry:
    script: Script
    left: int


@dataclass(frozen=True, slots=True)
class Mishap:
    """A script that was counted, as it was used: on which phone's create, and when."""

    phone: str
    kinds: tuple[Kind, ...]
    at: datetime


class FaultBook:
    """The scripts in force: a number's own before those for every phone, counted before standing."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._mishaps: list[Mishap] = []
        self._queues: dict[str, list[_Entry]] = {}
        self._standing: dict[str, Script] = {}

    def add(self, phone: str, script: Script, times: int | None) -> None:
        """For the next `times` creates, after those queued before; None: always, in place of the last."""
        with self._lock:
            if times is None:
                self._standing[phone] = script
            elif times > 0:
                self._queues.setdefault(phone, []).append(_Entry(script, times))
            else:
                raise ValueError("times must be above zero")

    def take(self, phone: str) -> Script:
        """What is to go wrong with the create at hand."""
        with self._lock:
            for number in (phone, EVERY_PHONE):
                if queue := self._queues.get(number):
                    script = self._use(queue)
                    kinds = tuple(fault.kind for fault in script.faults)
                    self._mishaps.append(Mishap(phone, kinds, datetime.now(UTC)))
                    return script
                if number in self._standing:
                    return self._standing[number]
        return Script()

    @staticmethod
    def _use(queue: list[_Entry]) -> Script:
        first = queue[0]
        first.left -= 1
        if not first.left:
            queue.pop(0)
        return first.script

    def mishaps(self) -> tuple[Mishap, ...]:
        """Every counted script that was used, in order."""
        with self._lock:
            return tuple(self._mishaps)

    def reset(self) -> None:
        """The carrier behaves again."""
        with self._lock:
            self._mishaps.clear()
            self._queues.clear()
            self._standing.clear()
