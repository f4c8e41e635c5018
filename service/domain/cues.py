"""What the words around a match can tell, and where they stand in an answer."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from service.domain.automaton import Match
from service.domain.signals import When
from service.domain.text import SENTENCE, Words


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
_GROUPS = dict.fromkeys(SUBJECT, "subject") | dict.fromkeys((*TIME, Cue.UNTIMED), "time")
CUES = tuple(Cue)


class Found(NamedTuple):
    """A cue from word `first` up to, not including, `past`."""

    cue: Cue
    first: int
    past: int


class Cues:
    """The cues of one answer, by place."""

    def __init__(self, matches: list[Match], words: Words) -> None:
        self._found = list(_longest(matches))
        self._firsts = [found.first for found in self._found]
        self._kinds = {found.cue for found in self._found}
        self._sentences = [at for at, parting in enumerate(words.breaks) if parting >= SENTENCE]

    def holds(self, cue: Cue) -> bool:
        """Whether this cue stands anywhere in the answer."""
        return cue in self._kinds

    def opens(self, cue: Cue, at: int) -> bool:
        """Whether this cue begins at this word."""
        return cue in self._kinds and any(found.cue is cue for found in self.within(at, at + 1))

    def within(self, low: int, high: int) -> list[Found]:
        """The cues that begin from word `low` up to, not including, `high`."""
        return self._found[bisect_left(self._firsts, low) : bisect_left(self._firsts, high)]

    def sentence_begin(self, at: int) -> int:
        """The first word of the sentence that holds this word."""
        return self._sentences[max(bisect_right(self._sentences, at) - 1, 0)]

    def sentence_end(self, at: int) -> int:
        """Where the sentence ends that goes on, or begins, before this word."""
        return self._sentences[min(bisect_left(self._sentences, at), len(self._sentences) - 1)]


def _longest(matches: list[Match]) -> Iterator[Found]:
    """Without subjects inside longer subjects ("his" in "his own") and times inside longer times."""
    reached = dict.fromkeys(_GROUPS.values(), (-1, -1))
    for owner, first, past in sorted(matches, key=lambda match: (match.first, -match.past)):
        cue = CUES[owner]
        group = _GROUPS.get(cue)
        if group is not None:
            outer = reached[group]
            if past <= outer[1] and (first, past) != outer:
                continue
            reached[group] = (first, past)
        yield Found(cue, first, past)
