"""What several themes say together, in one sentence or in neighbouring ones, though none says it alone."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product

from service.domain.automaton import Match
from service.domain.entry import THEME, Entry
from service.domain.text import CLAUSE, Words

_OFTEN_ENOUGH = 20  # hits of one combination: a page of copied lines must not become a book of them
_LOOKED_AT = 4  # neighbours tried on each side: time stays linear for any text


@dataclass(frozen=True, slots=True)
class Together:
    """Entry number `owner` is raised by these parts, unless an innocent explanation stands beside them."""

    owner: int
    parts: tuple[Match, ...]
    unless: Match | None


@dataclass(frozen=True, slots=True)
class _Combination:
    owner: int
    construct: str
    parts: tuple[frozenset[int], ...]
    unless: frozenset[int]
    sentences: int


class Combinations:
    """All the ways in which the entries of one lexicon are raised by themes together.

    `apart`: the most words that may stand between two parts; `finite`: words of which a whole sentence holds
    at least one. What holds none ("Registry office, two witnesses.") belongs to the sentence before it.
    """

    def __init__(self, entries: Sequence[Entry], apart: int, finite: Collection[str] = ()) -> None:
        self._finite = frozenset(finite)
        themes = {entry.name: owner for owner, entry in enumerate(entries) if entry.construct == THEME}
        self._apart = apart
        self._combinations = [
            _Combination(
                owner,
                entry.construct,
                tuple(frozenset(themes[name] for name in part) for part in parts),
                frozenset(themes[name] for name in entry.unless),
                entry.sentences,
            )
            for owner, entry in enumerate(entries)
            for parts in entry.together
        ]

        self._by_first: dict[int, list[int]] = {}
        for number, each in enumerate(self._combinations):
            for owner in each.parts[0]:
                self._by_first.setdefault(owner, []).append(number)
        self.explaining = frozenset(owner for each in self._combinations for owner in each.unless)
        """The themes that explain something away."""

    def found(self, themes: Sequence[Match], words: Words) -> Iterator[Together]:
        """Every combination that the themes found in these words make, in the order of the entries."""
        owners = {match.owner for match in themes}
        begun = sorted({number for owner in owners for number in self._by_first.get(owner, ())})
        possible = [
            each
            for each in map(self._combinations.__getitem__, begun)
            if not any(owners.isdisjoint(part) for part in each.parts)
        ]
        if possible:
            passage = _Passage(words, self._apart, self._finite)
            # The same parts say one construct once, by the first entry that names them.
            seen: set[tuple[str, frozenset[Match]]] = set()
            for combination in possible:
                yield from passage.found(combination, themes, seen)


class _Passage:
    """One answer, its sentences numbered."""

    def __init__(self, words: Words, apart: int, finite: frozenset[str]) -> None:
        self._begins = words.sentences
        self._breaks = words.breaks
        self._numbers = list(_numbered(words, finite))
        self._apart = apart

    def _sentence(self, match: Match) -> int:
        """The number of the sentence in which a match begins."""
        return self._numbers[bisect_right(self._begins, match.first) - 1]

    def found(
        self, combination: _Combination, themes: Sequence[Match], seen: set[tuple[str, frozenset[Match]]]
    ) -> Iterator[Together]:
        parts = [[match for match in themes if match.owner in part] for part in combination.parts]
        innocent = [match for match in themes if match.owner in combination.unless]
        standing = 0
        for first in parts[0]:
            hit = self._hit(combination, first, parts[1:], innocent)
            if hit is None:
                continue
            said = (combination.construct, frozenset(hit.parts))
            if said not in seen:
                seen.add(said)
                yield hit
            standing += hit.unless is None
            if standing == _OFTEN_ENOUGH:
                return

    def _hit(
        self,
        combination: _Combination,
        first: Match,
        others: Sequence[Sequence[Match]],
        innocent: Sequence[Match],
    ) -> Together | None:
        """The first part with others beside it: the nearest that nothing explains, else the nearest."""
        explained: Together | None = None
        near = [self._near(candidates, first, combination.sentences) for candidates in others]
        for choice in product(*near):
            parts = (first, *choice)
            if all(one.owner != two.owner and _distinct(one, two) for one, two in combinations(parts, 2)):
                unless = self._explanation(parts, innocent, combination.sentences)
                if unless is None:
                    return Together(combination.owner, parts, None)
                explained = explained or Together(combination.owner, parts, unless)
        return explained

    def _near(self, candidates: Sequence[Match], first: Match, sentences: int) -> list[Match]:
        at = bisect_left(candidates, first.first, key=lambda match: match.first)
        near = candidates[max(at - _LOOKED_AT, 0) : at + _LOOKED_AT]
        near = [match for match in near if self._is_near(match, first, sentences)]
        return sorted(near, key=lambda match: (_distance(match, first), match.first))

    def _explanation(self, parts: Sequence[Match], innocent: Sequence[Match], sentences: int) -> Match | None:
        """An innocent explanation in their own sentences or before them. What is said later explains nothing
        away: no sentence behind may ever make a contact look quieter."""
        last = max(map(self._sentence, parts))
        past = max(part.past for part in parts)
        for part in parts:
            for match in self._near(innocent, part, sentences):
                if self._sentence(match) <= last and not self._is_behind(match, past):
                    return match
        return None

    def _is_behind(self, match: Match, past: int) -> bool:
        """Whether a word that stands alone ("Tonight.") parts the match from what ends before `past`: such a
        word belongs to both sides, and would join them."""
        return any(one >= CLAUSE <= other for one, other in pairwise(self._breaks[past : match.first + 1]))

    def _is_near(self, match: Match, other: Match, sentences: int) -> bool:
        between = abs(self._sentence(match) - self._sentence(other))
        return between < sentences and _distance(match, other) <= self._apart


def _numbered(words: Words, finite: frozenset[str]) -> Iterator[int]:
    """The number of every sentence, by the words with which they begin; fragments have their neighbour's."""
    number = 0
    for first, past in pairwise(words.sentences):
        number += bool(first) and not finite.isdisjoint(words.words[first:past])
        yield number


def _distance(match: Match, other: Match) -> int:
    """How many words stand between; below zero when they overlap."""
    return max(match.first - other.past, other.first - match.past)


def _distinct(match: Match, other: Match) -> bool:
    """Whether these are two: side by side, or a thing inside what is done with it ("got *the rope* out")."""
    if match.first >= other.past or other.first >= match.past:
        return True
    inner, outer = sorted((match, other), key=lambda each: each.past - each.first)
    within = outer.first <= inner.first and inner.past <= outer.past
    return within and inner.past - inner.first <= 2 <= (outer.past - outer.first) - (inner.past - inner.first)
