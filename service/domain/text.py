"""Words of an answer as a reader sees them, each with its place in the text as it was sent."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain

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
    """The words of an answer and, for each, the break before it; `breaks` has one more member than `words`:
    the break that ends the text.

    `sentences`: the words with which sentences begin and, last, the number of words.
    `pieces`: where the written forms stand in the original, in code points; `firsts`: the first word of each,
    and the number of words last. A written form may be several words ("don't"), which share its place.
    `quotes` holds (first, past the last) word of each passage in quotation marks.
    """

    words: Sequence[str]
    breaks: Sequence[int]
    sentences: Sequence[int]
    pieces: Sequence[tuple[int, int]]
    firsts: Sequence[int]
    quotes: Sequence[tuple[int, int]]

    def start(self, at: int) -> int:
        """Where the written form of this word begins in the original."""
        return self.pieces[bisect_right(self.firsts, at) - 1][0]

    def end(self, at: int) -> int:
        """Where the written form of this word ends in the original."""
        return self.pieces[bisect_right(self.firsts, at) - 1][1]

    def quotation_at(self, position: int) -> tuple[int, int] | None:
        """The passage in quotation marks that holds this word."""
        index = bisect_right(self.quotes, (position, len(self.words) + 1)) - 1
        if index < 0 or self.quotes[index][1] <= position:
            return None
        return self.quotes[index]


NO_WORDS = Words((), (SENTENCE,), (0,), (), (0,), ())


_WORD = re.compile(rf"([^\W_]+(?:(?:'|{JOINED_OR_PARTED}+)[^\W_]+)*)")
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
        parts = _WORD.split(plain)  # what stands between, a word, what stands between, ...
        written, between = parts[1::2], parts[::2]
        ends = list(accumulate(map(len, parts)))
        found = list(zip(ends[::2], ends[1::2], strict=False))
        cuts = self._cuts.cut(folded, found, written)
        if cuts is not None:
            found = [(cut.start, cut.end) for cut in cuts]
            written = [cut.written for cut in cuts]
            between = _between(plain, found)
        meant = self._meant
        read = [meant.get(word) or self._read(word) for word in written]
        firsts = list(accumulate(map(len, read), initial=0))
        breaks = self._breaks.before(folded, found, between, firsts)
        return Words(
            words=list(chain.from_iterable(read)),
            breaks=breaks,
            sentences=[at for at, parted in enumerate(breaks) if parted >= SENTENCE],
            pieces=folded.spans(found),
            firsts=firsts,
            quotes=[(firsts[a], firsts[b]) for a, b in quotes(plain, found)] if '"' in plain else [],
        )

    def spell(self, word: str) -> tuple[str, ...]:
        """The words that one written form of a pattern stands for."""
        bare = word.replace("'", "")
        return self._spellings.get(word) or self._spellings.get(bare) or (bare,)

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


def _between(plain: str, found: Sequence[tuple[int, int]]) -> list[str]:
    """What stands before each word and, last, behind them all."""
    ends = [0, *(end for _, end in found)]
    starts = [*(start for start, _ in found), len(plain)]
    return [plain[end:start] for end, start in zip(ends, starts, strict=True)]
