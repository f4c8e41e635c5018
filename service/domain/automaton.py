"""One automaton for all patterns: time grows with the text, hardly with the number of patterns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from service.domain.patterns import Choice, ClauseEnd, Gap, Part, Pattern, Sequenced, Word
from service.domain.text import SENTENCE, Words

_REMEMBERED = 50_000  # beyond so many nodes a step is worked out again: memory stays bounded for any text


class Match(NamedTuple):
    """Pattern owner number `owner` matched the words from `first` up to, not including, `past`."""

    owner: int
    first: int
    past: int


@dataclass(slots=True)
class _State:
    words: dict[str, list[int]] = field(default_factory=dict)
    prefixes: list[tuple[str, int]] = field(default_factory=list)
    any_word: list[int] = field(default_factory=list)
    free: list[int] = field(default_factory=list)
    owner: int = -1
    closes: bool = False


class _Node:
    """A set of states that can be reached together; its steps are worked out when first taken."""

    __slots__ = ("closing", "ends", "states", "steps")

    def __init__(self, states: frozenset[int], net: Sequence[_State]) -> None:
        self.states = states
        self.steps: dict[str, _Node | None] = {}
        accepting = sorted((net[s].owner, net[s].closes) for s in states if net[s].owner >= 0)
        self.ends = tuple(owner for owner, closes in accepting if not closes)
        self.closing = tuple(owner for owner, closes in accepting if closes)


_UNTRIED = _Node(frozenset(), ())


class Automaton:
    """Finds every match of (owner, pattern) pairs. A match never crosses the end of a sentence."""

    def __init__(self, patterns: Iterable[tuple[int, Pattern]]) -> None:
        self._net: list[_State] = []
        self._nodes: dict[frozenset[int], _Node] = {}
        opening, anywhere = self._state(), self._state()
        self._net[opening].free.append(anywhere)
        for owner, pattern in patterns:
            start = opening if pattern.opens else anywhere
            self._accept(self._wired(pattern.body, start, owner), owner, closes=False)
        self.vocabulary = frozenset(word for state in self._net for word in state.words)
        prefixes = frozenset(prefix for state in self._net for prefix, _ in state.prefixes)
        self._stems: dict[str, list[str]] = {}
        for prefix in sorted(prefixes, key=len, reverse=True):
            self._stems.setdefault(prefix[:1], []).append(prefix)
        self._opening = self._node(self._closure([opening]))
        self._anywhere = self._node(self._closure([anywhere]))

    def matches(self, words: Words) -> list[Match]:
        """The longest match of every owner at every place, in text order."""
        longest: dict[tuple[int, int], int] = {}
        live: list[tuple[_Node, int]] = []
        breaks, known = words.breaks, self.vocabulary
        for at, word in enumerate(words.words):
            key = word if word in known else self._stem(word)
            parted = breaks[at]
            if parted >= SENTENCE:
                live = []
            live.append((self._opening if parted else self._anywhere, at))
            still = []
            for node, first in live:
                following = node.steps.get(key, _UNTRIED)
                if following is _UNTRIED:
                    following = self._step(node, key)
                if following is None:
                    continue
                still.append((following, first))
                for owner in following.ends:
                    longest[first, owner] = at + 1
                if following.closing and breaks[at + 1]:
                    longest.update({(first, owner): at + 1 for owner in following.closing})
            live = still
        return [Match(owner, first, past) for (first, owner), past in sorted(longest.items())]

    def _stem(self, word: str) -> str:
        """The longest known prefix, which decides all shorter ones; the star marks it as no word itself."""
        stems = self._stems.get(word[:1])
        if stems is None:
            return "*"
        return next((stem + "*" for stem in stems if word.startswith(stem)), "*")

    def _step(self, node: _Node, key: str) -> _Node | None:
        stem = key.removesuffix("*")
        reached: list[int] = []
        for state in (self._net[number] for number in node.states):
            if stem == key:
                reached += state.words.get(key, ())
            reached += [target for prefix, target in state.prefixes if stem.startswith(prefix)]
            reached += state.any_word
        following = self._node(self._closure(reached)) if reached else None
        if len(self._nodes) < _REMEMBERED:
            node.steps[key] = following
        return following

    def _node(self, states: frozenset[int]) -> _Node:
        known = self._nodes.get(states)
        if known is None:
            known = _Node(states, self._net)
            if len(self._nodes) < _REMEMBERED:
                self._nodes[states] = known
        return known

    def _closure(self, states: Iterable[int]) -> frozenset[int]:
        reached: set[int] = set()
        waiting = list(states)
        while waiting:
            state = waiting.pop()
            if state not in reached:
                reached.add(state)
                waiting += self._net[state].free
        return frozenset(s for s in reached if not self._passing(self._net[s]))

    @staticmethod
    def _passing(state: _State) -> bool:
        """Whether a state only leads on without a word: it need not be kept in a node."""
        return not state.words and not state.prefixes and not state.any_word and state.owner < 0

    def _state(self) -> int:
        self._net.append(_State())
        return len(self._net) - 1

    def _accept(self, end: int, owner: int, closes: bool) -> None:
        final = self._state()
        self._net[end].free.append(final)
        self._net[final].owner, self._net[final].closes = owner, closes

    def _wired(self, part: Part, start: int, owner: int) -> int:
        """Lay a part from `start` on; the state in which it ends."""
        if isinstance(part, Sequenced):
            for each in part.parts:
                start = self._wired(each, start, owner)
            return start
        if isinstance(part, Choice):
            return self._wired_choice(part, start, owner)
        if isinstance(part, Gap):
            return self._wired_gap(part, start)
        end = self._state()
        if isinstance(part, ClauseEnd):
            self._accept(start, owner, closes=True)  # `end` stays out of reach: nothing follows a `$`
        elif isinstance(part, Word):
            self._net[start].words.setdefault(part.word, []).append(end)
        else:
            self._net[start].prefixes.append((part.prefix, end))
        return end

    def _wired_choice(self, part: Choice, start: int, owner: int) -> int:
        end = self._state()
        for each in part.parts:
            self._net[self._wired(each, start, owner)].free.append(end)
        return end

    def _wired_gap(self, gap: Gap, start: int) -> int:
        end = self._state()
        for skipped in range(gap.most + 1):
            if skipped >= gap.least:
                self._net[start].free.append(end)
            if skipped < gap.most:
                following = self._state()
                self._net[start].any_word.append(following)
                start = following
        return end
