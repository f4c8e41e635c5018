"""A wire between the service and the carrier that is cut after so many bytes, when it is told to."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from simulator.machine.ports import LOOPBACK

_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Cut:
    """Cut the next connection after so many bytes of what is asked, or of what is answered."""

    number: int
    in_answer: bool
    offset: int


class Wire:
    """Forwards connections on a free loopback port to the carrier at `url`; `done` tells which were cut."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._carrier = (parts.hostname or LOOPBACK, parts.port or 80)
        self._waiting: deque[Cut] = deque()
        self.done: list[tuple[Cut, datetime]] = []
        self._listener = socket.create_server((LOOPBACK, 0))
        self.url = f"http://{LOOPBACK}:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Wire:
        threading.Thread(target=self._accept, daemon=True, name="wire").start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def cut_next(self, cut: Cut) -> None:
        """The next connection is cut."""
        self._waiting.append(cut)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                carrier = socket.create_connection(self._carrier, timeout=5)
            except OSError:
                client.close()
                continue
            carrier.settimeout(None)
            cut = self._waiting.popleft() if self._waiting else None
            for source, sink, is_answer in ((client, carrier, False), (carrier, client, True)):
                mine = cut if cut is not None and cut.in_answer is is_answer else None
                threading.Thread(target=self._forward, args=(source, sink, mine), daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket, cut: Cut | None) -> None:
        left = None if cut is None else cut.offset
        with contextlib.suppress(OSError):
            while chunk := source.recv(_CHUNK):
                if left is not None and cut is not None and len(chunk) >= left:
                    sink.sendall(chunk[:left])
                    self.done.append((cut, datetime.now(UTC)))
                    break
                sink.sendall(chunk)
                left = None if left is None else left - len(chunk)
        _close(source)
        _close(sink)


def _close(end: socket.socket) -> None:
    """Both directions, at once, whoever still reads it."""
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
