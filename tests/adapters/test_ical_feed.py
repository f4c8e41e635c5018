"""A calendar over https: only so much, only so long, and no secret to anybody but its own host."""

from __future__ import annotations

import base64
import logging
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Event

import pytest

from service.adapters.ical_feed import IcalFeed
from service.domain.calendar import CalendarFault, CalendarSource
from tests.adapters.https_server import body, certificate, served

CALENDAR = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def pem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
    return file


def _fetched(address: str, **limits: float) -> bytes | CalendarFault:
    return IcalFeed(**limits).fetch(CalendarSource(address, {}))  # type: ignore[arg-type]  # a limit each


def test_a_calendar_is_fetched_as_it_stands(pem: Path) -> None:
    with served(body(CALENDAR), pem) as port:
        assert _fetched(f"https://127.0.0.1:{port}/secret/basic.ics") == CALENDAR


def test_a_server_that_nobody_vouches_for_is_not_believed(pem: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with served(body(CALENDAR), pem) as port:
        assert _fetched(f"https://127.0.0.1:{port}/") is CalendarFault.AWAY


def test_a_redirect_to_https_is_followed_without_the_secret_of_the_first_host(pem: Path) -> None:
    asked: dict[str, str | None] = {}

    def second(request: BaseHTTPRequestHandler) -> None:
        asked["second"] = request.headers["Authorization"]
        body(CALENDAR)(request)

    with served(second, pem) as there:

        def first(request: BaseHTTPRequestHandler) -> None:
            asked["first"] = request.headers["Authorization"]
            body(b"", 302, Location=f"https://localhost:{there}/b.ics")(request)

        with served(first, pem) as port:
            assert _fetched(f"https://reader:hidden@127.0.0.1:{port}/a.ics") == CALENDAR
    assert asked == {"first": f"Basic {base64.b64encode(b'reader:hidden').decode()}", "second": None}


@pytest.mark.parametrize("target", ["http://127.0.0.1:9/", "file:///etc/hostname", "ftp://127.0.0.1/x"])
def test_a_redirect_to_anything_but_https_is_not_followed(pem: Path, target: str) -> None:
    with served(body(b"", 302, Location=target), pem) as port:
        assert _fetched(f"https://127.0.0.1:{port}/") is CalendarFault.REDIRECTED


def test_a_redirect_that_goes_round_in_circles_ends(pem: Path) -> None:
    with served(body(b"", 302, Location="/again"), pem) as port:
        assert _fetched(f"https://127.0.0.1:{port}/") is CalendarFault.REDIRECTED


def test_what_is_too_large_is_given_up_on(pem: Path) -> None:
    with served(body(b"x" * 5_000), pem) as port:
        assert _fetched(f"https://127.0.0.1:{port}/", largest=4_999) is CalendarFault.TOO_LARGE


@pytest.mark.parametrize("drops", [b"BEGIN:VCALENDAR\r\n" * 5_000, b"B"])
def test_what_trickles_is_given_up_on(pem: Path, drops: bytes) -> None:
    enough = Event()

    def trickle(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while not enough.wait(0.02):
            request.wfile.write(drops)

    with served(trickle, pem) as port:
        try:
            assert _fetched(f"https://127.0.0.1:{port}/", longest=0.3) is CalendarFault.TOO_SLOW
        finally:
            enough.set()


def test_what_never_answers_is_given_up_on(pem: Path) -> None:
    enough = Event()
    with served(lambda _: (enough.wait(10), None)[1], pem) as port:
        try:
            assert _fetched(f"https://127.0.0.1:{port}/", longest=0.3) is CalendarFault.TOO_SLOW
        finally:
            enough.set()


@pytest.mark.parametrize("status", [401, 403, 404, 500, 204])
def test_any_status_but_ok_is_no_calendar(pem: Path, status: int) -> None:
    with served(body(b"", status), pem) as port:
        assert _fetched(f"https://127.0.0.1:{port}/") is CalendarFault.REFUSED


def test_nobody_at_the_address_is_said_so_and_the_address_is_in_no_log(
    pem: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert _fetched("https://reader:hidden@127.0.0.1:9/private-0123/basic.ics") is CalendarFault.AWAY
    with served(body(CALENDAR), pem) as port:
        _fetched(f"https://127.0.0.1:{port}/private-0123/basic.ics")
    assert "private-0123" not in caplog.text
    assert "hidden" not in caplog.text
    assert "hidden" not in repr(CalendarSource("https://reader:hidden@127.0.0.1:9/", {}))


def test_a_file_is_read_up_to_the_same_size_and_a_missing_one_is_said_so(tmp_path: Path) -> None:
    file = tmp_path / "rota.ics"
    assert _fetched(str(file)) is CalendarFault.AWAY
    file.write_bytes(CALENDAR)
    assert _fetched(str(file)) == CALENDAR
    assert _fetched(str(file), largest=10) is CalendarFault.TOO_LARGE
