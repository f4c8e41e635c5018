"""A worker or a sweeper tells whether its loop goes on, and ends with it."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from service.usecases.read_health import Health
from simulator.machine.ports import free_ports
from workers.life import Life, told

WELL = Health({"database": "ok", "redis": "ok"})
WITHIN = 5.0  # seconds


@pytest.fixture
def bind() -> str:
    return f"127.0.0.1:{free_ports(1)[0]}"


def _told(bind: str, path: str) -> tuple[int, Any]:
    """The status and the document, as soon as somebody answers."""
    deadline = time.monotonic() + WITHIN
    while True:
        try:
            with urllib.request.urlopen(f"http://{bind}{path}", timeout=WITHIN) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
        except OSError:
            assert time.monotonic() < deadline, "nobody answers"
            time.sleep(0.02)


def _until(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _answers(bind: str) -> bool:
    host, _, port = bind.rpartition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def test_a_loop_that_goes_on_is_alive_and_one_that_stands_still_is_not(bind: str) -> None:
    life = Life(0.2)
    with told(bind, life, lambda: WELL):
        _until(lambda: _told(bind, "/healthz")[0] == 503)
        assert _told(bind, "/healthz")[1]["status"] == "stale"
        assert _told(bind, "/healthz")[1]["loop_age_seconds"] >= 0.2
        life = _beating(life, bind)


def _beating(life: Life, bind: str) -> Life:
    """It beats until it is seen to live again."""

    def seen() -> bool:
        life.beat()
        return _told(bind, "/healthz")[0] == 200

    _until(seen)
    return life


@pytest.mark.parametrize(
    ("checks", "status", "word"),
    [
        ({"database": "ok", "redis": "ok"}, 200, "ok"),
        ({"database": "ok", "redis": "unavailable"}, 200, "degraded"),
        ({"database": "unavailable", "redis": "ok"}, 503, "unavailable"),
    ],
)
def test_whether_it_is_ready_names_each_dependency(
    bind: str, checks: dict[str, str], status: int, word: str
) -> None:
    with told(bind, Life(60), lambda: Health(checks)):
        assert _told(bind, "/readyz") == (status, {"status": word, "checks": checks})
        assert _told(bind, "/anything")[0] == 404


def test_an_absent_dependency_never_makes_it_look_dead(bind: str) -> None:
    with told(bind, Life(60), lambda: Health({"database": "unavailable", "redis": "unavailable"})):
        assert _told(bind, "/healthz")[0] == 200


def test_nothing_listens_once_it_has_ended(bind: str) -> None:
    with told(bind, Life(60), lambda: WELL):
        _told(bind, "/healthz")
    assert not _answers(bind)


def test_a_port_that_is_taken_stops_the_start(bind: str) -> None:
    with (
        told(bind, Life(60), lambda: WELL),
        pytest.raises(OSError, match="in use"),
        told(bind, Life(60), lambda: WELL),
    ):
        pytest.fail("two cannot listen at one place")


def test_without_a_place_nobody_is_told() -> None:
    before = multiprocessing.active_children()
    with told("", Life(60), lambda: WELL):
        assert multiprocessing.active_children() == before


def test_who_tells_ends_when_its_process_is_killed(bind: str) -> None:
    process = os.fork()
    if process == 0:
        with told(bind, Life(60), lambda: WELL):
            while True:
                signal.pause()
    try:
        assert _told(bind, "/healthz")[0] == 200
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    _until(lambda: not _answers(bind))


def test_who_tells_ends_also_with_a_process_that_hears_signals_itself_and_ends_at_once(bind: str) -> None:
    """Before it has begun it would hear as its parent does, and go on."""
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        for _ in range(30):
            with told(bind, Life(60), lambda: WELL):
                pass
    finally:
        signal.signal(signal.SIGTERM, before)
    assert not _answers(bind)
