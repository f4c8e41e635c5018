"""Words of an answer as a reader sees them, each with its place in the text as it was sent."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from service.domain.breaks import CLAUSE, COMMA, QUESTION, SENTENCE, Breaks, quotes
from service.domain.cuts import Cuts
from service.domain.letters import JOINED_OR_PARTED, fold, foreign_letters
from service.domain.misspelled import Misspelled
from service.domain.writing import Writing

__all__ = [
    "CLAUSE",
    "COMMA",
    "NO_WORDS",
    "QUESTION",
    "SENTENCE",
    "Tokenizer",
    "Words",
    "fold",
    "foreign_letters",
]


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


_WORD = re.compile(rf"[^\W_]+(?:(?:'|{JOINED_OR_PARTED}+)[^\W_]+)*")
_REMEMBERED = 50_000  # written forms, none longer than
_SHORT = 64


class Tokenizer:
    """Cuts a text into words, spelled as the lexicon spells them.

    `spellings` turns a written form into the words it stands for (`don't` -> do not, `my self` -> myself); a
    form in capitals is meant only so. `known` are the words into which odd spellings may be mended.
    """

    def __init__(
        self, spellings: Mapping[str, tuple[str, ...]], known: Collection[str], writing: Writing | None = None
    ) -> None:
        self._spellings = spellings
        writing = writing or Writing()
        single = {written for written in spellings if written.isalnum() and not written.isupper()}
        self._misspelled = Misspelled(single.union(known), writing.mend, writing.ordinary)
        self._breaks = Breaks(writing.abbreviations, writing.leads_on)
        self._cuts = Cuts(spellings, self._misspelled, writing)
        self._meant: dict[str, tuple[str, ...]] = {}

    def words(self, text: str) -> Words:
        """Every word of the text. Linear in its length; never raises for any str."""
        folded = fold(text)
        plain = folded.plain
        found = [match.span() for match in _WORD.finditer(plain)]
        written = [plain[start:end] for start, end in found]
        cuts = self._cuts.cut(folded, found, written)
        if cuts is not None:
            found = [(cut.start, cut.end) for cut in cuts]
            written = [cut.written for cut in cuts]
        passages = quotes(plain, found) if '"' in plain else []
        return self._spelled(written, folded.spans(found), self._breaks.between(folded, found), passages)

    def spell(self, word: str) -> tuple[str, ...]:
        """The words that one written form of a pattern stands for."""
        bare = word.replace("'", "")
        return self._spellings.get(word) or self._spellings.get(bare) or (bare,)

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
        meant = self._meant
        for word, (start, end), parting in zip(written, spans, parted, strict=False):
            places.append(len(words))
            before = parting
            for part in meant.get(word) or self._read(word):
                words.append(part)
                starts.append(start)
                ends.append(end)
                breaks.append(before)
                before = 0
        places.append(len(words))
        breaks.append(parted[-1])
        return Words(words, starts, ends, breaks, [(places[a], places[b]) for a, b in quotes])

    def _read(self, written: str) -> tuple[str, ...]:
        """The words that one written form of an answer stands for."""
        if " " in written:
            read = self._spellings.get(written) or tuple(written.split(" "))
        else:
            bare = written.replace("'", "")
            if written in self._spellings or self._misspelled.is_word(bare):
                read = self.spell(written)
            else:
                mended = self._misspelled.words(bare) or (bare,)
                read = tuple(word for form in mended for word in self.spell(form))
        if len(self._meant) < _REMEMBERED and len(written) < _SHORT:
            self._meant[written] = read
        return read
