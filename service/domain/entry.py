"""One concept of the lexicon, as its file states it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from service.domain.signals import Strength, When

FALSE_FRIEND = "false_friend"
"""The construct of entries that raise nothing and silence what they overlap."""

THEME = "theme"
"""The construct of entries that raise nothing alone: others are raised by several of them together."""


class Status(StrEnum):
    """Whether a clinician has reviewed an entry. A draft is used all the same: silence would be worse."""

    DRAFT = "draft"
    REVIEWED = "reviewed"


class Negation(StrEnum):
    """`AROUND`: a negator near the match denies it. `UNIT`: the negators belong to the phrase itself."""

    AROUND = "around"
    UNIT = "unit"


class About(StrEnum):
    """`SPOKEN`: whom it is about is read from the sentence. `PERSON`: it bears on the person in contact
    whoever acts in it (a brother's death, a partner's violence)."""

    SPOKEN = "spoken"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Entry:
    """One concept of one construct.

    `by_when` names the construct for each time (only `attempt` needs it); `silences` the constructs, or
    families written `hopelessness.*`, whose overlapping matches a false friend drops.
    `together`: the ways in which themes raise this entry; each is a list of parts, each part the names of
    themes of which one must be found, all of them within `sentences` neighbouring sentences, and none of the
    themes of `unless` beside them; `when`, where the parts themselves tell the time ("used to, and not now").
    The samples are checked by the tests: each must, or must not, raise this entry.
    """

    entry_id: str
    construct: str
    status: Status
    meaning: str
    source: str
    patterns: tuple[str, ...]
    must_match: tuple[str, ...]
    must_not_match: tuple[str, ...]
    strength: Strength
    negation: Negation
    about: About
    by_when: Mapping[When, str]
    silences: frozenset[str]
    together: tuple[tuple[frozenset[str], ...], ...]
    unless: frozenset[str]
    sentences: int
    when: When | None

    @property
    def name(self) -> str:
        """The last part of the id; it is how themes are called."""
        return self.entry_id.rpartition(".")[2]

    def silenced(self, construct: str) -> bool:
        """Whether this false friend drops an overlapping match of that construct."""
        family = construct.partition(".")[0]
        return construct in self.silences or f"{family}.*" in self.silences
