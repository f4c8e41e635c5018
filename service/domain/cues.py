"""What the words around a match can tell, and where they stand in an answer."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from operator import itemgetter
from typing import NamedTuple

from service.domain.signals import When
from service.domain.text import Words


class Cue(StrEnum):
    """What a word or phrase around a match can tell."""

    NEGATOR = "negator"  # denies what follows in its clause
    LISTING = "listing"  # denies a whole list, across commas
    RAISING = "raising"  # denies what a new subject says: "I don't think I want to"
    AFFIRMING = "affirming"  # holds a negator and denies nothing: "can't stop", "not sure if"
    BARRIER = "barrier"  # ends the reach of a negator
    DENIED_AFTER = "denied_after"
    TAKEN_BACK = "taken_back"  # after a denial it affirms: "that was a lie", "but was last week"
    NARROWING = "narrowing"  # right behind a denial: only a place or a time is denied
    NO_ANSWER = "no_answer"
    YES_ANSWER = "yes_answer"
    ASKED = "asked"  # a question that speaks of dying
    ASKED_SAFE = "asked_safe"  # a question to which a no is the grave answer
    FIRST = "first"
    OBSERVER = "observer"  # "I found": who tells of another what they saw
    THIRD = "third"
    THIRD_VERB = "third_verb"  # wants, feels: tells only where nobody is named before
    POSSESSIVE = "possessive"  # his, her: tells only where a match begins with it
    RELATIVE = "relative"  # my brother
    THEIR_RELATIVE = "their_relative"  # his brother, mum
    SOMEONE = "someone"
    ADDRESSED = "addressed"  # you: whoever reads it, nobody in particular
    PATIENT = "patient"
    NOTSUBJECT = "not_subject"  # makes what stands before it no subject: "told my wife about"
    REPORTING = "reporting"  # who does so tells of it and has it not: "his wife reports"
    ADOPTING = "adopting"  # after another's words it makes them one's own: "that's me", "so do I"
    QUOTATION = "quotation"
    FOR_A_FRIEND = "for_a_friend"
    NOW = "now"
    PRESENTLY = "presently"  # currently, these days
    RECENT = "recent"
    PAST = "past"
    FUTURE = "future"
    WEEKDAY = "weekday"  # ahead for what is meant to be, behind for what was done
    UNTIMED = "untimed"  # sounds like a time and is none: "getting used to"
    FOLLOWING = "following"  # opens a sentence that dates the one before: "it will be"
    RETURNING = "returning"  # behind what is past: "it came back in October"
    CONDITION = "condition"
    CONSEQUENT = "consequent"


NEGATION = (Cue.NEGATOR, Cue.LISTING, Cue.RAISING)
OWN = frozenset({Cue.FIRST, Cue.OBSERVER})
SUBJECT = OWN | {
    Cue.THIRD,
    Cue.POSSESSIVE,
    Cue.RELATIVE,
    Cue.THEIR_RELATIVE,
    Cue.SOMEONE,
    Cue.ADDRESSED,
    Cue.PATIENT,
}
PRONOUN = frozenset({Cue.FIRST, Cue.THIRD, Cue.PATIENT})
TIME = {
    Cue.NOW: When.NOW,
    Cue.PRESENTLY: When.CURRENT,
    Cue.RECENT: When.RECENT,
    Cue.PAST: When.PAST,
    Cue.FUTURE: When.FUTURE,
    Cue.WEEKDAY: When.FUTURE,
}
CUES = tuple(Cue)
_GROUPS = [0 if cue in SUBJECT else 1 if cue in TIME or cue is Cue.UNTIMED else None for cue in CUES]


class Found(NamedTuple):
    """A cue from word `first` up to, not including, `past`."""

    cue: Cue
    first: int
    past: int


_FIRST = itemgetter(1)


class Cues:
    """The cues of one answer, by place."""

    def __init__(self, found: Mapping[tuple[int, int], int], words: Words) -> None:
        """`found`: the word past which a cue ends, by its first word and its number among `CUES`."""
        self._sentences = words.sentences
        self._found = list(_longest(found))
        self._subjects: list[Found] = []
        self._times: list[Found] = []
        self._by_cue: dict[Cue, list[Found]] = {}
        for each in self._found:
            cue = each.cue
            self._by_cue.setdefault(cue, []).append(each)
            if cue in SUBJECT:
                self._subjects.append(each)
            elif cue in TIME:
                self._times.append(each)

    def holds(self, cue: Cue) -> bool:
        """Whether this cue stands anywhere in the answer."""
        return cue in self._by_cue

    def opens(self, cue: Cue, at: int) -> bool:
        """Whether this cue begins at this word."""
        return bool(self.of(cue, at, at + 1))

    def of(self, cue: Cue, low: int, high: int) -> Sequence[Found]:
        """The cues of one kind that begin from word `low` up to, not including, `high`."""
        found = self._by_cue.get(cue)
        return _between(found, low, high) if found else ()

    def subjects(self, low: int, high: int) -> Sequence[Found]:
        """Whoever is named from word `low` up to, not including, `high`."""
        return _between(self._subjects, low, high)

    def times(self, low: int, high: int) -> Sequence[Found]:
        """The words of time that begin from word `low` up to, not including, `high`."""
        return _between(self._times, low, high)

    def within(self, low: int, high: int) -> Sequence[Found]:
        """All the cues that begin from word `low` up to, not including, `high`."""
        return _between(self._found, low, high)

    def sentence_begin(self, at: int) -> int:
        """The first word of the sentence that holds this word."""
        return self._sentences[max(bisect_right(self._sentences, at) - 1, 0)]

    def sentence_end(self, at: int) -> int:
        """Where the sentence ends that goes on, or begins, before this word."""
        return self._sentences[min(bisect_left(self._sentences, at), len(self._sentences) - 1)]


def _between(found: Sequence[Found], low: int, high: int) -> Sequence[Found]:
    return found[bisect_left(found, low, key=_FIRST) : bisect_left(found, high, key=_FIRST)]


def _longest(found: Mapping[tuple[int, int], int]) -> Iterator[Found]:
    """Without subjects inside longer subjects ("his" in "his own") and times inside longer times."""
    reached = [(-1, -1), (-1, -1)]
    for first, before, owner in sorted([(first, -past, owner) for (first, owner), past in found.items()]):
        group = _GROUPS[owner]
        if group is not None:
            outer = reached[group]
            if -before <= outer[1] and (first, -before) != outer:
                continue
            reached[group] = first, -before
        yield Found(CUES[owner], first, -before)
