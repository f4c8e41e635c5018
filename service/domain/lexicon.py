"""What the lexicon says: entries that clinicians own, and everything needed to find them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from service.domain.automaton import Automaton
from service.domain.context import Context
from service.domain.signals import Strength, When
from service.domain.text import Tokenizer

FALSE_FRIEND = "false_friend"
"""The construct of entries that raise nothing and silence what they overlap."""


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

    def silenced(self, construct: str) -> bool:
        """Whether this false friend drops an overlapping match of that construct."""
        family = construct.partition(".")[0]
        return construct in self.silences or f"{family}.*" in self.silences


@dataclass(frozen=True, slots=True)
class Languages:
    """When a text is not in the lexicon's language. All of it is data of `context.yaml`.

    At least `words_needed` words with a share of function words under `function_share`, letters of another
    script above `script_share`, or `foreign_needed` foreign words in a sentence cannot be read.
    """

    function_words: frozenset[str]
    foreign_words: frozenset[str]
    words_needed: int
    function_share: float
    script_share: float
    foreign_needed: int


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language. `automaton` finds the entries (owner = index into `entries`) in `tokenizer`'s words."""

    entries: tuple[Entry, ...]
    tokenizer: Tokenizer
    automaton: Automaton
    context: Context
    languages: Languages
