"""The dead-man's switch is told over HTTP, and what it answers never matters more than a warning."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from service.adapters.http_deadman import HttpDeadMan

ASKED: list[str] = []


class _Switch(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        ASKED.append(self.path)
        self.send_response({"/ok": 200, "/moved": 302}.get(self.path, 500))
        self.send_header("Location", "/ok")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def switch() -> Iterator[str]:
    ASKED.clear()
    server = HTTPServer(("127.0.0.1", 0), _Switch)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_switch_that_answers_has_heard(switch: str) -> None:
    assert HttpDeadMan(f"{switch}/ok").ping()
    assert ASKED == ["/ok"]


def test_a_redirect_is_not_followed(switch: str) -> None:
    HttpDeadMan(f"{switch}/moved").ping()
    assert ASKED == ["/moved"]


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:9/nobody"])
def test_nobody_there_is_no_failure(url: str) -> None:
    assert not HttpDeadMan(url).ping()


def test_an_error_there_is_none_here(switch: str) -> None:
    assert not HttpDeadMan(f"{switch}/broken").ping()
