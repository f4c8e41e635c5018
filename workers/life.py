"""Whether a worker or a sweeper is alive: how long ago its loop last came round, told over HTTP.

A process beside it tells. A thread would stand still with it, and would leave open connections to the
work-horses that a worker forks.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import c_double
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.sharedctypes import RawValue
from threading import Thread
from typing import Any

from service.usecases.read_health import Health

_FORK = multiprocessing.get_context("fork")  # so that it has the parts of its parent, and none is built twice
_READ_WITHIN = 5.0  # seconds for a request
_LOOK_EVERY = 0.5  # seconds; whether the parent is still there


class Life:
    """When the loop last came round, in memory that a process beside it reads. After `silent_after` seconds
    without a beat it is taken to stand still."""

    def __init__(self, silent_after: float) -> None:
        self._silent_after = silent_after
        self._at = RawValue(c_double, time.monotonic())

    def beat(self) -> None:
        """The loop has come round, or a part of it."""
        self._at.value = time.monotonic()

    @property
    def age(self) -> float:
        """Seconds since the last beat."""
        return max(0.0, time.monotonic() - self._at.value)

    @property
    def goes_on(self) -> bool:
        """Whether there was a beat lately."""
        return self.age < self._silent_after


@contextmanager
def told(bind: str, life: Life, health: Callable[[], Health]) -> Iterator[None]:
    """Serve `/healthz` and `/readyz` at `bind`, `host:port`, as long as the block lasts; nothing when it is
    empty.

    `/healthz` is about this process alone, so that no outage restarts it; `/readyz` names what it depends on.
    `OSError` when it cannot listen there.
    """
    if not bind:
        yield
        return
    with _Server(bind, life, health) as server:
        beside = _FORK.Process(target=_serve, args=(server, os.getpid()), name="health", daemon=True)
        beside.start()
    try:
        yield
    finally:
        beside.kill()  # nothing has to be put in order, and until it has begun it hears as its parent does
        beside.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, bind: str, life: Life, health: Callable[[], Health]) -> None:
        host, _, port = bind.rpartition(":")
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.life, self.health = life, health
        super().__init__((host.strip("[]"), int(port)), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is nobody's trouble."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _READ_WITHIN

    def do_GET(self) -> None:
        """Both documents are JSON."""
        if self.path == "/healthz":
            self._answer(*_alive(self.server.life))
        elif self.path == "/readyz":
            health = self.server.health()
            status = HTTPStatus.OK if health.usable else HTTPStatus.SERVICE_UNAVAILABLE
            self._answer(status, {"status": health.status, "checks": health.checks})
        else:
            self._answer(HTTPStatus.NOT_FOUND, {"status": "there are /healthz and /readyz"})

    def _answer(self, status: HTTPStatus, body: Any) -> None:
        sent = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
        """Whoever asks whether we live asks every few seconds: nothing to write down."""


def _alive(life: Life) -> tuple[HTTPStatus, dict[str, Any]]:
    status = HTTPStatus.OK if life.goes_on else HTTPStatus.SERVICE_UNAVAILABLE
    return status, {"status": "ok" if life.goes_on else "stale", "loop_age_seconds": round(life.age, 1)}


def _serve(server: _Server, parent: int) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A terminal sends it to all; the parent says when it is over.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=server.serve_forever, daemon=True).start()
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY)
    os._exit(0)
