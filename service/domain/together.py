"""What several themes say together, in one sentence or in neighbouring ones, though none says it alone."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from service.domain.automaton import Match
from service.domain.entry import THEME, Entry
from service.domain.text import SENTENCE, Words

_OFTEN_ENOUGH = 20  # hits of one combination: a page of copied lines must not become a book of them
_LOOKED_AT = 8  # neighbours tried on each side: time stays linear for any text


@dataclass(frozen=True, slots=True)
class Together:
    """Entry number `owner` is raised by these parts, unless an innocent explanation stands beside them."""

    owner: int
    parts: tuple[Match, ...]
    unless: Match | None


@dataclass(frozen=True, slots=True)
class _Combination:
    owner: int
    parts: tuple[frozenset[int], ...]
    unless: frozenset[int]
    sentences: int


class Combinations:
    """All the ways in which the entries of one lexicon are raised by themes together.

    `apart`: the most words that may stand between two parts.
    """

    def __init__(self, entries: Sequence[Entry], apart: int) -> None:
        themes = {entry.name: owner for owner, entry in enumerate(entries) if entry.construct == THEME}
        self._apart = apart
        self._combinations = [
            _Combination(
                owner,
                tuple(frozenset(themes[name] for name in part) for part in parts),
                frozenset(themes[name] for name in entry.unless),
                entry.sentences,
            )
            for owner, entry in enumerate(entries)
            for parts in entry.together
        ]

    def found(self, themes: Sequence[Match], words: Words) -> Iterator[Together]:
        """Every combination that the themes found in these words make, in the order of the entries."""
        owners = {match.owner for match in themes}
        possible = [c for c in self._combinations if not any(owners.isdisjoint(part) for part in c.parts)]
        if possible:
            passage = _Passage(words, self._apart)
            for combination in possible:
                yield from passage.found(combination, themes)


class _Passage:
    """One answer, its sentences numbered."""

    def __init__(self, words: Words, apart: int) -> None:
        self._sentence = list(accumulate(parted >= SENTENCE for parted in words.breaks))
        self._apart = apart

    def found(self, combination: _Combination, themes: Sequence[Match]) -> Iterator[Together]:
        parts = [[match for match in themes if match.owner in part] for part in combination.parts]
        innocent = [match for match in themes if match.owner in combination.unless]
        seen: set[frozenset[Match]] = set()
        standing = 0
        for first in parts[0]:
            chosen = self._chosen(first, parts[1:], combination.sentences)
            if chosen is None or frozenset(chosen) in seen:
                continue
            seen.add(frozenset(chosen))
            unless = self._explained(chosen, innocent, combination.sentences)
            yield Together(combination.owner, chosen, unless)
            standing += unless is None
            if standing == _OFTEN_ENOUGH:
                return

    def _chosen(
        self, first: Match, others: Sequence[Sequence[Match]], sentences: int
    ) -> tuple[Match, ...] | None:
        """The first part with the nearest of every other part; None when one is not near."""
        chosen: tuple[Match, ...] = (first,)
        for candidates in others:
            near = [
                match
                for match in _nearest(candidates, first)
                if all(match.owner != c.owner and _distinct(match, c) for c in chosen)
                and self._is_near(match, first, sentences)
            ]
            if not near:
                return None
            chosen += (min(near, key=lambda match: (_distance(match, first), match.first)),)
        return chosen

    def _explained(self, parts: tuple[Match, ...], innocent: Sequence[Match], sentences: int) -> Match | None:
        return next(
            (m for part in parts for m in _nearest(innocent, part) if self._is_near(m, part, sentences)), None
        )

    def _is_near(self, match: Match, other: Match, sentences: int) -> bool:
        between = abs(self._sentence[match.first] - self._sentence[other.first])
        return between < sentences and _distance(match, other) <= self._apart


def _nearest(matches: Sequence[Match], to: Match) -> Iterable[Match]:
    at = bisect_left(matches, to.first, key=lambda match: match.first)
    return matches[max(at - _LOOKED_AT, 0) : at + _LOOKED_AT]


def _distance(match: Match, other: Match) -> int:
    """How many words stand between; below zero when they overlap."""
    return max(match.first - other.past, other.first - match.past)


def _distinct(match: Match, other: Match) -> bool:
    """Whether these are two things that were said: side by side, or one inside the other ("got *the rope* out")."""
    if match.first >= other.past or other.first >= match.past:
        return True
    inner, outer = sorted((match, other), key=lambda each: each.past - each.first)
    return (
        inner.past - inner.first < outer.past - outer.first
        and outer.first <= inner.first
        and inner.past <= outer.past
    )
