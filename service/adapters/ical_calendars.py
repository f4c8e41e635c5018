"""Calendars that people keep elsewhere: how they are fetched, and how they are read."""

from __future__ import annotations

from service.adapters.ical_feed import IcalFeed
from service.adapters.ical_reader import IcalReader


class IcalCalendars(IcalFeed, IcalReader):
    """Both halves of the port together."""
