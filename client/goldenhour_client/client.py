"""What an intake system calls: it returns once what was sent is in the spool."""

from __future__ import annotations

import json
import os
import time
import uuid
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any

from goldenhour_client.deliverer import Deliverer, Refused, Waiting
from goldenhour_client.spool import Name, Spool
from goldenhour_client.wire import Wire

_MOST_BYTES = 1 << 20
_LAST_REQUEST = 5.0  # seconds that `close` gives the message under way
_LOOK_EVERY = 0.02


class Client:
    """Sends to one service, by way of a directory that keeps what is not delivered. Threads may share it.

    Every `send_...` returns at once: the message outlives this process, and is delivered by a thread of this
    client, or of another that has the same directory, now or after the next start. Raises `ValueError` for
    what is not JSON or larger than 1 MiB, and `OSError` when the directory cannot be written.

    `on_refused` is called by that thread with whatever the service refused. Made before a fork, a client
    works in the child, too.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str,
        spool: str | os.PathLike[str],
        cafile: str | None = None,
        insecure: bool = False,
        on_refused: Callable[[Refused], None] = lambda _: None,
    ) -> None:
        self._wire = Wire(url, key, cafile=cafile, insecure=insecure)
        self._directory = Path(spool)
        self._on_refused = on_refused
        self._is_open = True
        self._start()
        _clients.add(self)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def send_first_contact(self, first_contact: Mapping[str, Any]) -> None:
        """Send a first contact with the answers known so far: what `POST /v1/first-contacts` takes."""
        self._send(first_contact)

    def send_answers(self, contact_id: str, answers: Sequence[Mapping[str, Any]]) -> None:
        """Send more answers. They count even when the first contact itself was refused, or comes later."""
        self._send({"contact_id": contact_id, "answers": list(answers)})

    def send_event(self, contact_id: str, event: Mapping[str, Any]) -> None:
        """Send what happened around a first contact. Without an `event_id` it is given one."""
        known = {"event_id": uuid.uuid4().hex, **event}
        self._send({"contact_id": contact_id, "answers": [], "events": [known]})

    def waiting(self) -> Waiting:
        """How much waits to be delivered, since when, and what holds it up."""
        return self._deliverer.waiting()

    def flush(self, timeout: float) -> bool:
        """Wait, for so many seconds at most, until nothing is waiting; whether that is so."""
        deadline = time.monotonic() + timeout
        while self._spool.waiting():
            if time.monotonic() >= deadline:
                return False
            time.sleep(_LOOK_EVERY)
        return True

    def close(self) -> None:
        """End delivery after the message under way. What is left is delivered after the next start."""
        self._is_open = False
        self._deliverer.stop()
        self._unsynced.put(None)
        deadline = time.monotonic() + _LAST_REQUEST
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _send(self, message: Mapping[str, Any]) -> None:
        contact_id = message.get("contact_id")
        if not isinstance(contact_id, str):
            raise ValueError("contact_id must be a string")  # noqa: TRY004 - one error for what cannot be sent
        name = self._spool.put(contact_id, _body(message))
        self._unsynced.put(name)
        self._deliverer.ring()

    def _start(self) -> None:
        self._spool = Spool(self._directory)
        self._deliverer = Deliverer(self._spool, self._wire.post, self._on_refused)
        self._unsynced: SimpleQueue[Name | None] = SimpleQueue()
        self._threads = [
            Thread(target=self._deliver, daemon=True),
            Thread(target=_sync_each, args=(self._spool, self._unsynced), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def _deliver(self) -> None:
        try:
            self._deliverer.run()
        finally:
            self._wire.close()

    def _start_in_child(self) -> None:
        """After a fork: the parent's threads are not here, and its connection and claim stay its own."""
        self._wire.close()
        self._spool.release()
        if self._is_open:
            self._start()


def _body(message: Mapping[str, Any]) -> bytes:
    try:
        body = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"what is sent must be JSON ({type(error).__name__})") from None
    if len(body) > _MOST_BYTES:
        raise ValueError("what is sent is larger than 1 MiB")
    return body


def _sync_each(spool: Spool, names: SimpleQueue[Name | None]) -> None:
    """Off the caller's way, and off the delivery's: a disk may take its time."""
    while (name := names.get()) is not None:
        with suppress(OSError):  # it is delivered all the same, if the machine stays up
            spool.sync(name)


_clients: weakref.WeakSet[Client] = weakref.WeakSet()


def _after_fork() -> None:
    for client in list(_clients):
        client._start_in_child()  # noqa: SLF001 - of this module


os.register_at_fork(after_in_child=_after_fork)
