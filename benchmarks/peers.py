"""What the field has: a list of keywords, NegEx in spaCy, and ConText in medspaCy.

Each gets the finest score that it can give: how many different things it found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import medspacy
import negspacy.negation  # noqa: F401 - the import makes `negex` known to spaCy
import spacy
from loguru import logger
from medspacy.ner import TargetRule

from benchmarks.systems import Heard

KEYWORDS = (
    r"\bsuicid\w*",
    r"\bkill(?:ing|ed)? (?:my|him|her|your|them)sel(?:f|ves)\b",
    r"\bend(?:ing)? (?:my|his|her|your|their) (?:own )?li(?:fe|ves)\b",
    r"\bend(?:ing)? it(?: all)?\b",
    r"\b(?:want|wanted|wanting|wanna|wish)(?: to)? (?:die|be dead)\b",
    r"\bwish i (?:was|were) (?:dead|never born)\b",
    r"\bbetter off (?:dead|without me)\b",
    r"\b(?:don'?t|do not|didn'?t) want to (?:live|be alive|wake up|be here)\b",
    r"\b(?:no|any) (?:reason|point) (?:to|in|for) (?:live|living|going on)\b",
    r"\btak(?:e|ing) my (?:own )?life\b",
    r"\boverdos\w*",
    r"\bhang(?:ing|ed)? myself\b",
    r"\bcut(?:ting)? myself\b",
    r"\bself[- ]?harm\w*",
)
"""Fourteen patterns such as an intake form would be searched for."""

PHRASES = (
    "suicide",
    "suicidal",
    "suicidal thoughts",
    "kill myself",
    "killing myself",
    "want to die",
    "wish I was dead",
    "end my life",
    "end it all",
    "take my own life",
    "better off dead",
)
"""Eleven phrases, the targets of NegEx."""


LIGHT = "medspaCy with ConText"
AS_SHIPPED = "medspaCy as `medspacy.load()` gives it"
WIDER = "medspaCy, more terms"
"""Names of the ways in which medspaCy is measured."""


class Keywords:
    """A search for keywords, with no regard to what stands around them."""

    name = "keyword list"

    def __init__(self) -> None:
        self._patterns = [re.compile(pattern, re.IGNORECASE) for pattern in KEYWORDS]

    def hear(self, text: str) -> Heard:
        """How many of the patterns are found."""
        return _heard(pattern.pattern for pattern in self._patterns if pattern.search(text))


class NegEx:
    """negspaCy, as light as it can be: a blank model, sentences, eleven phrases, NegEx."""

    name = "negspaCy"

    def __init__(self) -> None:
        self._nlp = spacy.blank("en")
        self._nlp.add_pipe("sentencizer")
        ruler: Any = self._nlp.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
        ruler.add_patterns([{"label": "IDEATION", "pattern": phrase} for phrase in PHRASES])
        self._nlp.add_pipe("negex", config={"ent_types": ["IDEATION"]})

    def hear(self, text: str) -> Heard:
        """How many different phrases are found and not negated."""
        return _heard(found.text.lower() for found in self._nlp(text).ents if not found._.negex)


class ConText:
    """medspaCy: the target matcher with these terms, and ConText with the rules that it ships."""

    def __init__(self, name: str, nlp: Any, terms: Sequence[str]) -> None:
        self.name = name
        self._nlp = nlp
        self._nlp.get_pipe("medspacy_target_matcher").add([TargetRule(term, "IDEATION") for term in terms])

    @staticmethod
    def light(name: str, terms: Sequence[str]) -> ConText:
        """No more than is needed: a blank model, spaCy's own sentences, the matcher and ConText."""
        nlp = spacy.blank("en")
        for part in ("sentencizer", "medspacy_target_matcher", "medspacy_context"):
            nlp.add_pipe(part)
        return ConText(name, nlp, terms)

    @staticmethod
    def as_shipped(name: str, terms: Sequence[str]) -> ConText:
        """What `medspacy.load()` gives: its own tokenizer and the sentences of PyRuSH as well."""
        logger.disable("PyRuSH")  # it writes out every token of every text
        return ConText(name, medspacy.load(), terms)

    def hear(self, text: str) -> Heard:
        """How many different terms are found that are neither negated nor about the family.

        ConText's "hypothetical" and "historical" are not used: they would cost it more than they gain.
        """
        return _heard(
            found.text.lower()
            for found in self._nlp(text).ents
            if not (found._.is_negated or found._.is_family)
        )


def _heard(found: Iterable[str]) -> Heard:
    different = len(set(found))
    return Heard(different, different > 0)
