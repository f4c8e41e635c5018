"""The ways to reach a clinician."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """A way to reach a clinician."""

    SMS = "sms"
    VOICE = "voice"
    PAGERDUTY = "pagerduty"
    SNPP = "snpp"
    WCTP = "wctp"
    EMAIL = "email"
