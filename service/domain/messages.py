"""Everything that a clinician is ever sent."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Text(StrEnum):
    """The texts by name, as the messages file lists them."""

    PAGE = "page"
    PAGE_CHOICE = "page_choice"
    PAGE_INCIDENT = "page_incident"
    YOURS = "yours"
    TAKEN = "taken"
    RISEN = "risen"
    EXPIRED = "expired"
    CLOSED = "closed"
    OFFERED = "offered"
    FIRST_OF_TWO = "first_of_two"
    BUNDLE = "bundle"
    DRILL = "drill"
    DRILL_DONE = "drill_done"
    CHECK = "check"
    TROUBLE = "trouble"
    VOICE_PAGE = "voice_page"
    VOICE_DRILL = "voice_drill"
    VOICE_CHECK = "voice_check"
    VOICE_TROUBLE = "voice_trouble"
    VOICE_TAKEN = "voice_taken"
    VOICE_FIRST_OF_TWO = "voice_first_of_two"
    VOICE_PASSED_ON = "voice_passed_on"
    VOICE_DRILL_DONE = "voice_drill_done"
    VOICE_ALREADY = "voice_already"
    VOICE_AGAIN = "voice_again"
    VOICE_GOODBYE = "voice_goodbye"
    ALREADY_YOURS = "already_yours"
    ALREADY_TAKEN = "already_taken"
    ALREADY_CLOSED = "already_closed"
    PASSED_ON = "passed_on"
    WHICH_CODE = "which_code"
    UNKNOWN_CODE = "unknown_code"
    NONE_OPEN = "none_open"


MOST_CODES = 6
"""So many codes go into one text at most, which keeps it within one segment; more wait for the next."""


@dataclass(frozen=True, slots=True)
class Messages:
    """The texts, with places for a code, a clinician's name, codes, their count, and a check's number."""

    texts: Mapping[Text, str]

    def say(
        self, text: Text, *, code: str = "", name: str = "", codes: tuple[str, ...] = (), number: str = ""
    ) -> str:
        """One message, ready to send. `count` is that of all `codes`, of which the first are listed."""
        listed = ", ".join(codes[:MOST_CODES]) or "none"
        return self.texts[text].format(
            code=code, name=_plain(name), codes=listed, count=len(codes), number=number
        )


def _plain(name: str) -> str:
    """A name without its accents: one letter outside GSM-7 would make a text twice as long."""
    folded = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in folded if letter.isascii()) or "a colleague"
