"""Whom a match is about.

Whoever is named last before it in its clause has it, unless they are only spoken to or speak of it. In a
quotation it is whoever speaks last before the marks. A relative or a clinician who writes down an "I" passes
on the person's own. Whoever says of another's words "that's me" means themselves. In doubt it is the person
in contact.
"""

from __future__ import annotations

from service.domain.answers import Speaker
from service.domain.cues import OWN, PRONOUN, Cue, Found
from service.domain.signals import Who
from service.domain.text import COMMA, QUESTION
from service.domain.vicinity import Vicinity

_NOTED = frozenset({Cue.THIRD, Cue.THIRD_VERB, Cue.POSSESSIVE, Cue.PATIENT, Cue.OBSERVER})
_SPOKEN_OF = {
    Speaker.CLIENT: OWN | {Cue.PATIENT},
    Speaker.COLLATERAL: _NOTED | {Cue.RELATIVE},
    Speaker.CLINICIAN: _NOTED | {Cue.FIRST},
}
"""Which subjects are the person in contact, by who speaks. A clinician notes no "I" but theirs."""
_LEAD = 6  # words before an "I" in which somebody says it
_BEFORE_QUOTATION = 8  # words before a quotation in which its speaker is named
_INTRODUCTION = 3  # words of a sentence that only leads up to a quotation: "It goes"
_BESIDE_QUOTATION = 12  # words on each side of it in which a song or a book is named


def person_of(around: Vicinity, works: dict[tuple[int, int], bool], bears_on: bool) -> Who:
    """Whom the match is about. `works`: whether a passage in quotation marks is of a song or book, as far as
    known. `bears_on`: it bears on the person whoever acts in it."""
    who = Who.QUOTED if _is_of_a_work(around, works) else Who.SELF if bears_on else _told_of(around)
    if who in {Who.QUOTED, Who.OTHER} and around.said_next(Cue.ADOPTING):
        return Who.SELF
    return who


def _told_of(around: Vicinity) -> Who:
    if around.cues.holds(Cue.FOR_A_FRIEND):
        return Who.UNCLEAR
    subject = _subject(around)
    if subject is None:
        return Who.SELF
    if subject.cue in OWN:
        if _is_passed_on(around, subject):
            return Who.SELF
        if _is_reported(around):
            return Who.OTHER if around.speaker is Speaker.CLIENT else Who.SELF
    if subject.cue is Cue.ADDRESSED:
        return _of_the_addressed(around)
    return Who.SELF if subject.cue in _SPOKEN_OF[around.speaker] else Who.OTHER


def _of_the_addressed(around: Vicinity) -> Who:
    """What is said to a "you" is pasted, or meant for somebody; a yes makes a question the person's own."""
    end = around.sentence_end()
    answered = around.breaks[end] == QUESTION and around.cues.opens(Cue.YES_ANSWER, end)
    return Who.SELF if answered else Who.QUOTED


def _is_passed_on(around: Vicinity, own: Found) -> bool:
    """ "She texted me I want to die": somebody else says it, with or without quotation marks."""
    if around.speaker is Speaker.CLIENT:
        return False
    first = min(own.first, around.match.first)
    if first and _is_own(around, first - 1):  # "said I | want to kill myself"
        first -= 1
    low = max(0, first - _LEAD)
    said = not around.roles.saying.isdisjoint(around.words[low:first])
    return said and not _is_own(around, _last_nominative(around, low, first))


def _is_of_a_work(around: Vicinity, works: dict[tuple[int, int], bool]) -> bool:
    if not around.cues.holds(Cue.QUOTATION):
        return False
    passage = around.text.quotation_at(around.match.first)
    if passage is None:
        return False
    if passage not in works:  # once for each passage: a long one may hold many matches
        works[passage] = _quotes_a_work(around, passage)
    return works[passage]


def _quotes_a_work(around: Vicinity, passage: tuple[int, int]) -> bool:
    """Whether a song, book or film is named beside the passage, and it is not the speaker who says it."""
    first, past = passage
    low = _led_up_to(around, first)
    lead = max(low, first - _LEAD)
    said = not around.roles.saying.isdisjoint(around.words[lead:first])
    if said and _is_own(around, _last_nominative(around, lead, first)):
        return False
    high = min(around.cues.sentence_end(past), past + _BESIDE_QUOTATION)
    inside = min(past, first + around.window)
    beside = (*around.cues.within(low, inside), *around.cues.within(past, high))
    return any(found.cue is Cue.QUOTATION for found in beside)


def _led_up_to(around: Vicinity, first: int) -> int:
    """Where the sentence begins that a quotation stands in, or the one before a mere "It goes"."""
    if not first:
        return 0
    low = around.cues.sentence_begin(first - 1)
    if low > 0 and first - low <= _INTRODUCTION:
        low = around.cues.sentence_begin(low - 1)
    return max(low, first - _BESIDE_QUOTATION)


def _is_reported(around: Vicinity) -> bool:
    """Whether somebody else says it in quotation marks: who acts last before them, not who is spoken to."""
    passage = around.text.quotation_at(around.match.first)
    if passage is None or not passage[0]:
        return False
    low = max(around.cues.sentence_begin(passage[0] - 1), passage[0] - _BEFORE_QUOTATION)
    speaker = _last_nominative(around, low, passage[0])
    if speaker is not None:
        return not _is_own(around, speaker)
    return any(found.cue not in OWN for found in around.cues.subjects(low, passage[0]))


def _last_nominative(around: Vicinity, low: int, high: int) -> int | None:
    return next(
        (at for at in reversed(range(low, high)) if around.words[at] in around.roles.nominative), None
    )


def _is_own(around: Vicinity, at: int | None) -> bool:
    return at is not None and any(found.cue in OWN for found in around.cues.subjects(at, at + 1))


def _subject(around: Vicinity) -> Found | None:
    subjects, first = around.subjects(), around.match.first
    inside = [found for found in subjects if around.inside(found)]
    named = [found for found in subjects if found.past <= first]
    pronouns = [found for found in inside if found.cue in PRONOUN]
    if pronouns:  # a relative inside a match is its object: "hurt my wife", "a bad father"
        return named[-1] if named and _is_described(around, named[-1]) else _deciding(around, pronouns)
    if inside and inside[0].cue is Cue.POSSESSIVE and inside[0].first == first:
        return inside[0]
    return _named_before(around, named) or next(filter(around.inside, around.of(Cue.THIRD_VERB)), None)


def _deciding(around: Vicinity, pronouns: list[Found]) -> Found:
    """ "If she goes I will": a client who speaks of "I" means it."""
    own = (found for found in pronouns if found.cue is Cue.FIRST and around.speaker is Speaker.CLIENT)
    return next(own, pronouns[0])


def _is_described(around: Vicinity, subject: Found) -> bool:
    """ "I'm somebody who thinks of killing themselves": the reflexive is of the one described."""
    described = subject.cue is Cue.FIRST and subject.past - subject.first > 1
    return described and not around.parting(subject.past, around.match.first)


def _named_before(around: Vicinity, named: list[Found]) -> Found | None:
    first, fallback = around.match.first, None
    for found in reversed(named):
        if found.cue is Cue.POSSESSIVE:
            continue
        if _is_parted(around, found.past):
            break
        if found.cue in OWN:
            return found
        if around.stands_between(Cue.REPORTING, found.past, first):
            continue
        if not around.stands_between(Cue.NOTSUBJECT, found.past, first):
            return found
        if _opens_clause(around, found):  # "told my wife about it": she is spoken to
            fallback = fallback or found
    return fallback


def _opens_clause(around: Vicinity, subject: Found) -> bool:
    if around.breaks[subject.first] >= COMMA:
        return True
    return around.words[subject.first - 1] in around.roles.clause_opening


def _is_parted(around: Vicinity, past: int) -> bool:
    first = around.match.first
    return around.parting(past, first) >= COMMA or around.stands_between(Cue.BARRIER, past, first)
