"""What every system that is measured gives for a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Heard:
    """`score` orders texts, for the AUC; `alarm` is the system's yes or no."""

    score: float
    alarm: bool


class System(Protocol):
    """Anything that hears suicidality in a text."""

    name: str

    def hear(self, text: str) -> Heard:
        """Read one text as the client's own words."""
        ...
