"""Whom a match is about, when, and whether it is affirmed: read from the words around it.

The cues, the lists of words and the distances are data (`context.yaml`); how each question is decided
stands in `denial`, `person` and `dating`. After ConText (Harkema et al. 2009, J Biomed Inform 42:839),
reshaped for people who speak of themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from service.domain.answers import Speaker
from service.domain.automaton import Automaton, Match
from service.domain.cues import CUES, Cue, Cues
from service.domain.dating import date_of
from service.domain.denial import is_denied
from service.domain.patterns import Pattern
from service.domain.person import person_of
from service.domain.signals import Polarity, When, Who
from service.domain.text import Words
from service.domain.vicinity import Roles, Vicinity


class Around(NamedTuple):
    """What the surroundings of a match say. `dated` tells a time that was said from one presumed, `weekday`
    one that was said by a day's name alone."""

    who: Who
    when: When
    polarity: Polarity
    dated: bool
    weekday: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """The cues of one language. `reach`: words a negator denies; `window`: words looked at on each side."""

    automaton: Automaton
    reach: int
    window: int
    roles: Roles

    @staticmethod
    def of(cues: Mapping[Cue, Sequence[Pattern]], reach: int, window: int, roles: Roles) -> Context:
        """Compile the cues."""
        patterns = ((CUES.index(cue), pattern) for cue, each in cues.items() for pattern in each)
        return Context(Automaton(patterns), reach, window, roles)

    def surroundings(self, words: Words, speaker: Speaker, year: int | None = None) -> Surroundings:
        """Find every cue of one answer, given in `year`."""
        return Surroundings(self, words, speaker, year)


class Surroundings:
    """The cues of one answer, asked match by match."""

    def __init__(self, context: Context, words: Words, speaker: Speaker, year: int | None) -> None:
        self._context = context
        self._words = words
        self._speaker = speaker
        self._year = year
        self._cues = Cues(context.automaton.found(words), words)
        self._works: dict[tuple[int, int], bool] = {}

    def opens_with(self, cue: Cue, at: int) -> bool:
        """Whether this cue begins at this word."""
        return self._cues.opens(cue, at)

    def holds(self, cue: Cue) -> bool:
        """Whether this cue stands anywhere in the answer."""
        return self._cues.holds(cue)

    def around(self, match: Match, unit: bool, person: bool) -> Around:
        """Read the surroundings. `unit`: no negator can deny it. `person`: it bears on the person anyhow."""
        context = self._context
        near = Vicinity(match, self._words, self._cues, context.roles, context.window, self._speaker)
        when, by = date_of(near, self._year)
        denied = not unit and is_denied(near, context.reach)
        return Around(
            who=person_of(near, self._works, bears_on=person),
            when=when,
            polarity=Polarity.DENIED if denied else Polarity.AFFIRMED,
            dated=by is not None,
            weekday=by is Cue.WEEKDAY,
        )
