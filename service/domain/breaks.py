"""How words are parted, and what stands in quotation marks."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from service.domain.letters import Folded

COMMA, CLAUSE, SENTENCE, QUESTION = 1, 2, 3, 4
"""How strongly a word is parted from the word before it; 0 is not at all."""

_MARKS = re.compile('"+')
_WRAPPED = 50  # characters of a line that may have been broken only because it was full
_REMEMBERED = 64  # characters between two words; longer ones are worked out each time


class Breaks:
    """Weighs what stands between words. No full stop behind one of `abbreviations` ends a sentence, and no
    line break behind one of `leads_on` parts anything."""

    def __init__(self, abbreviations: Collection[str], leads_on: Collection[str]) -> None:
        self._abbreviations = frozenset(abbreviations)
        self._leads_on = frozenset(leads_on)

    def before(
        self,
        folded: Folded,
        found: Sequence[tuple[int, int]],
        between: Sequence[str],
        firsts: Sequence[int],
    ) -> list[int]:
        """The break before each word and, last, the one that ends the text.

        `found`: where the written forms stand in the plain text; `between`: what stands before each of them
        and behind the last; `firsts`: the number of the first word of each, and last that of all words.
        """
        breaks = [0] * (firsts[-1] + 1)
        last = len(found)
        sentence = 0  # the written form with which it began
        for at, gap in enumerate(between):
            if gap == " " and at < last:
                continue
            parting = _parting(gap)
            if CLAUSE <= parting <= SENTENCE and 0 < at < last:
                parting = self._softened(parting, folded, gap, found[at - 1], found[at])
            if at == last:
                parting = max(parting, SENTENCE)
            if parting >= SENTENCE and at == sentence + 1:
                # One word alone ("Tonight.") belongs to what stands around it.
                parting = CLAUSE if parting == SENTENCE else parting
                before = firsts[sentence]
                breaks[before] = CLAUSE if breaks[before] == SENTENCE else breaks[before]
            breaks[firsts[at]] = parting
            if parting >= SENTENCE:
                sentence = at
        breaks[0], breaks[-1] = max(breaks[0], SENTENCE), max(breaks[-1], SENTENCE)
        return breaks

    def _softened(
        self, parting: int, folded: Folded, between: str, before: tuple[int, int], after: tuple[int, int]
    ) -> int:
        plain = folded.plain
        if between.startswith("."):
            return 0 if self._abbreviates(plain, before, after, between) else parting
        if parting != CLAUSE or between.strip(" \r\t") != "\n":
            return parting
        if plain[before[0] : before[1]] in self._leads_on:
            return 0
        line = before[1] - plain.rfind("\n", 0, before[1]) - 1
        goes_on = plain[after[0] : after[1]] == "i" or folded.cased(after[0], after[0] + 1).islower()
        return COMMA if line >= _WRAPPED and goes_on else parting

    def _abbreviates(self, plain: str, before: tuple[int, int], after: tuple[int, int], between: str) -> bool:
        if between == ".":
            return plain[before[0] : after[1]] in self._abbreviations
        word = plain[before[0] : before[1]]
        if len(word) == 1:  # the last letter of "e.g."
            word = plain[max(before[0] - 2, 0) : before[1]]
        return between.strip(" ") == "." and word in self._abbreviations


def quotes(plain: str, found: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """(first, past the last) word of each passage in quotation marks.

    A mark behind a figure opens nothing (5'10"), nor does one in front of a space.
    """
    passages: list[tuple[int, int]] = []
    opened: int | None = None
    previous = 0
    for index, (start, end) in enumerate([*found, (len(plain), len(plain))]):
        for mark in _MARKS.finditer(plain, previous, start):
            before, after = plain[mark.start() - 1 : mark.start()], plain[mark.end() : mark.end() + 1]
            if opened is not None and before.strip():
                if opened < index:
                    passages.append((opened, index))
                opened = None
            elif after.strip() and not before.isdigit():
                opened = index
        previous = end
    return passages


def _parting(between: str) -> int:
    return _weighed(between) if len(between) < _REMEMBERED else _weighed.__wrapped__(between)


@lru_cache(maxsize=4096)
def _weighed(between: str) -> int:
    if "?" in between:
        return QUESTION
    spaced = between != between.strip()
    if "!" in between or between.count("\n") > 1 or (between.count(".") == 1 and spaced):
        return SENTENCE
    if any(mark in between for mark in ".;:()\n|\u2022*") or (spaced and "-" in between) or "--" in between:
        return CLAUSE
    return COMMA if "," in between else 0
