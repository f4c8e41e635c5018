"""How soon a human must respond."""

from __future__ import annotations

from enum import StrEnum


class Urgency(StrEnum):
    """Ordered from most to least pressing. There is no green state: `NONE_FOUND` claims nothing."""

    EMERGENCY = "emergency"
    VERY_URGENT = "very_urgent"
    URGENT = "urgent"
    SOON = "soon"
    UNREAD = "unread"
    NONE_FOUND = "none_found"

    @property
    def rank(self) -> int:
        """Higher is more pressing; `NONE_FOUND` is 0."""
        return len(_ORDER) - 1 - _ORDER.index(self)

    def outranks(self, other: Urgency) -> bool:
        """Whether this asks for a faster response than `other`."""
        return self.rank > other.rank


_ORDER = tuple(Urgency)
