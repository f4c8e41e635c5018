"""What an unknown written form stands for: a slip, drawn-out or masked letters, words run together."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

LONGEST = 40
"""Letters of the longest form that is taken apart."""

_NEIGHBOURS = {
    "q": "wa", "w": "qeas", "e": "wrsd", "r": "etdf", "t": "ryfg", "y": "tugh", "u": "yihj", "i": "uojk",
    "o": "ipkl", "p": "ol", "a": "qwsz", "s": "adwexz", "d": "sferxc", "f": "dgrtcv", "g": "fhtyvb",
    "h": "gjyubn", "j": "hkuinm", "k": "jliom", "l": "kop", "z": "asx", "x": "zcsd", "c": "xvdf", "v": "cbfg",
    "b": "vngh", "n": "bmhj", "m": "njk",
}  # fmt: skip
_SOUNDS = ("aeiou", "sc", "sz", "ck", "iy")  # taken for one another by those who spell by ear
_FEW = 5  # letters; shorter words have too many neighbours that are words
_WORDY = 3  # letters a spelled-out run must hold at least one word of
_SHARE = 2.5  # letters a part of words run together must have on average

_REPEATED = re.compile(r"([a-z])\1{2,}")
_FIGURE = re.compile(r"[a-z][0134578]|[0134578][a-z]")
_FIGURES = (
    str.maketrans("0134578!|\u00a1@$", "oieastbiiias"),
    str.maketrans("0134578!|\u00a1@$", "oleastbillas"),
)
_MASK = re.compile(r"[*#-]")


class Misspelled:
    """Mends forms into `known` words; slips and masks only into those of `mend`, `ordinary` words never.

    Words of `mend` stand in order of gravity: a slip that may mean two of them is read as the first.
    """

    def __init__(self, known: Collection[str], mend: Sequence[str], ordinary: Collection[str]) -> None:
        self._known = frozenset(known) | frozenset(mend)
        self._ordinary = frozenset(ordinary)
        self._mend = frozenset(mend)
        self._slips = _slips(mend, self._known | self._ordinary)
        self._masked: dict[tuple[int, str, str], list[str]] = {}
        for word in mend:
            self._masked.setdefault((len(word), word[0], word[-1]), []).append(word)
        short = (self._ordinary or self._known) | self._mend
        self._parts = frozenset(
            word
            for word in self._known
            if len(word) > _WORDY or word in {"i", "a"} or (len(word) > 1 and word in short)
        )
        self._longest_part = max(map(len, self._parts), default=0)

    def is_word(self, written: str) -> bool:
        """Whether it is spelled as a word is: known, or ordinary."""
        return written in self._known or written in self._ordinary

    def words(self, written: str) -> Sequence[str]:
        """The known words that one written form stands for; none when it cannot be told."""
        if self.is_word(written):
            return (written,)
        mended = self._slips.get(written) or self._drawn_out(written)
        return (mended,) if mended else self._run_together(written)

    def masked(self, written: str) -> str | None:
        """The word of a form with signs among its letters (`su!cide`, `k*ll`), or None."""
        if len(written) > LONGEST or not any(map(str.isalpha, written)):
            return None
        for figures in _FIGURES:
            letters = written.translate(figures)
            if len(letters) >= _WORDY and letters in self._known:
                return letters
        return self._unmasked(written.translate(_FIGURES[0])) if _MASK.search(written) else None

    def spelled_out(self, letters: str) -> Sequence[str]:
        """The words that letters written one by one make, unless all are mere initials; else none."""
        for meant in sorted({letters.translate(figures) for figures in _FIGURES}):
            parts = self._apart(meant)
            if parts and len(max(parts, key=len)) >= _WORDY:
                return parts
        return ()

    def _drawn_out(self, written: str) -> str | None:
        if not _REPEATED.search(written) and not _has_figures(written):
            return None
        for figures in _FIGURES:
            letters = written.translate(figures) if _has_figures(written) else written
            for kept in (r"\1\1", r"\1"):
                mended = _REPEATED.sub(kept, letters)
                if mended in self._known:
                    return mended
                if mended in self._slips:
                    return self._slips[mended]
        return None

    def _run_together(self, written: str) -> Sequence[str]:
        if not _FEW <= len(written) <= LONGEST:
            return ()
        parts = self._apart(written)
        grave = any(part in self._mend and len(part) > _WORDY for part in parts)
        return parts if grave and len(written) >= _SHARE * len(parts) else ()

    def _apart(self, letters: str) -> Sequence[str]:
        """As few parts as cover all letters, the longest first; none when nothing does."""
        best: list[tuple[int, int]] = [(0, 0)]  # from here to the end: how many parts, how long the first is
        for left in range(1, len(letters) + 1):
            at = len(letters) - left
            found = (len(letters) + 1, 0)
            for size in range(min(left, self._longest_part), 0, -1):
                count = best[left - size][0] + 1
                if count < found[0] and letters[at : at + size] in self._parts:
                    found = (count, size)
            best.append(found)
        if best[-1][0] > len(letters):
            return ()
        parts, at = [], 0
        while at < len(letters):
            size = best[len(letters) - at][1]
            parts.append(letters[at : at + size])
            at += size
        return parts

    def _unmasked(self, written: str) -> str | None:
        if "-" in written and all(map(self._stands_alone, written.split("-"))):
            return None  # "re-live" is two words
        fitting = [
            word
            for word in self._masked.get((len(written), written[0], written[-1]), ())
            if all(_MASK.match(sign) or sign == letter for sign, letter in zip(written, word, strict=True))
        ]
        letters = sum(map(str.isalpha, written))
        return fitting[0] if len(fitting) == 1 and letters * 2 >= len(written) else None

    def _stands_alone(self, part: str) -> bool:
        return part in {"", "i", "a"} or (len(part) > 1 and self.is_word(part))


def _has_figures(written: str) -> bool:
    return _FIGURE.search(written) is not None and sum(map(str.isalpha, written)) * 2 >= len(written)


def _slips(mend: Iterable[str], words: Collection[str]) -> Mapping[str, str]:
    """What each form one slip away from a word stands for, unless it is a word itself."""
    slips: dict[str, tuple[int, str]] = {}
    for word in mend:
        for likely, forms in enumerate(_kinds(word)):
            for form in forms:
                if len(form) >= _WORDY and form not in words and likely < slips.get(form, (9, ""))[0]:
                    slips[form] = likely, word
    return {form: word for form, (_, word) in slips.items()}


def _kinds(word: str) -> Iterator[Iterable[str]]:
    """The forms one slip away, the likeliest kind first."""
    places = range(len(word))
    yield [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in places[:-1]]
    yield [word[: i + 1] + word[i:] for i in places]
    yield [word[:i] + word[i + 1 :] for i in places if len(word) >= _FEW or _is_spare(word, i)]
    if len(word) >= _FEW:
        pressed = [(i, key) for i in places for key in _alike(word[i])]
        yield [word[:i] + key + word[i + 1 :] for i, key in pressed]
        yield [word[: i + after] + key + word[i + after :] for i, key in pressed for after in (0, 1)]


def _is_spare(word: str, at: int) -> bool:
    """Whether a short word is still itself without this letter: a vowel inside, or one of two alike."""
    inside = 0 < at < len(word) - 1
    return (inside and word[at] in "aeiou") or word[at] == word[at - 1]


@lru_cache(maxsize=32)
def _alike(letter: str) -> str:
    heard = "".join(sounds for sounds in _SOUNDS if letter in sounds).replace(letter, "")
    return "".join(sorted({*_NEIGHBOURS.get(letter, ""), *heard}))
