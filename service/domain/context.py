"""Whom a match is about, when, and whether it is affirmed: read from the words around it.

The cues and the two distances are data (`context.yaml`); the order in which they decide stands here.
After ConText (Harkema et al. 2009, J Biomed Inform 42:839), reshaped for people who speak of themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.domain.answers import Speaker
from service.domain.automaton import Automaton, Match
from service.domain.cues import CUES, NEGATION, PRONOUN, SUBJECT, TIME, Cue, Found, longest
from service.domain.patterns import Pattern
from service.domain.signals import Polarity, When, Who
from service.domain.text import CLAUSE, COMMA, QUESTION, SENTENCE, Words

_SPOKEN_OF = {
    Speaker.CLIENT: frozenset({Cue.FIRST, Cue.PATIENT}),
    Speaker.COLLATERAL: frozenset({Cue.THIRD, Cue.POSSESSIVE, Cue.RELATIVE, Cue.PATIENT}),
    Speaker.CLINICIAN: frozenset({Cue.THIRD, Cue.POSSESSIVE, Cue.PATIENT}),
}
"""Which subjects are the person in contact, by who speaks."""


@dataclass(frozen=True, slots=True)
class Around:
    """What the surroundings of a match say. `dated` tells a time that was said from one presumed."""

    who: Who
    when: When
    polarity: Polarity
    dated: bool


@dataclass(frozen=True, slots=True)
class Context:
    """The cues of one language. `reach`: words a negator denies; `window`: words looked at on each side."""

    automaton: Automaton
    reach: int
    window: int
    subjects: frozenset[str]

    @staticmethod
    def of(
        cues: Mapping[Cue, Sequence[Pattern]], reach: int, window: int, subjects: Iterable[str]
    ) -> Context:
        """Compile the cues."""
        patterns = ((CUES.index(cue), pattern) for cue, each in cues.items() for pattern in each)
        return Context(Automaton(patterns), reach, window, frozenset(subjects))

    def surroundings(self, words: Words, speaker: Speaker) -> Surroundings:
        """Find every cue of one answer."""
        return Surroundings(self, words, speaker)


class Surroundings:
    """The cues of one answer, asked match by match."""

    def __init__(self, context: Context, words: Words, speaker: Speaker) -> None:
        self._context = context
        self._words = words
        self._speaker = speaker
        self._cues: dict[int, list[Found]] = {}
        self._kinds: set[Cue] = set()
        self._quotations: dict[tuple[int, int], bool] = {}
        for found in longest(context.automaton.matches(words)):
            self._cues.setdefault(found.first, []).append(found)
            self._kinds.add(found.cue)

    def opens_with(self, cue: Cue, at: int) -> bool:
        """Whether this cue begins at this word."""
        return any(found.cue is cue for found in self._cues.get(at, ()))

    def holds(self, cue: Cue) -> bool:
        """Whether this cue stands anywhere in the answer."""
        return cue in self._kinds

    def around(self, match: Match, unit: bool, person: bool) -> Around:
        """Read the surroundings. `unit`: no negator can deny it. `person`: it bears on the person anyhow."""
        near = self._near(match)
        when, dated = self._when(match, near)
        denied = not unit and (self._denied_before(match, near) or self._denied_after(match, near))
        return Around(
            who=self._who(match, near, person),
            when=when,
            polarity=Polarity.DENIED if denied else Polarity.AFFIRMED,
            dated=dated,
        )

    def _near(self, match: Match) -> list[Found]:
        breaks, window = self._words.breaks, self._context.window
        low, high = match.first, match.past
        while low > 0 and match.first - low < window and breaks[low] < SENTENCE:
            low -= 1
        while high < len(self._words.words) and high - match.past < window and breaks[high] < SENTENCE:
            high += 1
        return [found for at in range(low, high) for found in self._cues.get(at, ())]

    def _denied_before(self, match: Match, near: list[Found]) -> bool:
        affirming = [found for found in near if found.cue is Cue.AFFIRMING]
        return any(
            found.cue in NEGATION
            and found.past <= match.first <= found.past + self._context.reach
            and not any(each.first <= found.first < each.past for each in affirming)
            and not self._shielded(found, match, near)
            for found in near
        )

    def _shielded(self, negator: Found, match: Match, near: list[Found]) -> bool:
        ending = CLAUSE if negator.cue is Cue.LISTING else COMMA
        if any(parted >= ending for parted in self._words.breaks[negator.past : match.first + 1]):
            return True
        if negator.cue is Cue.LISTING:  # "denies SI, past OD": what lies behind opens a new item
            return any(
                found.cue is Cue.PAST
                and negator.past < found.first < match.past
                and self._words.breaks[found.first] >= COMMA
                for found in near
            )
        if any(found.cue is Cue.BARRIER and negator.past <= found.first < match.first for found in near):
            return True
        between = self._words.words[negator.past : match.past]
        return negator.cue is not Cue.RAISING and not self._context.subjects.isdisjoint(between)

    def _denied_after(self, match: Match, near: list[Found]) -> bool:
        breaks = self._words.breaks
        if any(
            found.cue is Cue.DENIED_AFTER
            and 0 <= found.first - match.past <= 1
            and max(breaks[match.past : found.first + 1]) <= CLAUSE
            for found in near
        ):
            return True
        labelled = breaks[match.first] >= CLAUSE and breaks[match.past] == CLAUSE
        if labelled and self._answered_no(match.past):  # "Suicidal thoughts: none"
            return True
        end = match.past
        while breaks[end] < SENTENCE and end - match.past < self._context.window:
            end += 1
        return breaks[end] == QUESTION and self._answered_no(end)

    def _answered_no(self, at: int) -> bool:
        return self.opens_with(Cue.NO_ANSWER, at)

    def _who(self, match: Match, near: list[Found], person: bool) -> Who:
        if self._is_quotation(match):
            return Who.QUOTED
        if person:
            return Who.SELF
        if self.holds(Cue.FOR_A_FRIEND):
            return Who.UNCLEAR
        subject = self._subject(match, near)
        if subject is None:
            return Who.SELF
        if subject.cue is Cue.FIRST and self._reported(match):
            return Who.OTHER if self._speaker is Speaker.CLIENT else Who.SELF
        return Who.SELF if subject.cue in _SPOKEN_OF[self._speaker] else Who.OTHER

    def _is_quotation(self, match: Match) -> bool:
        if not self.holds(Cue.QUOTATION):
            return False
        passage = self._words.quotation_at(match.first)
        if passage is None:
            return False
        if passage not in self._quotations:  # once for each passage: a long one may hold many matches
            low, high = passage[0] - self._context.window, passage[1] + self._context.window
            near = (found for at in range(low, high) for found in self._cues.get(at, ()))
            self._quotations[passage] = any(found.cue is Cue.QUOTATION for found in near)
        return self._quotations[passage]

    def _reported(self, match: Match) -> bool:
        """Whether it stands in the words of somebody else, put in quotation marks after them."""
        passage = self._words.quotation_at(match.first)
        if passage is None:
            return False
        saying = [found for at in range(passage[0] - 4, passage[0]) for found in self._cues.get(at, ())]
        return any(found.cue in SUBJECT and found.cue is not Cue.FIRST for found in saying)

    def _subject(self, match: Match, near: list[Found]) -> Found | None:
        subjects = [found for found in near if found.cue in SUBJECT]
        for found in subjects:
            # A relative inside a match is its object: "hurt my wife", "a bad father".
            if match.first <= found.first < match.past and found.cue in PRONOUN:
                return found
            if found.first == match.first and found.cue is Cue.POSSESSIVE:
                return found
        before = [f for f in subjects if f.past <= match.first and f.cue is not Cue.POSSESSIVE]
        fallback = None
        for found in reversed(before):
            if self._parted(found.past, match.first, near):
                break
            if found.cue is Cue.FIRST or not self._no_subject(found, match, near):
                return found
            fallback = fallback or found
        return fallback

    def _parted(self, past: int, first: int, near: list[Found]) -> bool:
        if max(self._words.breaks[past : first + 1], default=0) >= COMMA:
            return True
        return any(found.cue is Cue.BARRIER and past <= found.first < first for found in near)

    @staticmethod
    def _no_subject(subject: Found, match: Match, near: list[Found]) -> bool:
        return any(
            found.cue is Cue.NOTSUBJECT and subject.past <= found.first < match.first for found in near
        )

    def _when(self, match: Match, near: list[Found]) -> tuple[When, bool]:
        if self._hypothetical(match, near):
            return When.HYPOTHETICAL, True
        reaching = [found for found in near if found.cue in TIME and self._dates(found, match)]
        if not reaching:
            return When.CURRENT, False
        nearest = min(reaching, key=lambda found: _distance(found, match))
        return TIME[nearest.cue], True

    def _dates(self, time: Found, match: Match) -> bool:
        # What lies behind dates its own clause only: "years ago I was well; I want to die".
        if time.cue in {Cue.NOW, Cue.FUTURE}:
            return True
        between = self._words.breaks[min(time.past, match.past) : max(time.first, match.first) + 1]
        return _distance(time, match) == 0 or max(between, default=0) < CLAUSE

    def _hypothetical(self, match: Match, near: list[Found]) -> bool:
        """ "If I were suicidal I'd tell you" supposes it; "if it gets no better I will" does not."""
        supposed = any(
            found.cue is Cue.CONDITION and found.first <= match.first <= found.past + 1 for found in near
        )
        return supposed and any(found.cue is Cue.CONSEQUENT for found in near)


def _distance(found: Found, match: Match) -> int:
    return max(found.first - match.past, match.first - found.past, 0)
