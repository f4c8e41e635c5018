"""A roster written as a calendar, and read back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from service.adapters.ical_reader import IcalReader
from service.adapters.ical_writer import IcalWriter
from service.domain.calendar import CalendarShifts, CalendarSource
from service.domain.roster import OnCall, Span
from tests.service_under_test import OSEI, a_site

BEGIN, END = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)


def _written() -> tuple[tuple[Span, ...], bytes]:
    site = a_site()
    spans = site.rosters["first"].schedule(BEGIN, END)
    return spans, IcalWriter().write("riverside/first", spans, site.clinicians, BEGIN)


def test_what_is_written_is_read_back_the_same() -> None:
    spans, body = _written()
    read = IcalReader().read(
        body, CalendarSource("", {"dr osei": "osei"}), ZoneInfo("UTC"), BEGIN, END + timedelta(days=1)
    )
    assert isinstance(read, CalendarShifts)
    assert [(watch.begin, watch.end, OnCall((watch.clinician,))) for watch in read.watches] == [
        (span.begin, span.end, span.on_call) for span in spans
    ]
    assert read.skipped == ()


def test_it_is_the_same_every_time_and_holds_no_address() -> None:
    assert _written() == _written()
    assert OSEI.encode() not in _written()[1]
    assert b"UID:riverside/first/osei/20261001T000000Z@goldenhour" in _written()[1]
