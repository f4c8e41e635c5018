"""The fake calendars and the real ones keep to the same sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from service.adapters.ical_calendars import IcalCalendars
from service.domain.calendar import CalendarFault, CalendarShifts, CalendarSource
from service.usecases.ports import Calendars
from tests.adapters.https_server import body, certificate, served
from tests.fakes import FakeCalendars

CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
BEGIN, END = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
Held = Callable[[bytes | None], tuple[Calendars, CalendarSource]]


@pytest.fixture(params=["fake", "file", "https"])
def held(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """Calendars of which one holds this body, or, for None, cannot be had."""
    pem = certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pem))
    served_body = bytearray()

    def answer(asked: BaseHTTPRequestHandler) -> None:
        body(bytes(served_body))(asked)

    with served(answer, pem) as port:

        def hold(content: bytes | None) -> tuple[Calendars, CalendarSource]:
            if request.param == "fake":
                return FakeCalendars(CalendarFault.AWAY if content is None else content), CalendarSource(
                    "", {}
                )
            file = tmp_path / "rota.ics"
            if content is not None:
                file.write_bytes(content)
                served_body[:] = content
            https = f"https://127.0.0.1:{9 if content is None else port}/"
            return IcalCalendars(), CalendarSource(str(file) if request.param == "file" else https, {})

        yield hold


def test_a_calendar_is_had_and_read(held: Held) -> None:
    calendars, source = held(CALENDAR)
    had = calendars.fetch(source)
    assert had == CALENDAR
    assert calendars.read(CALENDAR, source, ZoneInfo("UTC"), BEGIN, END) == CalendarShifts((), ())


def test_one_that_is_away_is_said_to_be(held: Held) -> None:
    calendars, source = held(None)
    assert calendars.fetch(source) is CalendarFault.AWAY


def test_something_else_is_said_to_be_no_calendar(held: Held) -> None:
    calendars, source = held(b"<html>")
    had = calendars.fetch(source)
    assert isinstance(had, bytes)
    read = calendars.read(had, source, ZoneInfo("UTC"), BEGIN, END)
    assert read is CalendarFault.NOT_A_CALENDAR
