"""A service on this machine that takes first contacts in, and misbehaves when it is told to."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from types import TracebackType
from typing import Any

PATIENCE = 10.0

Behaviour = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """One connection. Every request has its body read before anything is answered."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server
    body: dict[str, Any]

    def do_POST(self) -> None:
        self.body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.arrived:
            self.server.requests.append(Request(self.path, dict(self.headers), self.body))
            script = self.server.scripts
            behaviour = script.popleft() if script else take
        behaviour(self)

    def answer(self, status: int, content: bytes, **headers: str) -> None:
        """Send an answer, whole."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing: the tests look at what came."""


@dataclass(frozen=True, slots=True)
class Request:
    """What came in."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class Server(ThreadingHTTPServer):
    """Keeps what came, and what each next request is to meet."""

    daemon_threads = True

    def __init__(self) -> None:
        self.arrived = Condition()
        self.requests: list[Request] = []
        self.stored: list[dict[str, Any]] = []
        self.scripts: deque[Behaviour] = deque()
        super().__init__(("127.0.0.1", 0), Handler)


@dataclass(frozen=True, slots=True)
class IntakeService:
    """Listens in a `with`."""

    server: Server = field(default_factory=Server)

    def __enter__(self) -> IntakeService:
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def will(self, *behaviours: Behaviour) -> None:
        """What the next requests meet, each one; after them everything is taken."""
        self.server.scripts.extend(behaviours)

    @property
    def requests(self) -> list[Request]:
        """Everything that came, also what was not taken."""
        with self.server.arrived:
            return list(self.server.requests)

    def stored(self, count: int) -> list[str]:
        """The ids of what was taken, in its order, once there are so many."""
        with self.server.arrived:
            assert self.server.arrived.wait_for(lambda: len(self.server.stored) >= count, PATIENCE)
            return [ids_of(body) for body in self.server.stored]


def ids_of(body: dict[str, Any]) -> str:
    """The contact and the ids of its answers and events, as one word."""
    answers = [answer["answer_id"] for answer in body.get("answers", ())]
    events = [event["event_id"] for event in body.get("events", ())]
    return "/".join([body["contact_id"], *answers, *events])


def take(handler: Handler) -> None:
    """As the service does when it is well."""
    with handler.server.arrived:
        handler.server.stored.append(handler.body)
        handler.server.arrived.notify_all()
    receipt = json.dumps({"contact_id": handler.body["contact_id"]}).encode()
    handler.answer(202, receipt, Preference_Applied="return=minimal")


def answering(status: int, content: bytes = b"", **headers: str) -> Behaviour:
    """Answer so, and take nothing."""
    return lambda handler: handler.answer(status, content, **headers)


def problem(status: int, name: str, **headers: str) -> Behaviour:
    """A problem as the service writes it."""
    body = {"type": f"/problems/{name}", "status": status, "errors": [{"pointer": "/age", "detail": "no"}]}
    return answering(status, json.dumps(body).encode(), Content_Type="application/problem+json", **headers)


def hang_up(handler: Handler) -> None:
    """Read everything, take nothing, and say nothing."""
    handler.close_connection = True


def take_and_hang_up(handler: Handler) -> None:
    """Take it, and never say so."""
    with handler.server.arrived:
        handler.server.stored.append(handler.body)
        handler.server.arrived.notify_all()
    handler.close_connection = True


def half_an_answer(handler: Handler) -> None:
    """Promise more than is sent."""
    handler.send_response(202)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.write(b'{"contact_id":')
    handler.close_connection = True


def slowly(seconds: float) -> Behaviour:
    """Take it, after a while."""

    def behave(handler: Handler) -> None:
        time.sleep(seconds)
        take(handler)

    return behave
