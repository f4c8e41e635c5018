"""Whether a match is denied.

A denial reaches as far as its own clause, or its own list. It ends where a new statement begins, with a
subject or a verb of its own. A denial of a denial affirms, and so does what takes a denial back. A no denies
what its question asks about, and not what stands beside it. In doubt nothing is denied.
"""

from __future__ import annotations

from collections.abc import Iterable

from service.domain.cues import NEGATION, Cue, Found
from service.domain.text import CLAUSE, COMMA, QUESTION
from service.domain.vicinity import Vicinity


def is_denied(around: Vicinity, reach: int) -> bool:
    """Whether the words around deny the match. `reach`: words a negator denies."""
    if not (_denied_before(around, reach) or _denied_behind(around) or _answered_no(around)):
        return False
    return not (_follows(around, Cue.NARROWING) or around.said_next(Cue.TAKEN_BACK))


def _denied_before(around: Vicinity, reach: int) -> bool:
    denials = [
        found
        for cue in NEGATION
        for found in around.of(cue)
        if found.past <= around.match.first and _denies(around, found, reach)
    ]
    return bool(denials) and not _cancel_out(denials)


def _cancel_out(denials: Iterable[Found]) -> bool:
    """ "I wouldn't say I'm not suicidal": the one denies the other."""
    raised = [found.past for found in denials if found.cue is Cue.RAISING]
    return any(found.first >= past for past in raised for found in denials)


def _denies(around: Vicinity, negator: Found, reach: int) -> bool:
    if _is_lifted(around, negator):
        return False
    if _resumes(around, negator):
        return True
    if around.match.first > negator.past + reach or _is_parted(around, negator):
        return False
    if negator.cue is Cue.LISTING:
        return not _ends_list(around, negator)
    return not (
        around.stands_between(Cue.BARRIER, negator.past, around.match.first)
        or _has_new_subject(around, negator)
        or _begins_anew(around, negator)
    )


def _is_lifted(around: Vicinity, negator: Found) -> bool:
    """ "Can't stop", "nobody could say I don't". A comma behind the negator parts it: "never, not once"."""
    parted = around.breaks[negator.past] >= COMMA
    return any(
        each.first <= negator.first < each.past and not (parted and each.past > negator.past)
        for each in around.of(Cue.AFFIRMING)
    )


def _is_parted(around: Vicinity, negator: Found) -> bool:
    first = around.match.first
    parting = around.parting(negator.past, first)
    if (
        parting == COMMA and around.words[first - 1] in around.roles.linking
    ):  # "not sad, hopeless, or suicidal"
        return False
    return parting >= (CLAUSE if negator.cue is Cue.LISTING else COMMA)


def _resumes(around: Vicinity, negator: Found) -> bool:
    """ "I have never, even when drunk, wanted to die": two commas behind it only hold words between."""
    first, breaks, roles = around.match.first, around.breaks, around.roles
    if negator.cue is not Cue.NEGATOR or negator.past == first or negator.first == 0:
        return False
    return (
        breaks[negator.past] == breaks[first] == COMMA
        and around.words[negator.first - 1] in roles.auxiliary
        and around.words[first] not in roles.subjects
        and not any(breaks[negator.past + 1 : first])
    )


def _has_new_subject(around: Vicinity, negator: Found) -> bool:
    """A negator denies what its own subject does; what is thought or said may have one subject more."""
    said = around.words[negator.past : around.match.past]
    subjects = sum(word in around.roles.subjects for word in said)
    if negator.cue is not Cue.RAISING:
        return subjects > 0
    # What another does not know is so: "I don't think she knows I want to die".
    before = around.words[negator.past : around.match.first]
    return subjects > 1 or not around.roles.knowing.isdisjoint(before)


def _begins_anew(around: Vicinity, negator: Found) -> bool:
    """Where commas are left out, a verb of its own begins a statement: "no job no home want to die"."""
    first, roles = around.match.first, around.roles
    if first == negator.past or around.words[first] not in roles.opening:
        return False
    before = around.words[first - 1]
    return before not in roles.carrying and before not in roles.subjects


def _ends_list(around: Vicinity, negator: Found) -> bool:
    """ "Denies intent but has a plan", "denies SI, past OD": what is asserted is no item of the list."""
    words, breaks, roles = around.words, around.breaks, around.roles
    begin, first = negator.past, around.match.first
    if begin < first and words[begin] in roles.subjects:  # "denies she wants to die"
        begin += 2
    for at in range(begin, first):
        if words[at] in roles.subjects or _asserts(around, at, begin):
            return True
    if _asserts(around, first, begin):
        return True
    barriers = (f for f in around.of(Cue.BARRIER) if negator.past <= f.first < first)
    if any(words[found.first] not in roles.carrying for found in barriers):
        return True
    dated = (f for f in around.of(Cue.PAST) if negator.past < f.first < around.match.past)
    return any(breaks[found.first] >= COMMA for found in dated)


def _asserts(around: Vicinity, at: int, begin: int) -> bool:
    """ "Later admits", "currently suicidal": said of an item of its own; "no current thoughts" is denied."""
    word, roles = around.words[at], around.roles
    if at <= begin or word not in roles.asserting:
        return False
    opens = around.breaks[at] >= COMMA or around.words[at - 1] in roles.clause_opening
    return opens or (word not in roles.carrying and at < around.match.first)


def _denied_behind(around: Vicinity) -> bool:
    affirming = around.of(Cue.AFFIRMING)
    return any(
        _is_next(around, found) and not _lies_in(found, affirming) for found in around.of(Cue.DENIED_AFTER)
    )


def _follows(around: Vicinity, cue: Cue) -> bool:
    return any(_is_next(around, found) for found in around.of(cue))


def _is_next(around: Vicinity, found: Found) -> bool:
    past = around.match.past
    return 0 <= found.first - past <= 1 and around.parting(past, found.first) <= CLAUSE


def _answered_no(around: Vicinity) -> bool:
    match, breaks, cues = around.match, around.breaks, around.cues
    if not cues.holds(Cue.NO_ANSWER):
        return False
    labelled = breaks[match.first] >= CLAUSE and breaks[match.past] == CLAUSE
    if labelled and cues.opens(Cue.NO_ANSWER, match.past):  # "Suicidal thoughts: none"
        return True
    end = around.sentence_end()
    if breaks[end] != QUESTION or not cues.opens(Cue.NO_ANSWER, end):
        return False
    # "Will anyone care if I kill myself? No." denies that anyone cares.
    asked = around.words[cues.sentence_begin(match.first) : end]
    return around.roles.asked_about.isdisjoint(asked)


def _lies_in(found: Found, others: Iterable[Found]) -> bool:
    return any(each.first <= found.first < each.past for each in others)
