"""What a clinician's text message asks for. Only an explicit act counts; nothing is guessed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """What a clinician can do with a page that names its case: press a key, choose from a pager's list."""

    TAKE = "take"
    PASS_ON = "pass_on"  # noqa: S105 # nosec B105


CODE_LETTERS = "23456789CDFGHJKMNPQRTVWXYZ"  # pragma: allowlist secret
"""No vowels and no look-alikes: a code is never a word and survives a bad screen."""
CODE_LENGTH = 4


@dataclass(frozen=True, slots=True)
class Take:
    """Take the case with this code, or, without a code, the only one open to the sender."""

    code: str | None


@dataclass(frozen=True, slots=True)
class PassOn:
    """Pass the case with this code on, or, without a code, the only one open to the sender."""

    code: str | None


@dataclass(frozen=True, slots=True)
class OptOut:
    """The sender wants no more messages at this number. It acknowledges nothing."""


@dataclass(frozen=True, slots=True)
class OptIn:
    """The sender wants messages at this number again."""


@dataclass(frozen=True, slots=True)
class Automatic:
    """A reaction, an auto-reply or a request for help: nobody decided anything."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Somebody wrote something else: ask for the code."""


Reply = Take | PassOn | OptOut | OptIn | Automatic | Unclear

_CODE = f"(?P<code>[{CODE_LETTERS}]{{{CODE_LENGTH}}})"
_TAKE = re.compile(rf"(?:(?:ACK|TAKE)\s*)?{_CODE}|ACK|TAKE")
_PASS = re.compile(rf"PASS(?:\s*{_CODE})?")
_REACTION = re.compile(
    r"(?:LIKED|LOVED|DISLIKED|LAUGHED AT|EMPHASI[SZ]ED|QUESTIONED|REMOVED AN?|REACTED)\b.+"
)
_AUTOMATIC = re.compile(
    r"(?:.*\b(?:AUTO(?:MATIC|MATED)?[ -]?(?:REPLY|RESPONSE)|OUT OF OFFICE|DRIVING|DO NOT DISTURB)\b.*"
    r"|HELP|INFO)"
)
_OPT_OUT = re.compile(r"STOP(?: ?ALL)?|END|QUIT|CANCEL|UNSUBSCRIBE|OPT ?OUT|REVOKE")
_OPT_IN = re.compile(r"START|UNSTOP")


def read_reply(text: str) -> Reply:
    """Read a text message. Case, spaces, quotes and closing punctuation do not matter; anything more does."""
    words = " ".join(_plain(text).split())
    if _REACTION.fullmatch(words) or _AUTOMATIC.fullmatch(words):
        return Automatic()
    words = words.strip(" .!,;:\"'#")
    if _OPT_OUT.fullmatch(words):
        return OptOut()
    if _OPT_IN.fullmatch(words):
        return OptIn()
    if match := _PASS.fullmatch(words):
        return PassOn(match["code"])
    if match := _TAKE.fullmatch(words):
        return Take(match["code"])
    return Unclear() if any(character.isalnum() for character in words) else Automatic()


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).upper()
    return folded.translate({ord(mark): "'" for mark in "‘’“”«»`"})  # noqa: RUF001 - the marks phones type
