"""What a person said, wrote or ticked at first contact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from service.domain.course import ContactEvent


class Speaker(StrEnum):
    """Who gave the answer."""

    CLIENT = "client"
    COLLATERAL = "collateral"
    CLINICIAN = "clinician"


class Absent(StrEnum):
    """Why an item has no value. None of these is ever read as a no or as a zero."""

    REFUSED = "refused"
    NOT_ASKED = "not_asked"
    STOPPED = "stopped"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class TextAnswer:
    """Free text in the speaker's own words. `question` is context and is never read as theirs.

    `at` is when it was said (aware), where the intake system knows.
    """

    answer_id: str
    text: str
    question: str = ""
    speaker: Speaker = Speaker.CLIENT
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ItemAnswer:
    """One item of a published questionnaire: a coded value, or the reason that there is none."""

    answer_id: str
    instrument: str
    item: str
    value: int | None
    absent: Absent | None = None
    speaker: Speaker = Speaker.CLIENT
    at: datetime | None = None


Answer = TextAnswer | ItemAnswer


@dataclass(frozen=True, slots=True)
class FirstContact:
    """A person's first encounter, under the intake system's own opaque id.

    `age` (whole years) is used only where an instrument's official rule asks for it. `unreadable` names
    stored answers whose encryption key is gone: they are a gap, never a silence. `events`: what happened
    around it. `received_at`: when each stored answer came, for those that do not say when they were said.
    """

    contact_id: str
    answers: tuple[Answer, ...]
    age: int | None = None
    unreadable: tuple[str, ...] = ()
    events: tuple[ContactEvent, ...] = ()
    received_at: Mapping[str, datetime] = field(default_factory=dict)

    def said_at(self, answer: Answer) -> datetime | None:
        """When an answer was given, or else came to us; None when nobody knows."""
        return answer.at or self.received_at.get(answer.answer_id)
