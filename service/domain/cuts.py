"""Where people cut their words: letters one by one, a word in two, two in one, signs in or for a word."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from service.domain.letters import JOINED_OR_PARTED, Folded
from service.domain.misspelled import Misspelled
from service.domain.writing import Writing


class Cut(NamedTuple):
    """A piece of the folded text, and the written form as which it is read."""

    start: int
    end: int
    written: str


_SPELLED_OUT = re.compile(r"(?<![^\W_])[^\W\d_](?:(?:[^\w']|_){1,3}[^\W_](?![^\W_'])){2,}")
_NEXT_LETTER = 3  # signs between two letters of one word, at most
_MASKS = "-!|@$*#\u00a1"
_SIGNS = re.compile(rf"(?<![{_MASKS}])[{_MASKS}]+(?=[^\W_])")  # from its first sign on: linear
_LEADING = frozenset("!|@$\u00a1")  # these may stand for a first letter
_SIGNS_IN_A_WORD = 12
_TAILS = frozenset({"t", "m", "ve", "ll", "re", "s", "d", "nt", "n't"})
_LOST_APOSTROPHE = re.compile(r"[^\w\s]{1,3}|\s?'?\s?")
_BETWEEN_WORDS = re.compile(r"(?:[^\S\n]|\u200b){1,3}|[-\n]")
_HEADLINE = 4  # words of a text in capitals that may yet hold an abbreviation
_WEEKS = "52"  # no date ends so


class Cuts:
    """Cuts a text where its words end, however they were written."""

    def __init__(
        self, spellings: Mapping[str, tuple[str, ...]], misspelled: Misspelled, writing: Writing
    ) -> None:
        self._spellings = spellings
        self._misspelled = misspelled
        self._writing = writing
        signs = sorted(written for written in spellings if not any(map(str.isalnum, written)))
        self._sign = re.compile("|".join(map(re.escape, signs)) or r"(?!)")
        self._capitals = {written.lower() for written in spellings if written.isupper()}
        self._several: dict[str, list[list[str]]] = {}
        for written in sorted(spellings, key=len, reverse=True):
            if " " in written:
                self._several.setdefault(written.split(" ")[1], []).append(written.split(" "))
        self._pairs = {(form[0], form[1]) for forms in self._several.values() for form in forms}
        self._alone = frozenset({*_TAILS, *self._capitals, *writing.durations})
        self._telling = self._alone.union(self._several)

    def cut(
        self, folded: Folded, found: Sequence[tuple[int, int]], written: Sequence[str]
    ) -> list[Cut] | None:
        """The words anew, from where they were `found`, as `written`; None when nothing is odd."""
        plain = folded.plain
        odd = folded.origins is not None and (JOINED_OR_PARTED in plain or self._sign.search(plain))
        masked = self._masked(plain, found) if any(map(plain.__contains__, _MASKS)) else []
        letters = (1, 1) in pairwise(map(len, written)) and _SPELLED_OUT.search(plain)
        if not odd and not masked and not letters and not self._tell(written):
            return None
        cuts = [Cut(start, end, word) for (start, end), word in zip(found, written, strict=True)]
        if odd:
            cuts = list(self._opened(self._with_signs(plain, cuts)))
        if masked:
            cuts = _replaced(cuts, masked)
        if letters:
            cuts = list(self._joined(cuts))
        return self._together(folded, cuts)

    def _tell(self, written: Sequence[str]) -> bool:
        """Whether some of these may have to be read together, or as they are capitalised."""
        if self._telling.isdisjoint(written):
            return False
        return not self._alone.isdisjoint(written) or not self._pairs.isdisjoint(pairwise(written))

    def _with_signs(self, folded: str, cuts: Sequence[Cut]) -> list[Cut]:
        """A listed sign is a word, unless it stands beside laughter or in a text without any word."""
        if not cuts:
            return []
        signs = [Cut(*match.span(), match[0]) for match in self._sign.finditer(folded)]
        ends = [(cut.end, 0) for cut in cuts]
        gaps = groupby(signs, key=lambda sign: bisect_left(ends, (sign.start, 1)))
        return sorted(
            [*cuts, *(sign for gap, inside in gaps if not self._laughs(folded, cuts, gap) for sign in inside)]
        )

    def _laughs(self, folded: str, cuts: Sequence[Cut], gap: int) -> bool:
        """Whether the signs in front of the cut number `gap` stand beside laughter."""
        before, after = cuts[gap - 1 : gap] if gap else [], cuts[gap : gap + 1]
        start, end = before[0].end if before else 0, after[0].start if after else len(folded)
        laughter = self._writing.laughter
        return any(sign in laughter for sign in folded[start:end]) or any(
            cut.written in laughter for cut in (*before, *after)
        )

    def _opened(self, cuts: Sequence[Cut]) -> Iterator[Cut]:
        """Join what a zero width space or a tag parts, where that makes a word; part it where it does not."""
        for cut in cuts:
            joined = cut.written.replace(JOINED_OR_PARTED, "")
            if joined == cut.written or self._misspelled.is_word(joined):
                yield Cut(cut.start, cut.end, joined)
                continue
            parts = [match.span() for match in re.finditer(rf"[^{JOINED_OR_PARTED}]+", cut.written)]
            words = sum(
                self._misspelled.is_word(cut.written[start:end].replace("'", "")) for start, end in parts
            )
            if words * 2 < len(parts):
                yield Cut(cut.start, cut.end, joined)
                continue
            for start, end in parts:
                yield Cut(cut.start + start, cut.start + end, cut.written[start:end])

    def _masked(self, plain: str, found: Sequence[tuple[int, int]]) -> list[Cut]:
        """The words whose letters are parted by signs: `su!cide`, `k*ll`, `$uicide`."""
        masked: list[Cut] = []
        past = 0
        for signs in _SIGNS.finditer(plain):
            if signs.start() < past:
                continue
            last = bisect_left(found, (signs.end(),))
            start = signs.end() - 1
            if last and found[last - 1][1] == signs.start():
                start = found[last - 1][0]
            elif plain[start] not in _LEADING:
                continue
            most = min(last + _SIGNS_IN_A_WORD, len(found) - 1)
            while last < most and _touch(plain, found[last][1], found[last + 1][0]):
                last += 1
            past = found[last][1]
            word = self._misspelled.masked(plain[start:past])
            if word is not None:
                masked.append(Cut(start, past, word))
        return masked

    def _joined(self, cuts: Sequence[Cut]) -> Iterator[Cut]:
        """Join letters that were written one by one (`d i e`), where they make known words."""
        run: list[Cut] = []
        for cut in cuts:
            single = len(cut.written) == 1 and cut.written.isalnum()
            if run and (not single or cut.start - run[-1].end > _NEXT_LETTER):
                yield from self._run(run)
                run = []
            if single:
                run.append(cut)
            else:
                yield cut
        yield from self._run(run)

    def _run(self, run: list[Cut]) -> Iterator[Cut]:
        letters = "".join(cut.written for cut in run)
        first = 0
        for first, past in ((0, len(run)), (1, len(run)), (0, len(run) - 1)):
            within = letters[first:past]
            words = (
                self._misspelled.spelled_out(within)
                if sum(map(str.isalpha, within)) * 2 > past - first
                else ()
            )
            if words:
                break
        else:
            yield from run
            return
        yield from run[:first]
        for word in words:
            yield Cut(run[first].start, run[first + len(word) - 1].end, word)
            first += len(word)
        yield from run[first:]

    def _together(self, folded: Folded, cuts: Sequence[Cut]) -> list[Cut]:
        """Read words that only together are one spelling (`my self`, `don t`, `2/52`) or in capitals."""
        read: list[Cut] = []
        past = 0
        shouted = len(cuts) > _HEADLINE and folded.original.isupper()
        for at, cut in enumerate(cuts):
            if at < past:
                continue
            past = at + 1
            whole = None
            if cut.written in self._telling and at and read and read[-1] is cuts[at - 1]:
                whole = self._whole(folded.plain, cuts, at)
            if whole:
                written, past = whole
                read.append(Cut(read.pop().start, cuts[past - 1].end, written))
            elif cut.written in self._capitals and not shouted and folded.cased(cut.start, cut.end).isupper():
                read.append(cut._replace(written=cut.written.upper()))
            else:
                read.append(cut)
        return read

    def _whole(self, folded: str, cuts: Sequence[Cut], at: int) -> tuple[str, int] | None:
        """What the cut at this place makes with the one before it, and the place behind; None if nothing."""
        before, cut = cuts[at - 1], cuts[at]
        between = folded[before.end : cut.start]
        if cut.written in _TAILS and _LOST_APOSTROPHE.fullmatch(between):
            for whole in (f"{before.written}'{cut.written}", before.written + cut.written.replace("'", "")):
                if whole in self._spellings:
                    return whole, at + 1
        if cut.written in self._writing.durations and between == "/" and self._lasts(cuts, at):
            return f"{before.written} {self._writing.durations[cut.written]}", at + 1
        for form in self._several.get(cut.written, ()):
            run = cuts[at - 1 : at - 1 + len(form)]
            if [each.written for each in run] == form and all(
                _BETWEEN_WORDS.fullmatch(folded, one.end, other.start) for one, other in pairwise(run)
            ):
                return " ".join(form), at - 1 + len(form)
        return None

    def _lasts(self, cuts: Sequence[Cut], at: int) -> bool:
        """Whether `3/7` is a time that lasts and no date."""
        number = cuts[at - 1].written
        beside = (*cuts[max(at - 2, 0) : at - 1], *cuts[at + 1 : at + 2])
        return (number.isdecimal() and len(number) <= 2) and (
            cuts[at].written == _WEEKS or any(cut.written in self._writing.dating for cut in beside)
        )


def _touch(plain: str, end: int, start: int) -> bool:
    """Whether only signs stand between two words."""
    signs = _SIGNS.match(plain, end)
    return signs is not None and signs.end() == start


def _replaced(cuts: Sequence[Cut], whole: Sequence[Cut]) -> list[Cut]:
    """The cuts, but for those that lie within one of the whole words, and these."""
    starts = [(cut.start,) for cut in whole]
    standing = (
        cut
        for cut in cuts
        if not (at := bisect_left(starts, (cut.start + 1,))) or whole[at - 1].end < cut.end
    )
    return sorted([*standing, *whole])
