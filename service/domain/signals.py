"""What was noticed in an answer, and the evidence for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache


class Who(StrEnum):
    """Whom a mention is about. `SELF` is the person in contact, whoever speaks."""

    SELF = "self"
    OTHER = "other"
    QUOTED = "quoted"
    UNCLEAR = "unclear"


class When(StrEnum):
    """When a mention places what it speaks of. `NOW` is today or tonight."""

    NOW = "now"
    CURRENT = "current"
    RECENT = "recent"
    PAST = "past"
    FUTURE = "future"
    HYPOTHETICAL = "hypothetical"
    UNCLEAR = "unclear"


class Polarity(StrEnum):
    """Whether the speaker affirms or denies it."""

    AFFIRMED = "affirmed"
    DENIED = "denied"


class Strength(StrEnum):
    """How strongly the words themselves say it, as the lexicon's entry states."""

    MILD = "mild"
    CLEAR = "clear"
    STRONG = "strong"


PROTECTIVE = frozenset({"hope", "reasons_for_living", "help_seeking", "wants", "supports"})
"""Construct families that are shown first class and never bear on urgency."""

ONLY_SHOWN = frozenset({"calm"})
"""Construct families that say nothing by themselves: they are held against what was said before."""


@cache
def family(construct: str) -> str:
    """The first part of a dotted construct: `hopelessness.treatment` -> `hopelessness`."""
    return construct.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Span:
    """Words of an answer: `quote == answer.text[start:end]`, in code points of the text as it was sent."""

    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Signal:
    """One construct noticed in one answer.

    For text, `quote == answer.text[start:end]`, offsets in code points of the text as it was sent; what only
    several passages say together has the others in `also`.
    For an item, `quote`, `start` and `end` are None and `entry` names the instrument's rule.
    """

    construct: str
    answer_id: str
    entry: str
    strength: Strength
    quote: str | None = None
    start: int | None = None
    end: int | None = None
    also: tuple[Span, ...] = ()
    who: Who = Who.SELF
    when: When = When.CURRENT
    polarity: Polarity = Polarity.AFFIRMED

    @property
    def protective(self) -> bool:
        """Whether this is hope, a reason for living, a wish for help, a want or somebody who is there."""
        return family(self.construct) in PROTECTIVE

    @property
    def only_shown(self) -> bool:
        """Whether this says nothing by itself, neither for good nor for bad."""
        return family(self.construct) in ONLY_SHOWN

    @property
    def counts(self) -> bool:
        """Whether it may bear on urgency: about the person, affirmed, standing, not protective.

        Somebody else in danger now counts all the same: the caller asks for them.
        """
        if self.protective or self.only_shown:
            return False
        if self.polarity is Polarity.DENIED or self.when is When.HYPOTHETICAL:
            return False
        if self.construct == "in_progress":
            return self.who is not Who.QUOTED
        return self.who in {Who.SELF, Who.UNCLEAR}

    @property
    def of_another(self) -> bool:
        """Whether it is affirmed of somebody else: it never counts for the person, and is not nothing."""
        affirmed = self.polarity is Polarity.AFFIRMED and self.when is not When.HYPOTHETICAL
        return affirmed and self.who is Who.OTHER and not self.protective


class GapKind(StrEnum):
    """Why something is not known."""

    REFUSED = "refused"
    INCOMPLETE = "incomplete"
    UNREADABLE = "unreadable"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that could not be known from what was supplied, in a sentence without any of its words."""

    kind: GapKind
    text: str
