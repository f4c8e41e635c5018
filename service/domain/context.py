"""Whom a match is about, when, and whether it is affirmed: read from the words around it.

The cues and the two distances are data (`context.yaml`); the order in which they decide stands here.
After ConText (Harkema et al. 2009, J Biomed Inform 42:839), reshaped for people who speak of themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from service.domain.answers import Speaker
from service.domain.automaton import Automaton, Match
from service.domain.cues import CUES, NEGATION, PRONOUN, SUBJECT, TIME, Cue, Found, longest
from service.domain.patterns import Pattern
from service.domain.signals import Polarity, When, Who
from service.domain.text import CLAUSE, COMMA, QUESTION, SENTENCE, Words

_INTRODUCTION = 3  # words: a sentence that only leads up to a quotation

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
class Roles:
    """Single words of one language that tell what is part of what; what each list means stands in
    `context.yaml`. A list that a language leaves out is empty and changes nothing."""

    subjects: frozenset[str]
    opening: frozenset[str] = frozenset()
    carrying: frozenset[str] = frozenset()
    asserting: frozenset[str] = frozenset()
    knowing: frozenset[str] = frozenset()
    asked_about: frozenset[str] = frozenset()
    present: frozenset[str] = frozenset()
    not_present: frozenset[str] = frozenset()
    saying: frozenset[str] = frozenset()
    nominative: frozenset[str] = frozenset()
    clause_opening: frozenset[str] = frozenset()
    finite: frozenset[str] = frozenset()


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
            and not _lies_in(found, affirming)
            and not self._shielded(found, match, near)
            for found in near
        )

    def _shielded(self, negator: Found, match: Match, near: list[Found]) -> bool:
        """Whether a denial ends before the match: it denies its own clause, or its own list."""
        ending = CLAUSE if negator.cue is Cue.LISTING else COMMA
        if any(parted >= ending for parted in self._words.breaks[negator.past : match.first + 1]):
            return True
        between = self._words.words[negator.past : match.first]
        if negator.cue is Cue.LISTING:
            return self._ends_list(negator, match, near, between)
        if any(found.cue is Cue.BARRIER and negator.past <= found.first < match.first for found in near):
            return True
        if (
            negator.cue is Cue.RAISING
        ):  # what another does not know is so: "I don't think she knows I want to"
            return not self._context.roles.knowing.isdisjoint(between)
        inside = self._words.words[negator.past : match.past]
        return not self._context.roles.subjects.isdisjoint(inside) or self._begins_anew(negator, match)

    def _ends_list(self, negator: Found, match: Match, near: list[Found], between: Sequence[str]) -> bool:
        """ "Denies intent but has a plan", "denies SI, past OD": what is asserted is no item of the list."""
        roles = self._context.roles
        if not (roles.asserting.isdisjoint(between) and roles.subjects.isdisjoint(between)):
            return True
        behind = [found for found in near if negator.past <= found.first < match.past]
        if any(
            found.cue is Cue.BARRIER
            and found.first < match.first
            and self._words.words[found.first] not in roles.carrying
            for found in behind
        ):
            return True
        return any(
            found.cue is Cue.PAST and found.first > negator.past and self._words.breaks[found.first] >= COMMA
            for found in behind
        )

    def _begins_anew(self, negator: Found, match: Match) -> bool:
        """Where commas are left out, a verb of its own begins a statement: "no job no home want to die"."""
        words, roles = self._words.words, self._context.roles
        if negator.cue is not Cue.NEGATOR or match.first == negator.past:
            return False
        before = words[match.first - 1]
        return words[match.first] in roles.opening and before not in roles.carrying and before[-2:] != "ly"

    def _denied_after(self, match: Match, near: list[Found]) -> bool:
        breaks = self._words.breaks
        affirming = [found for found in near if found.cue is Cue.AFFIRMING]
        if any(
            found.cue is Cue.DENIED_AFTER
            and 0 <= found.first - match.past <= 1
            and max(breaks[match.past : found.first + 1]) <= CLAUSE
            and not _lies_in(found, affirming)
            for found in near
        ):
            return True
        labelled = breaks[match.first] >= CLAUSE and breaks[match.past] == CLAUSE
        if labelled and self._answered_no(match.past):  # "Suicidal thoughts: none"
            return True
        begin, end = self._clause_of_question(match)
        if breaks[end] != QUESTION or not self._answered_no(end):
            return False
        # "Will anyone care if I kill myself? No." denies that anyone cares.
        return self._context.roles.asked_about.isdisjoint(self._words.words[begin:end])

    def _clause_of_question(self, match: Match) -> tuple[int, int]:
        breaks, window = self._words.breaks, self._context.window
        begin, end = match.first, match.past
        while begin > 0 and breaks[begin] < SENTENCE and match.first - begin < window:
            begin -= 1
        while breaks[end] < SENTENCE and end - match.past < window:
            end += 1
        return begin, end

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
        if subject.cue is Cue.ADDRESSED:
            return Who.QUOTED
        if subject.cue is Cue.FIRST:
            if self._passes_on(subject, match):
                return Who.SELF
            if self._reported(match):
                return Who.OTHER if self._speaker is Speaker.CLIENT else Who.SELF
        return Who.SELF if subject.cue in _SPOKEN_OF[self._speaker] else Who.OTHER

    def _passes_on(self, first: Found, match: Match) -> bool:
        """Whether somebody else writes down the person's own "I": a clinician always, a relative after
        "he said", "she texted me"."""
        if self._speaker is Speaker.CLIENT or not match.first <= first.first < match.past:
            return False
        if self._speaker is Speaker.CLINICIAN:
            return True
        lead = self._words.words[max(0, match.first - 6) : match.first]
        return not self._context.roles.saying.isdisjoint(lead)

    def _is_quotation(self, match: Match) -> bool:
        if not self.holds(Cue.QUOTATION):
            return False
        passage = self._words.quotation_at(match.first)
        if passage is None:
            return False
        if passage not in self._quotations:  # once for each passage: a long one may hold many matches
            self._quotations[passage] = self._quotes_a_work(passage)
        return self._quotations[passage]

    def _quotes_a_work(self, passage: tuple[int, int]) -> bool:
        """Whether a song, book or film is named beside the passage, and it is not the speaker who says it."""
        low = self._sentence_before(passage[0], 12)
        if low > 0 and passage[0] - low <= _INTRODUCTION:  # "It is a song. It goes: ..."
            low = self._sentence_before(low - 1, 12)
        lead = self._words.words[max(low, passage[0] - 6) : passage[0]]
        if self._last_nominative(lead) in self._own_subjects and not self._context.roles.saying.isdisjoint(
            lead
        ):
            return False
        high, breaks = passage[1], self._words.breaks
        while high < len(self._words.words) and high - passage[1] < 12 and breaks[high] < SENTENCE:
            high += 1
        inside = min(passage[1], passage[0] + self._context.window)
        places = (*range(low, inside), *range(passage[1], high))
        return any(found.cue is Cue.QUOTATION for at in places for found in self._cues.get(at, ()))

    def _reported(self, match: Match) -> bool:
        """Whether it stands in the words of somebody else, put in quotation marks after them: who acts last
        before the passage speaks in it, not who is spoken to."""
        passage = self._words.quotation_at(match.first)
        if passage is None:
            return False
        low = self._sentence_before(passage[0], 8)
        speaker = self._last_nominative(self._words.words[low : passage[0]])
        if speaker is not None:
            return speaker not in self._own_subjects
        saying = [found for at in range(low, passage[0]) for found in self._cues.get(at, ())]
        return any(found.cue in SUBJECT and found.cue is not Cue.FIRST for found in saying)

    def _sentence_before(self, at: int, most: int) -> int:
        low = at
        while low > 0 and at - low < most and self._words.breaks[low] < SENTENCE:
            low -= 1
        return low

    def _last_nominative(self, words: Sequence[str]) -> str | None:
        return next((word for word in reversed(words) if word in self._context.roles.nominative), None)

    @cached_property
    def _own_subjects(self) -> frozenset[str]:
        """The words by which the speaker says "I"."""
        found = {
            self._words.words[each.first]
            for at in self._cues.values()
            for each in at
            if each.cue is Cue.FIRST
        }
        return frozenset(found)

    def _subject(self, match: Match, near: list[Found]) -> Found | None:
        subjects = [found for found in near if found.cue in SUBJECT]
        inside = [f for f in subjects if match.first <= f.first < match.past and f.cue in PRONOUN]
        if inside and self._speaker is Speaker.CLIENT:  # "if she goes I will": who speaks of "I" means it
            inside.sort(key=lambda found: found.cue is not Cue.FIRST)
        if inside:  # a relative inside a match is its object: "hurt my wife", "a bad father"
            return inside[0]
        for found in subjects:
            if found.first == match.first and found.cue is Cue.POSSESSIVE:
                return found
        before = [f for f in subjects if f.past <= match.first and f.cue is not Cue.POSSESSIVE]
        fallback = None
        for found in reversed(before):
            if self._parted(found.past, match.first, near):
                break
            if found.cue is Cue.FIRST or not self._no_subject(found, match, near):
                return found
            if self._opens_clause(found):  # "told my wife about it": she is spoken to
                fallback = fallback or found
        verbs = (f for f in near if f.cue is Cue.THIRD_VERB and match.first <= f.first < match.past)
        return fallback or next(verbs, None)

    def _opens_clause(self, subject: Found) -> bool:
        if self._words.breaks[subject.first] >= COMMA:
            return True
        return self._words.words[subject.first - 1] in self._context.roles.clause_opening

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
        if time.cue is Cue.PAST and self._is_present(time, match):
            return False
        between = self._words.breaks[min(time.past, match.past) : max(time.first, match.first) + 1]
        return _distance(time, match) == 0 or max(between, default=0) < CLAUSE

    def _is_present(self, time: Found, match: Match) -> bool:
        """ "I lost my job last year and I want to die": what is said in the present is not past."""
        words, roles = self._words.words, self._context.roles
        if time.past <= match.first <= time.past + 2 and words[time.past - 1] in roles.carrying:
            return False  # "used to want to die"
        begin = match.first
        while begin > 0 and match.first - begin < 2 and self._words.breaks[begin] < COMMA:
            begin -= 1
        held = words[begin : match.past]
        return not roles.present.isdisjoint(held) and roles.not_present.isdisjoint(held)

    def _hypothetical(self, match: Match, near: list[Found]) -> bool:
        """ "If I were suicidal I'd tell you" supposes it; "if it gets no better I will" does not."""
        supposed = [
            found
            for found in near
            if found.cue is Cue.CONDITION and found.first <= match.first <= found.past + 1
        ]
        return (
            any(f.cue is Cue.CONSEQUENT and f.first > supposed[0].first for f in near) if supposed else False
        )


def _lies_in(found: Found, others: list[Found]) -> bool:
    return any(each.first <= found.first < each.past for each in others)


def _distance(found: Found, match: Match) -> int:
    return max(found.first - match.past, match.first - found.past, 0)
