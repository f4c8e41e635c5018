"""A customer's webhook server: keeps what it was sent and answers as told."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from time import monotonic
from types import TracebackType
from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped, unused-ignore]
from werkzeug.datastructures import MultiDict

PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Webhook:
    """One request as it came in. `path` is the request target, with its query."""

    path: str
    headers: dict[str, str]
    parameters: MultiDict[str, str]
    at: float

    def is_signed(self, base_url: str, token: str) -> bool:
        """Whether the official validator takes its signature, over the URL that was really requested."""
        signature = self.headers.get("X-Twilio-Signature", "")
        return bool(RequestValidator(token).validate(base_url + self.path, self.parameters, signature))


class Receiver:
    """Listens on a free port of the loopback."""

    def __init__(self) -> None:
        self._arrived = Condition()
        self._webhooks: list[Webhook] = []
        self._answers: dict[str, deque[tuple[int, str]]] = defaultdict(deque)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self._take))
        self._server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Receiver:
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, *answers: tuple[int, str]) -> None:
        """The next answers for this path; after them, and without them, an empty 200."""
        with self._arrived:
            self._answers[path].extend(answers)

    def forget(self) -> None:
        """Begin anew."""
        with self._arrived:
            self._webhooks.clear()
            self._answers.clear()

    def wait_for(self, path: str, count: int) -> list[Webhook]:
        """The webhooks for this path once there are so many."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self._at(path)) >= count, PATIENCE), self._webhooks
            return self._at(path)

    def _at(self, path: str) -> list[Webhook]:
        return [webhook for webhook in self._webhooks if webhook.path == path]

    def _take(self, webhook: Webhook) -> tuple[int, str]:
        with self._arrived:
            self._webhooks.append(webhook)
            self._arrived.notify_all()
            answers = self._answers[webhook.path]
            return answers.popleft() if answers else (200, "")


def _handler(take: Callable[[Webhook], tuple[int, str]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            parameters = MultiDict(parse_qsl(body, keep_blank_values=True))
            status, text = take(Webhook(self.path, dict(self.headers), parameters, monotonic()))
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    return Handler
