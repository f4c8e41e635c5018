"""What in an answer is strange to the lexicon's language, and whether that is another language."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from service.domain.text import Words

_REMEMBERED = 20_000  # weights of words kept, so that memory stays bounded for any text
_IN_CHAT = re.compile(r"[a-z][235679][a-z]|^[37][a-z]{3}")  # a3ish, te3ebt, 3ayez: digits as Arabic letters
_ADDRESS = frozenset("./:@_=&%")


class LanguageIdentifier(Protocol):
    """Names the language of a text. Never raises for any str."""

    def language(self, text: str) -> str | None:
        """The ISO 639-1 code (639-3 where there is none), or None when it cannot be told."""


class NobodyToAsk:
    """Names no language: only what is surely foreign is found."""

    def language(self, text: str) -> str | None:
        """None, whatever the text."""
        return None


@dataclass(frozen=True, slots=True)
class Stretch:
    """The words from `first` up to, not including, `past`; `score` grows with how strange they are.

    `alone`: no word of its sentence is of the lexicon's language.
    """

    first: int
    past: int
    score: int
    alone: bool


@dataclass(frozen=True, slots=True)
class Foreign:
    """A stretch that cannot be read here; `language` is None when nobody can say which it is in."""

    stretch: Stretch
    language: str | None


class Strangers:
    """Finds what is strange. A word of the language weighs -1; one that other languages share, a name, a
    number or a part of an address 0; any other 1; one that is surely foreign 2.

    `known`: words of the language, also with one of `endings` behind; `shared`: those that are words of other
    languages too; `foreign`: words that are never the language's.
    """

    IN_SENTENCE, ALONE = 3, 2  # the least score that is looked at
    SURELY_IN_SENTENCE, SURELY_ALONE = 5, 3  # from here only the language itself acquits
    FOREIGN_WORDS = 2  # so many different ones in a sentence need no judge

    def __init__(
        self,
        own: str,
        known: Collection[str],
        shared: Collection[str],
        foreign: Collection[str],
        endings: Sequence[str] = (),
    ) -> None:
        self._own = own
        self._endings = tuple(endings)
        self._shared = frozenset(shared)
        self._foreign = frozenset(foreign)
        self._known = frozenset(known) - self._shared - self._foreign
        self._weights: dict[str, int] = {}

    def foreign(self, words: Words, text: str, identifier: LanguageIdentifier) -> Iterator[Foreign]:
        """Each stretch that is in another language, one a sentence at most, in text order."""
        for stretch in self.stretches(words, text):
            start, end = words.start(stretch.first), words.end(stretch.past - 1)
            language = identifier.language(text[start:end])
            if self._listed(words, stretch):
                yield Foreign(stretch, None if language == self._own else language)
            elif language is None:
                if stretch.score >= (self.SURELY_ALONE if stretch.alone else self.SURELY_IN_SENTENCE):
                    yield Foreign(stretch, None)
            elif language != self._own:
                yield Foreign(stretch, language)

    def too_short(self, words: Words) -> bool:
        """Whether there are strange words and not one that is known: nobody could say what it says."""
        weights = self._weights_of(words)
        strange = False
        for weight in weights:
            if weight < 0:
                return False
            strange = strange or weight > 0
        return strange

    def stretches(self, words: Words, text: str) -> Iterator[Stretch]:
        """The strangest stretch of each sentence that is strange enough to be looked at."""
        weights = list(self._weights_of(words))
        if sum(weight for weight in weights if weight > 0) < self.ALONE:
            return
        for first, past in pairwise(words.sentences):
            inside = weights[first:past]
            if sum(weight for weight in inside if weight > 0) < self.ALONE:
                continue
            alone = -1 not in inside
            found = self._strangest(words, text, weights, first, past, alone)
            if found.score >= (self.ALONE if alone else self.IN_SENTENCE) or self._listed(words, found):
                yield found

    def _strangest(
        self, words: Words, text: str, weights: list[int], first: int, past: int, alone: bool
    ) -> Stretch:
        best = Stretch(first, first, 0, alone)
        score, begin, seen = 0, first, set[str]()
        for at in range(first, past):
            weight = weights[at]
            if weight > 0 and (words.words[at] in seen or _is_name(words, text, at, first)):
                weight = 0
            if weight > 0 and _is_address(text, words.start(at), words.end(at)):
                weight = 0
            seen.add(words.words[at])
            score += weight
            if score <= 0:
                score, begin, seen = 0, at + 1, set()
            elif score > best.score:
                best = Stretch(begin, at + 1, score, alone)
        return best

    def _listed(self, words: Words, stretch: Stretch) -> bool:
        inside = set(words.words[stretch.first : stretch.past])
        return len(inside & self._foreign) >= self.FOREIGN_WORDS

    def _weights_of(self, words: Words) -> Iterator[int]:
        weights = self._weights
        if len(weights) > _REMEMBERED:
            weights.clear()
        for word in words.words:
            weight = weights.get(word)
            if weight is None:
                weight = weights[word] = self._weight(word)
            yield weight

    def _weight(self, word: str) -> int:
        if word in self._foreign:
            return 2
        if word in self._shared:
            return 0
        if word in self._known or any(self._without(word, ending) for ending in self._endings):
            return -1
        return 1 if word.isalpha() or _IN_CHAT.search(word) else 0

    def _without(self, word: str, ending: str) -> bool:
        stem = word[: -len(ending)]
        if not word.endswith(ending) or len(stem) < 3:
            return False
        spelled = (stem, stem + "e", stem + "y", stem[:-1] if stem[-1] == stem[-2] else stem)
        return any(each in self._known for each in spelled)


def _is_name(words: Words, text: str, at: int, first: int) -> bool:
    """A capital within a sentence that is not written in capitals throughout."""
    if at == first or not text[words.start(at)].isupper():
        return False
    return not text[words.start(at - 1) : words.end(at - 1)].isupper()


def _is_address(text: str, start: int, end: int) -> bool:
    """Whether the word is glued to its neighbours, as in www.example.org."""
    after, before = text[end : end + 2], text[max(start - 2, 0) : start]
    if after == ":/" or (after[:1] in _ADDRESS and after[1:].isalnum()):
        return True
    return len(before) == 2 and before[1] in _ADDRESS and not before[0].isspace()
