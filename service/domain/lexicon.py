"""What the lexicon says: entries that clinicians own, and everything needed to find them."""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.automaton import Automaton
from service.domain.context import Context
from service.domain.entry import Entry
from service.domain.language import Strangers
from service.domain.text import Tokenizer
from service.domain.together import Combinations


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language. `automaton` finds the entries (owner = index into `entries`) in `tokenizer`'s words.

    `strangers` finds what is in another language; an answer with a share of letters of another script above
    `script_share` cannot be read at all.
    """

    entries: tuple[Entry, ...]
    tokenizer: Tokenizer
    automaton: Automaton
    combinations: Combinations
    context: Context
    strangers: Strangers
    script_share: float
