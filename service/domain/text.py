"""Words of an answer as a reader sees them, each with its place in the text as it was sent."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise

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
    "\ufffd\u2018\u2019\u201a\u201b\u02bc\u00b4\u0060\u2032"
    "\u201c\u201d\u201e\u00ab\u00bb\u2033"
    "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
    "\u00a0\u2007\u202f\u2028\u2029",
    "'" * 9 + '"' * 6 + "-" * 7 + "   \n\n",
)
_MOJIBAKE = re.compile("\u00e2\u20ac[\u2122\u02dc]")  # a curly apostrophe that was read in the wrong code
_MARKUP = re.compile(r"&(?:#x?[0-9a-f]{2,5}|[a-z]{2,6});|</?[a-z][^<>]{0,60}>")
_MASKED = re.compile(r"(?<![a-z])[a-z]{1,20}(?:[!@$|*#\u00a1]{1,3}[a-z]{1,20}){1,5}")
_UNMASKED = str.maketrans("!|\u00a1@$", "iiias")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_LEET = re.compile(r"[a-z][0134578]|[0134578][a-z]")
_LETTERS_OF_LEET = str.maketrans("0134578", "oieastb")
_SPELLED_OUT = re.compile(r"(?<![^\W_])[a-z](?:[\s._*|-]{1,3}[a-z](?![^\W_'])){2,}")
_LONGEST_RUN = 40  # letters: what is longer is no sentence without blanks
_LONG_ENOUGH = 5  # letters: shorter words have too many neighbours
_REMEMBERED = 50_000  # spellings: memory stays bounded for any text
_SHORT_PARTS = frozenset(
    {"i", "a", "to", "my", "in", "me", "do", "be", "no", "it", "of", "so", "we", "am", "im"}
)
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = {
    key: row[max(at - 1, 0) : at] + row[at + 1 : at + 2] for row in _ROWS for at, key in enumerate(row)
}
"""The keys left and right of each letter."""
_LAST_LATIN_LETTER = "\u024f"


def fold(text: str) -> tuple[str, Sequence[int] | None]:
    """Lower-case, compatibility-normalised text and, unless it is one to one, where each character came from.

    Marks, zero-width and other format characters vanish; curly quotes, dashes and hard spaces become plain.
    """
    plain = _MOJIBAKE.sub("'\u200b\u200b", text).translate(_SAME_LENGTH)
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

    `spellings` turns a written form into the words it stands for (`don't` -> do not, `my self` -> myself,
    a sign -> its word); `known` are the words into which drawn-out, digit-for-letter and letter-by-letter
    spellings may be mended; `mended` those into which a slip of a finger is mended, unless it makes one of
    the `ordinary` words.
    """

    def __init__(
        self,
        spellings: Mapping[str, tuple[str, ...]],
        known: Collection[str],
        mended: Collection[str] = (),
        ordinary: Collection[str] = (),
    ) -> None:
        self._spellings = {form: words for form, words in spellings.items() if " " not in form}
        self._pairs = _pairs(spellings)
        self._seconds = frozenset(second for _, second in self._pairs)
        signs = [form for form in spellings if not _WORD.search(form)]
        self._sign = re.compile("|".join(map(re.escape, signs))) if signs else None
        self._known = frozenset(known) | frozenset(self._spellings)
        self._mended = frozenset(mended)
        self._slips = _slips(self._mended, self._known | frozenset(ordinary))
        self._ordinary = frozenset(ordinary)
        self._spelled_before: dict[str, tuple[str, ...]] = {}

    def words(self, text: str) -> Words:
        """Every word of the text. Linear in its length; never raises for any str."""
        folded, origins = fold(text)
        found = [match.span() for match in _WORD.finditer(folded)]
        written = [folded[start:end] for start, end in found]
        if self._is_odd(folded):
            found, written = self._pieced_together(folded, found)
        breaks, quotes = _parted(folded, found)
        return self._spelled(written, _original(found, origins, len(text)), breaks, quotes)

    def spell(self, word: str) -> tuple[str, ...]:
        """The words that one written form stands for."""
        bare = word.replace("'", "")
        return self._spellings.get(word) or self._spellings.get(bare) or (bare,)

    def _is_odd(self, folded: str) -> bool:
        """Whether words have to be looked for in more than runs of letters."""
        return bool(
            _SPELLED_OUT.search(folded)
            or _MASKED.search(folded)
            or _MARKUP.search(folded)
            or (self._sign and not folded.isascii() and self._sign.search(folded))
        )

    def _pieced_together(
        self, folded: str, found: list[tuple[int, int]]
    ) -> tuple[list[tuple[int, int]], list[str]]:
        """The words without markup, with letters written one by one joined, masks lifted, and signs."""
        pieces = {span: folded[span[0] : span[1]] for span in found}
        for whole, words in chain(self._joined(folded, found), self._unmasked(folded)):
            for span in [span for span in _within(found, *whole) if span in pieces]:
                del pieces[span]
            pieces |= words
        for markup in _MARKUP.finditer(folded):
            for span in _within(found, *markup.span()):
                pieces.pop(span, None)
        if self._sign:
            pieces |= {match.span(): match.group() for match in self._sign.finditer(folded)}
        spans = sorted(pieces)
        return spans, [pieces[span] for span in spans]

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
        known, previous = self._spelled_before, ""
        for word, (begin, end), parting in zip(written, spans, parted, strict=False):
            spelled, start, first_break = known.get(word) or self._mend(word), begin, parting
            pair = self._pairs.get((previous, word)) if word in self._seconds else None
            if pair and words[-1:] == [previous]:
                spelled, start, first_break = pair, starts.pop(), breaks.pop()
                del words[-1], ends[-1]
            places.append(len(words))
            previous = word
            for index, part in enumerate(spelled):
                words.append(part)
                starts.append(start)
                ends.append(end)
                breaks.append(0 if index else first_break)
        places.append(len(words))
        breaks.append(parted[-1])
        return Words(words, starts, ends, breaks, [(places[a], places[b]) for a, b in quotes])

    def _mend(self, word: str) -> tuple[str, ...]:
        """The words that a written one stands for, its spelling mended when that makes a known word."""
        spelled = self._as_known(word) or self._apart(word) or (word.replace("'", ""),)
        if len(self._spelled_before) < _REMEMBERED:
            self._spelled_before[word] = spelled
        return spelled

    def _as_known(self, word: str) -> tuple[str, ...]:
        bare = word.replace("'", "")
        for form in (word, bare):
            if form in self._spellings:
                return self._spellings[form]
        if bare in self._known:
            return (bare,)
        letters = bare.translate(_LETTERS_OF_LEET) if _LEET.search(bare) else bare
        for kept in (r"\1\1", r"\1"):
            mended = _DRAWN_OUT.sub(kept, letters)
            if mended in self._known:
                return self._spellings.get(mended, (mended,))
        slip = self._slips.get(bare)
        return self._spellings.get(slip, (slip,)) if slip else ()

    def _apart(self, word: str) -> tuple[str, ...]:
        """Words written as one (`wanttodie`), when all are known and one of them is worth mending."""
        if not 6 <= len(word) <= _LONGEST_RUN or not word.isalpha() or word in self._ordinary:
            return ()
        parts = self._parts(word)
        return tuple(chain.from_iterable(self.spell(part) for part in parts))

    def _parts(self, letters: str) -> tuple[str, ...]:
        """The letters cut into the fewest known words, one of them worth mending; empty if they cannot be."""
        best: list[tuple[str, ...] | None] = [()] + [None] * len(letters)
        for end in range(1, len(letters) + 1):
            for start in range(end):
                before, part = best[start], letters[start:end]
                if before is None or not self._is_part(part):
                    continue
                if best[end] is None or len(before) + 1 < len(best[end] or ()):
                    best[end] = (*before, part)
        parts = best[-1] or ()
        return parts if not self._mended.isdisjoint(parts) else ()

    def _is_part(self, part: str) -> bool:
        return part in _SHORT_PARTS if len(part) < 3 else part in self._known

    def _joined(
        self, folded: str, found: Sequence[tuple[int, int]]
    ) -> Iterator[tuple[tuple[int, int], dict[tuple[int, int], str]]]:
        """Runs of letters that were written one by one (`d i e`, `k.i.l.l m.y.s.e.l.f`), as words."""
        for run in _SPELLED_OUT.finditer(folded):
            singles = _within(found, *run.span())
            letters = "".join(folded[start] for start, _ in singles)
            if len(letters) != len(singles) or len(letters) > _LONGEST_RUN:
                continue
            parts = (letters,) if letters in self._known else self._parts(letters)
            if parts:
                yield run.span(), _placed(parts, singles)

    def _unmasked(self, folded: str) -> Iterator[tuple[tuple[int, int], dict[tuple[int, int], str]]]:
        """Words with a letter masked (`su!cide`, `k*ll`), when just one word worth mending fits."""
        for masked in _MASKED.finditer(folded):
            form = masked.group().translate(_UNMASKED)
            fitting = [form] if form in self._known else self._fitting(form)
            if len(fitting) == 1:
                yield masked.span(), {masked.span(): fitting[0]}

    def _fitting(self, form: str) -> list[str]:
        if len(form) > _LONGEST_RUN:
            return []
        shape = re.compile(re.sub(r"[^a-z]", "[a-z]", form))
        return [word for word in sorted(self._mended) if shape.fullmatch(word)]


def _pairs(spellings: Mapping[str, tuple[str, ...]]) -> dict[tuple[str, str], tuple[str, ...]]:
    """What two written words stand for together: `my self`, and `don t` whose apostrophe was lost."""
    pairs: dict[tuple[str, str], tuple[str, ...]] = {}
    for form, words in spellings.items():
        first, gap, second = form.replace("'", " ").partition(" ")
        if gap and first and second and " " not in second:
            pairs[first, second] = words
    return pairs


def _slips(mended: Collection[str], kept: Collection[str]) -> dict[str, str]:
    """Every form that is one slip of a finger from a word: a letter dropped, doubled, swapped or mistaken."""
    slips: dict[str, str] = {}
    for word in sorted(mended):
        for form in _one_slip(word):
            if len(form) > 2 and form not in kept:
                slips.setdefault(form, word)
    return slips


def _one_slip(word: str) -> Iterator[str]:
    for at, letter in enumerate(word):
        yield word[: at + 1] + word[at:]
        if at:
            yield word[:at] + word[at + 1 :]
        if at + 1 < len(word):
            yield word[:at] + word[at + 1] + letter + word[at + 2 :]
        if len(word) >= _LONG_ENOUGH and at:
            yield from (word[:at] + key + word[at + 1 :] for key in _BESIDE.get(letter, ""))


def _within(spans: Sequence[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    low = bisect_left(spans, (start, start))
    high = bisect_left(spans, (end, end))
    return list(spans[low:high])


def _placed(parts: Sequence[str], letters: Sequence[tuple[int, int]]) -> dict[tuple[int, int], str]:
    placed: dict[tuple[int, int], str] = {}
    at = 0
    for part in parts:
        placed[letters[at][0], letters[at + len(part) - 1][1]] = part
        at += len(part)
    return placed


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
        parting = (
            0 if between == " " else _parting(between if len(between) < 64 else between[:32] + between[-32:])
        )
        if index == len(found):
            parting = max(parting, SENTENCE)
        if parting >= SENTENCE and since == 1:  # one word alone ("Tonight.") belongs to what stands around it
            parting = CLAUSE if parting == SENTENCE else parting
            breaks[-1] = CLAUSE if breaks[-1] == SENTENCE else breaks[-1]
        since = 1 if parting >= SENTENCE else since + 1
        breaks.append(parting)
        if '"' in between:
            inches = between[0] == '"' and folded[start - len(between) - 1 : start - len(between)].isdigit()
            marks += [index] * (between[:64].count('"') - inches)
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
