"""What the lexicon says: entries that clinicians own, and everything needed to find them."""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.automaton import Automaton
from service.domain.context import Context
from service.domain.entry import Entry
from service.domain.text import Tokenizer
from service.domain.together import Combinations


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
    combinations: Combinations
    context: Context
    languages: Languages
