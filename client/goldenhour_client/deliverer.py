"""Delivers what the spool holds, in the order of each contact, until the service has it."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from threading import Event
from typing import Any

from goldenhour_client.spool import Name, Spool
from goldenhour_client.wire import Reply, Verdict

log = logging.getLogger(__name__)

_EVERYTHING = ""  # the lane of all lanes
_FIRST_PAUSE = 0.25  # seconds
_LONGEST_PAUSE = 30.0
_MOST_DOUBLINGS = 10
_LOOK_EVERY = 0.2  # seconds; for what other processes have sent

_random = SystemRandom()


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is not delivered. `oldest` is the age of the oldest in seconds. `why` is the status or the error
    that holds something up, empty when nothing does. `aside` counts what was refused or is broken."""

    count: int
    oldest: float
    why: str
    aside: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that the service does not want, without its words. `problem` is the answer (RFC 9457), and
    `file` is where the message is kept."""

    contact_id: str
    answer_ids: tuple[str, ...]
    event_ids: tuple[str, ...]
    status: int
    problem: Mapping[str, Any]
    file: Path


@dataclass(frozen=True, slots=True)
class _Pause:
    """Until when, by the deliverer's clock, nothing of a lane is sent; after how many failures, and why."""

    until: float
    failures: int
    why: str


class Deliverer:
    """Sends one message after the other. One at work for each spool, in whichever process.

    What the service says of everything, or that it cannot be reached, has everything wait. What may be about
    one message has its contact wait, and all others go on: nothing that fails again and again holds them up.
    """

    def __init__(
        self,
        spool: Spool,
        post: Callable[[str, bytes], Reply],
        on_refused: Callable[[Refused], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._spool = spool
        self._post = post
        self._on_refused = on_refused
        self._clock = clock
        self._pauses: dict[str, _Pause] = {}
        self._stopped = Event()
        self._bell = Event()

    def run(self) -> None:
        """Deliver until `stop`. Whatever goes wrong, it goes on."""
        try:
            while not self._stopped.is_set():
                self._bell.clear()
                self._try_round()
                self._wait()
        finally:
            self._spool.release()

    def ring(self) -> None:
        """Something was sent."""
        self._bell.set()

    def stop(self) -> None:
        """End `run` after the message under way."""
        self._stopped.set()
        self._bell.set()

    def round(self) -> None:
        """Deliver whatever is waiting and has no pause."""
        held: set[str] = set()
        for name in self._spool.waiting():
            if self._stopped.is_set() or self._pauses_now(_EVERYTHING):
                return
            if name.lane not in held and (self._pauses_now(name.lane) or not self._delivered(name)):
                held.add(name.lane)

    def waiting(self) -> Waiting:
        """What is not delivered, by anybody, and what holds it up here."""
        names = self._spool.waiting()
        pauses = dict(self._pauses)
        holding = pauses.get(_EVERYTHING) or next(iter(pauses.values()), None)
        oldest = max(0.0, time.time() - names[0].sent_at) if names else 0.0
        why = holding.why if names and holding is not None else ""
        return Waiting(len(names), oldest, why, self._spool.count_aside())

    def _try_round(self) -> None:
        try:
            if self._spool.claim():
                self.round()
        except Exception as error:  # noqa: BLE001 - a full disk, or a fault of ours: what waits is to be delivered
            log.warning("delivery failed", extra={"reason": type(error).__name__})
            self._pause(_EVERYTHING, type(error).__name__)

    def _wait(self) -> None:
        """Until there may be something to do. A bell ends no pause of everything."""
        pause = self._pauses.get(_EVERYTHING)
        if pause is not None and pause.until > self._clock():
            self._stopped.wait(pause.until - self._clock())
        else:
            self._bell.wait(_LOOK_EVERY)

    def _delivered(self, name: Name) -> bool:
        """Whether what follows of its contact may be sent."""
        try:
            body = self._spool.read(name)
        except OSError as error:
            return self._settled(name, {}, Reply(Verdict.STUCK, type(error).__name__))
        if body is None:
            return True
        message = _message(body)
        if message is None:
            self._spool.set_broken(name)
            log.warning("a message is broken and was set aside", extra={"file": name.text})
            return True
        return self._settled(name, message, self._post(message["contact_id"], body))

    def _settled(self, name: Name, message: Mapping[str, Any], reply: Reply) -> bool:
        if reply.verdict is Verdict.AWAY:
            self._pause(_EVERYTHING, reply.why, reply.retry_after)
            return False
        if reply.verdict is Verdict.STUCK:
            self._pause(name.lane, reply.why, reply.retry_after)
            until = self._clock() + _random.uniform(0, _FIRST_PAUSE)
            self._pauses[_EVERYTHING] = _Pause(until, 0, reply.why)  # the others go on, a little slower
            return False
        for lane in (_EVERYTHING, name.lane):
            self._pauses.pop(lane, None)
        if reply.verdict is Verdict.TAKEN:
            self._spool.remove(name)
        else:
            self._refuse(name, message, reply)
        return True

    def _refuse(self, name: Name, message: Mapping[str, Any], reply: Reply) -> None:
        file = self._spool.set_refused(name, json.dumps(reply.problem).encode())
        log.warning("a message was refused", extra={"file": name.text, "status": reply.status})
        answers, events = _ids(message, "answers", "answer_id"), _ids(message, "events", "event_id")
        refused = Refused(message["contact_id"], answers, events, reply.status, reply.problem, file)
        try:
            self._on_refused(refused)
        except Exception as error:  # noqa: BLE001 - the caller's own code
            log.warning("on_refused failed", extra={"reason": type(error).__name__})

    def _pause(self, lane: str, why: str, seconds: float | None = None) -> None:
        before = self._pauses.get(lane)
        failures = 0 if before is None else before.failures + 1
        longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(failures, _MOST_DOUBLINGS))
        drawn = longest * _random.uniform(0.5, 1)  # so that not all come back together
        until = self._clock() + (drawn if seconds is None else max(seconds, _FIRST_PAUSE))
        self._pauses[lane] = _Pause(until, failures, why)
        log.info("delivery waits", extra={"reason": why, "seconds": round(until - self._clock(), 1)})

    def _pauses_now(self, lane: str) -> bool:
        pause = self._pauses.get(lane)
        return pause is not None and pause.until > self._clock()


def _message(body: bytes) -> dict[str, Any] | None:
    """What a file holds; none when it is no message, as after the machine's power was cut."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return None
    known = isinstance(message, dict) and isinstance(message.get("contact_id"), str)
    return message if known else None


def _ids(message: Mapping[str, Any], name: str, id_name: str) -> tuple[str, ...]:
    entries = message.get(name)
    found = entries if isinstance(entries, list) else []
    return tuple(str(entry[id_name]) for entry in found if isinstance(entry, dict) and id_name in entry)
