"""What the words around a match can tell, and where they stand in an answer."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from service.domain.automaton import Match
from service.domain.signals import When


class Cue(StrEnum):
    """What a word or phrase around a match can tell."""

    NEGATOR = "negator"  # denies what follows in its clause
    LISTING = "listing"  # denies a whole list, across commas
    RAISING = "raising"  # denies what a new subject says: "I don't think I want to"
    AFFIRMING = "affirming"  # holds a negator and denies nothing: "can't stop", "not sure if"
    BARRIER = "barrier"  # ends the reach of a negator
    DENIED_AFTER = "denied_after"
    NO_ANSWER = "no_answer"
    ASKED = "asked"  # a question that speaks of dying
    ASKED_SAFE = "asked_safe"  # a question to which a no is the grave answer
    FIRST = "first"
    THIRD = "third"
    THIRD_VERB = "third_verb"  # wants, feels: tells only where nobody is named before
    POSSESSIVE = "possessive"  # his, her: tells only where a match begins with it
    RELATIVE = "relative"  # my brother
    THEIR_RELATIVE = "their_relative"  # his brother, mum
    SOMEONE = "someone"
    ADDRESSED = "addressed"  # you: whoever reads it, nobody in particular
    PATIENT = "patient"
    NOTSUBJECT = "not_subject"  # makes what stands before it no subject: "told my wife about"
    QUOTATION = "quotation"
    FOR_A_FRIEND = "for_a_friend"
    NOW = "now"
    RECENT = "recent"
    PAST = "past"
    FUTURE = "future"
    UNTIMED = "untimed"  # sounds like a time and is none: "getting used to"
    CONDITION = "condition"
    CONSEQUENT = "consequent"


NEGATION = frozenset({Cue.NEGATOR, Cue.LISTING, Cue.RAISING})
SUBJECT = frozenset(
    {
        Cue.FIRST,
        Cue.THIRD,
        Cue.POSSESSIVE,
        Cue.RELATIVE,
        Cue.THEIR_RELATIVE,
        Cue.SOMEONE,
        Cue.ADDRESSED,
        Cue.PATIENT,
    }
)
PRONOUN = frozenset({Cue.FIRST, Cue.THIRD, Cue.PATIENT})
TIME = {Cue.NOW: When.NOW, Cue.RECENT: When.RECENT, Cue.PAST: When.PAST, Cue.FUTURE: When.FUTURE}
_GROUPS = dict.fromkeys(SUBJECT, "subject") | dict.fromkeys((*TIME, Cue.UNTIMED), "time")
CUES = tuple(Cue)


class Found(NamedTuple):
    """A cue from word `first` up to, not including, `past`."""

    cue: Cue
    first: int
    past: int


def longest(matches: list[Match]) -> Iterator[Found]:
    """Without subjects inside longer subjects ("his" in "his own") and times inside longer times."""
    reached = dict.fromkeys(_GROUPS.values(), (-1, -1))
    for owner, first, past in sorted(matches, key=lambda match: (match.first, -match.past)):
        cue = CUES[owner]
        if cue in _GROUPS:
            outer = reached[_GROUPS[cue]]
            if past <= outer[1] and (first, past) != outer:
                continue
            reached[_GROUPS[cue]] = (first, past)
        yield Found(cue, first, past)
