"""Words of an answer as a reader sees them, each with its place in the text as it was sent."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise

COMMA, CLAUSE, SENTENCE, QUESTION = 1, 2, 3, 4
"""How strongly a word is parted from the word before it; 0 is not at all."""


@dataclass(frozen=True, slots=True)
class Words:
    """Parallel sequences: word, start and end (code points of the original), and the break before it.

    `breaks` has one more member than `words`: the break that ends the text.
    `quotes` holds (first, past the last) word of each passage in quotation marks.
    """

    words: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    breaks: Sequence[int]
    quotes: Sequence[tuple[int, int]]

    def quotation_at(self, position: int) -> tuple[int, int] | None:
        """The passage in quotation marks that holds this word."""
        index = bisect_right(self.quotes, (position, len(self.words) + 1)) - 1
        if index < 0 or self.quotes[index][1] <= position:
            return None
        return self.quotes[index]


NO_WORDS = Words((), (), (), (SENTENCE,), ())

_SAME_LENGTH = str.maketrans(
    "\u2018\u2019\u201a\u201b\u02bc\u00b4\u0060\u2032"
    "\u201c\u201d\u201e\u00ab\u00bb\u2033"
    "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
    "\u00a0\u2007\u202f\u2028\u2029",
    "'" * 8 + '"' * 6 + "-" * 7 + "   \n\n",
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_REPEATED = re.compile(r"([a-z])\1\1")
_LEET = re.compile(r"[a-z][0134578]|[0134578][a-z]")
_LETTERS_OF_LEET = str.maketrans("0134578", "oieastb")
_SPELLED_OUT = re.compile(r"(?<![^\W_])[a-z](?:(?:[^\w\s']\s?|\s)[a-z](?![^\W_'])){2,}")
_BETWEEN_LETTERS = re.compile(r"[^\w']+|_")
_LAST_LATIN_LETTER = "\u024f"


def fold(text: str) -> tuple[str, Sequence[int] | None]:
    """Lower-case, compatibility-normalised text and, unless it is one to one, where each character came from.

    Marks, zero-width and other format characters vanish; curly quotes, dashes and hard spaces become plain.
    """
    plain = text.translate(_SAME_LENGTH)
    if plain.isascii():
        return plain.lower(), None
    pieces: list[str] = []
    origins: list[int] = []
    for position, character in enumerate(plain):
        piece = character if character.isascii() else _folded(character)
        pieces.append(piece.lower())
        origins.extend([position] * len(piece))
    return "".join(pieces), origins


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    # One character at a time: a cluster of a hundred thousand marks would cost quadratic reordering.
    if unicodedata.category(character) == "Cf":
        return ""
    decomposed = unicodedata.normalize("NFKD", character).casefold()
    kept = (
        c for c in unicodedata.normalize("NFKD", decomposed) if unicodedata.category(c) not in {"Mn", "Me"}
    )
    return "".join(kept).translate(_SAME_LENGTH).lower()


def foreign_letters(folded: str) -> tuple[int, int]:
    """How many letters are of a script other than Latin, and how many letters there are."""
    if folded.isascii():
        return 0, sum(map(str.isalpha, folded))
    letters = [character for character in folded if character.isalpha()]
    return sum(letter > _LAST_LATIN_LETTER for letter in letters), len(letters)


class Tokenizer:
    """Cuts a text into words, spelled as the lexicon spells them.

    `spellings` turns a written form into the words it stands for (`don't` -> do not); `known` are the words
    into which drawn-out, digit-for-letter and letter-by-letter spellings may be mended.
    """

    def __init__(self, spellings: Mapping[str, tuple[str, ...]], known: Collection[str]) -> None:
        self._spellings = spellings
        self._known = frozenset(known) | frozenset(spellings)

    def words(self, text: str) -> Words:
        """Every word of the text. Linear in its length; never raises for any str."""
        folded, origins = fold(text)
        found = [match.span() for match in _WORD.finditer(folded)]
        spelled_out = _SPELLED_OUT.search(folded)
        if spelled_out:
            found = self._joined(folded, found)
        breaks, quotes = _parted(folded, found)
        written = [folded[start:end] for start, end in found]
        if spelled_out:
            written = [_BETWEEN_LETTERS.sub("", word) for word in written]
        if _REPEATED.search(folded) or _LEET.search(folded):
            written = [self._mended(word) for word in written]
        return self._spelled(written, _original(found, origins, len(text)), breaks, quotes)

    def _spelled(
        self,
        written: Sequence[str],
        spans: Sequence[tuple[int, int]],
        parted: Sequence[int],
        quotes: Sequence[tuple[int, int]],
    ) -> Words:
        words: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        breaks: list[int] = []
        places: list[int] = []
        spellings = self._spellings
        for word, (start, end), parting in zip(written, spans, parted, strict=False):
            places.append(len(words))
            spelled = spellings.get(word)
            if spelled is None:
                bare = word.replace("'", "")
                spelled = spellings.get(bare) or (bare,)
            for index, part in enumerate(spelled):
                words.append(part)
                starts.append(start)
                ends.append(end)
                breaks.append(0 if index else parting)
        places.append(len(words))
        breaks.append(parted[-1])
        return Words(words, starts, ends, breaks, [(places[a], places[b]) for a, b in quotes])

    def spell(self, word: str) -> tuple[str, ...]:
        """The words that one written form stands for."""
        bare = word.replace("'", "")
        return self._spellings.get(word) or self._spellings.get(bare) or (bare,)

    def _mended(self, word: str) -> str:
        if word in self._known:
            return word
        letters = word.translate(_LETTERS_OF_LEET) if _LEET.search(word) else word
        for kept in (r"\1\1", r"\1"):
            mended = re.sub(r"([a-z])\1{2,}", kept, letters)
            if mended in self._known:
                return mended
        return word

    def _joined(self, folded: str, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Join letters that were written one by one (`d i e`), where they make a known word."""
        joined: list[tuple[int, int]] = []
        for single, group in groupby(found, key=lambda span: span[1] - span[0] == 1):
            run = list(group)
            word = "".join(folded[start] for start, _ in run) if single else ""
            if len(word) > 2 and word in self._known:  # shorter ones are initials
                joined.append((run[0][0], run[-1][1]))
            else:
                joined += run
        return joined


def _original(
    found: Sequence[tuple[int, int]], origins: Sequence[int] | None, length: int
) -> Sequence[tuple[int, int]]:
    if origins is None:
        return found
    # A word ends where the next character begins, so that marks dropped after its last letter stay in it.
    after = [*origins, length]
    return [(origins[start], max(after[end], origins[end - 1] + 1)) for start, end in found]


def _parted(folded: str, found: Sequence[tuple[int, int]]) -> tuple[list[int], list[tuple[int, int]]]:
    breaks: list[int] = []
    marks: list[int] = []
    previous, since = 0, 0
    for index, (start, end) in enumerate([*found, (len(folded), len(folded))]):
        between = folded[previous:start]
        previous = end
        parting = 0 if between == " " else _parting(between[:64])
        if index == len(found):
            parting = max(parting, SENTENCE)
        if parting >= SENTENCE and since == 1:  # one word alone ("Tonight.") belongs to what stands around it
            parting = CLAUSE if parting == SENTENCE else parting
            breaks[-1] = CLAUSE if breaks[-1] == SENTENCE else breaks[-1]
        since = 1 if parting >= SENTENCE else since + 1
        breaks.append(parting)
        if '"' in between:
            marks += [index] * between[:64].count('"')
    breaks[0], breaks[-1] = max(breaks[0], SENTENCE), max(breaks[-1], SENTENCE)
    quotes = [(a, b) for a, b in list(pairwise(marks))[::2] if a < b]
    return breaks, quotes


@lru_cache(maxsize=4096)
def _parting(between: str) -> int:
    if "?" in between:
        return QUESTION
    spaced = between != between.strip()
    if "!" in between or between.count("\n") > 1 or (between.count(".") == 1 and spaced):
        return SENTENCE
    if any(mark in between for mark in ".;:()\n|\u2022*") or (spaced and "-" in between) or "--" in between:
        return CLAUSE
    return COMMA if "," in between else 0
