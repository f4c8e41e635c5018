"""A roster as an iCalendar text, for the calendars that people look at. No address of anybody's is in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from icalendar import Calendar, Event

from service.domain.roster import OnCall, Span
from service.domain.site import Clinician


class IcalWriter:
    """Writes spans as events, one for each clinician, under ids that stay the same."""

    def write(
        self, name: str, spans: Iterable[Span], clinicians: Mapping[str, Clinician], now: datetime
    ) -> bytes:
        """The calendar of a roster (`site/roster`); gaps have no event."""
        calendar = Calendar()
        calendar.add("prodid", "-//goldenhour//rosters//EN")
        calendar.add("version", "2.0")
        calendar.add("x-wr-calname", f"On call: {name}")
        for span in spans:
            if isinstance(span.on_call, OnCall):
                for clinician in span.on_call.clinicians:
                    calendar.add_component(_event(name, span, clinicians[clinician], now))
        written: bytes = calendar.to_ical()
        return written


def _event(name: str, span: Span, clinician: Clinician, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{name}/{clinician.clinician_id}/{span.begin:%Y%m%dT%H%M%SZ}@goldenhour")
    event.add("dtstamp", now)
    event.add("dtstart", span.begin)
    event.add("dtend", span.end)
    event.add("summary", clinician.name)
    event.add("transp", "TRANSPARENT")
    return event
