"""What can go wrong, in words that carry no answer text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class ConfigurationFaults(Exception):
    """The configuration cannot be used. `faults` names every one found, a sentence each."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what a caller sent: where (a JSON pointer) and what, never the value."""

    pointer: str
    detail: str


class Refused(Exception):
    """What a caller sent was refused and nothing changed. `faults` names every reason."""

    def __init__(self, detail: str, faults: Iterable[Fault] = ()) -> None:
        self.detail = detail
        self.faults = tuple(faults)
        super().__init__(detail)


class Invalid(Refused):
    """It does not make sense as sent."""


class Conflict(Refused):
    """It contradicts what is already stored."""


class WordsErased(Refused):
    """It was there, and was erased because somebody asked for it or its time was over."""


class NotFound(Refused):
    """There is no such thing at this site."""
