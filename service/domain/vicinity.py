"""One match and what stands around it in its sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.answers import Speaker
from service.domain.automaton import Match
from service.domain.cues import Cue, Cues, Found
from service.domain.text import Words


@dataclass(frozen=True, slots=True)
class Roles:
    """Single words of one language that tell what is part of what; what each list means stands in
    `context.yaml`. A list that a language leaves out is empty and changes nothing."""

    subjects: frozenset[str]
    opening: frozenset[str] = frozenset()
    carrying: frozenset[str] = frozenset()
    linking: frozenset[str] = frozenset()
    auxiliary: frozenset[str] = frozenset()
    asserting: frozenset[str] = frozenset()
    knowing: frozenset[str] = frozenset()
    asked_about: frozenset[str] = frozenset()
    hedging: frozenset[str] = frozenset()
    present: frozenset[str] = frozenset()
    not_present: frozenset[str] = frozenset()
    saying: frozenset[str] = frozenset()
    nominative: frozenset[str] = frozenset()
    clause_opening: frozenset[str] = frozenset()
    finite: frozenset[str] = frozenset()


class Vicinity:
    """A match, the words of its answer, and the cues of its sentence within `window` words."""

    __slots__ = ("_high", "_low", "breaks", "cues", "match", "roles", "speaker", "text", "window", "words")

    def __init__(
        self, match: Match, text: Words, cues: Cues, roles: Roles, window: int, speaker: Speaker
    ) -> None:
        self.match = match
        self.text = text
        self.words, self.breaks = text.words, text.breaks
        self.cues, self.roles, self.window, self.speaker = cues, roles, window, speaker
        self._low = max(cues.sentence_begin(match.first), match.first - window)
        self._high = min(self._end(match.past), match.past + window)

    def _end(self, past: int) -> int:
        """Where the sentence ends, or the next one when it only dates this one: "It will be tonight." """
        end = self.cues.sentence_end(past)
        return self.cues.sentence_end(end + 1) if self.cues.opens(Cue.FOLLOWING, end) else end

    def of(self, cue: Cue) -> Sequence[Found]:
        """The cues of one kind, in text order."""
        return self.cues.of(cue, self._low, self._high)

    def subjects(self) -> Sequence[Found]:
        """Whoever is named, in text order."""
        return self.cues.subjects(self._low, self._high)

    def times(self) -> Sequence[Found]:
        """The words of time, in text order."""
        return self.cues.times(self._low, self._high)

    def inside(self, found: Found) -> bool:
        """Whether a cue begins inside the match."""
        return self.match.first <= found.first < self.match.past

    def parting(self, past: int, first: int) -> int:
        """The strongest break between a word that ends before `past` and the word `first`."""
        return max(self.breaks[past : first + 1], default=0)

    def stands_between(self, cue: Cue, past: int, first: int) -> bool:
        """Whether a cue of this kind begins from `past` up to, not including, `first`."""
        return any(past <= found.first < first for found in self.of(cue))

    def said_next(self, cue: Cue) -> bool:
        """Whether this cue follows the match in its sentence or the next two."""
        if not self.cues.holds(cue):
            return False
        end = self.cues.sentence_end(self.match.past)
        for _ in range(2):
            end = self.cues.sentence_end(end + 1)
        high = min(end, self.match.past + self.window)
        return bool(self.cues.of(cue, self.match.past, high))

    def sentence_end(self) -> int:
        """Where the sentence of the match ends, within the window."""
        return min(self.cues.sentence_end(self.match.past), self.match.past + self.window)
