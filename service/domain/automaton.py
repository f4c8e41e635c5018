"""One automaton for all patterns: time grows with the text, hardly with the number of patterns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from service.domain.patterns import Choice, ClauseEnd, Gap, Part, Pattern, Sequenced, Word
from service.domain.text import SENTENCE, Words

_REMEMBERED = 50_000  # beyond so many nodes a step is worked out again: memory stays bounded for any text


class Match(NamedTuple):
    """Pattern owner number `owner` matched the words from `first` up to, not including, `past`."""

    owner: int
    first: int
    past: int


class _Net:
    """States, numbered, and the ways from one to another: by a word, a prefix, any word, or freely."""

    def __init__(self) -> None:
        self.states = 0
        self.words: defaultdict[int, dict[str, list[int]]] = defaultdict(dict)
        self.prefixes: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
        self.any_word: defaultdict[int, list[int]] = defaultdict(list)
        self.free: defaultdict[int, list[int]] = defaultdict(list)
        self.accepts: dict[int, tuple[int, bool]] = {}

    def state(self) -> int:
        self.states += 1
        return self.states - 1

    def accept(self, end: int, owner: int, *, closes: bool) -> None:
        final = self.state()
        self.free[end].append(final)
        self.accepts[final] = (owner, closes)

    def lay(self, part: Part, start: int, end: int, owner: int) -> None:
        """Lay a part between two states."""
        if isinstance(part, Word):
            self.words[start].setdefault(part.word, []).append(end)
        elif isinstance(part, Sequenced):
            self._lay_sequence(part, start, end, owner)
        elif isinstance(part, Choice):
            for each in part.parts:
                self.lay(each, start, end, owner)
        elif isinstance(part, Gap):
            self._lay_gap(part, start, end)
        elif isinstance(part, ClauseEnd):
            self.accept(start, owner, closes=True)  # `end` stays out of reach: nothing follows a `$`
        else:
            self.prefixes[start].append((part.prefix, end))

    def _lay_sequence(self, part: Sequenced, start: int, end: int, owner: int) -> None:
        if not part.parts:
            self.free[start].append(end)
            return
        for each in part.parts[:-1]:
            following = self.state()
            self.lay(each, start, following, owner)
            start = following
        self.lay(part.parts[-1], start, end, owner)

    def _lay_gap(self, gap: Gap, start: int, end: int) -> None:
        for skipped in range(gap.most + 1):
            if skipped >= gap.least:
                self.free[start].append(end)
            if skipped < gap.most:
                following = self.state()
                self.any_word[start].append(following)
                start = following

    def passing(self, state: int) -> bool:
        """Whether a state only leads on without a word: it need not be kept in a node."""
        return not (
            state in self.words or state in self.prefixes or state in self.any_word or state in self.accepts
        )


class _Node:
    """A set of states that can be reached together; its steps are worked out when first taken."""

    __slots__ = ("accepts", "closing", "ends", "states", "steps")

    def __init__(self, states: frozenset[int], net: _Net) -> None:
        self.states = states
        self.steps: dict[str, _Node | None] = {}
        accepting = sorted(net.accepts[state] for state in states if state in net.accepts)
        self.accepts = bool(accepting)
        self.ends = tuple(owner for owner, closes in accepting if not closes)
        self.closing = tuple(owner for owner, closes in accepting if closes)


class Automaton:
    """Finds every match of (owner, pattern) pairs. A match never crosses the end of a sentence."""

    def __init__(self, patterns: Iterable[tuple[int, Pattern]]) -> None:
        self._net = _Net()
        self._nodes: dict[frozenset[int], _Node] = {}
        self._keys: dict[str, str] = {}
        opening, anywhere = self._net.state(), self._net.state()
        self._net.free[opening].append(anywhere)
        for owner, pattern in patterns:
            end = self._net.state()
            self._net.lay(pattern.body, opening if pattern.opens else anywhere, end, owner)
            self._net.accept(end, owner, closes=False)
        self.vocabulary = frozenset(word for words in self._net.words.values() for word in words)
        prefixes = {prefix for ways in self._net.prefixes.values() for prefix, _ in ways}
        self._stems: dict[str, list[str]] = {}
        for prefix in sorted(prefixes, key=len, reverse=True):
            self._stems.setdefault(prefix[:1], []).append(prefix)
        self._opening = self._node(self._closure([opening]))
        self._anywhere = self._node(self._closure([anywhere]))

    def matches(self, words: Words) -> list[Match]:
        """The longest match of every owner at every place, in text order."""
        found = sorted(self.found(words).items())
        return [Match(owner, first, past) for (first, owner), past in found]

    def found(self, words: Words) -> dict[tuple[int, int], int]:
        """Past which word the longest match of an owner ends, by (first word, owner)."""
        longest: dict[tuple[int, int], int] = {}
        live: list[tuple[_Node, int]] = []
        breaks, known = words.breaks, self._keys
        keys = [known.get(word) or self._key(word) for word in words.words]
        for at, key in enumerate(keys):
            parted = breaks[at]
            if parted >= SENTENCE:
                live = []
            live.append((self._opening if parted else self._anywhere, at))
            still = []
            for node, first in live:
                try:
                    following = node.steps[key]
                except KeyError:
                    following = self._step(node, key)
                if following is None:
                    continue
                still.append((following, first))
                if following.accepts:
                    for owner in following.ends:
                        longest[first, owner] = at + 1
                    for owner in following.closing if breaks[at + 1] else ():
                        longest[first, owner] = at + 1
            live = still
        return longest

    def _key(self, word: str) -> str:
        """What decides a step: the word when a pattern names it, else its longest prefix that one names."""
        key = word if word in self.vocabulary else self._stem(word)
        if len(self._keys) < _REMEMBERED:
            self._keys[word] = key
        return key

    def _stem(self, word: str) -> str:
        """The longest known prefix, which decides all shorter ones; the star marks it as no word itself."""
        stems = self._stems.get(word[:1])
        if stems is None:
            return "*"
        return next((stem + "*" for stem in stems if word.startswith(stem)), "*")

    def _step(self, node: _Node, key: str) -> _Node | None:
        net, stem = self._net, key.removesuffix("*")
        reached: list[int] = []
        for state in node.states:
            if stem == key and state in net.words:
                reached += net.words[state].get(key, ())
            if state in net.prefixes:
                reached += [target for prefix, target in net.prefixes[state] if stem.startswith(prefix)]
            if state in net.any_word:
                reached += net.any_word[state]
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
        free = self._net.free
        reached: set[int] = set()
        waiting = list(states)
        while waiting:
            state = waiting.pop()
            if state not in reached:
                reached.add(state)
                if state in free:
                    waiting += free[state]
        return frozenset(state for state in reached if not self._net.passing(state))
