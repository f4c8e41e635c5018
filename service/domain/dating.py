"""When a match is placed.

The nearest word of time dates it, if it dates the same clause. The past dates only what is not said in the
present: "I lost my job last year and I want to die". What is supposed counts for nothing only where the words
say what the person would then do to be safe.
"""

from __future__ import annotations

from service.domain.cues import TIME, Cue, Found
from service.domain.signals import When
from service.domain.text import CLAUSE, COMMA
from service.domain.vicinity import Vicinity

_SHORTLY_BEFORE = 4  # words between "I'd tell you" and "if I felt so"


def date_of(around: Vicinity, year: int | None) -> tuple[When, Cue | None]:
    """When it is placed, and by which cue; by none where it is only presumed. `year`: that of the answer."""
    if _is_supposed(around):
        return When.HYPOTHETICAL, Cue.CONDITION
    dating = [found for found in around.times() if _dates(around, found)]
    if not dating:
        return When.CURRENT, None
    nearest = min(dating, key=lambda found: _distance(around, found))
    return _placed(around, nearest, year), nearest.cue


def _placed(around: Vicinity, time: Found, year: int | None) -> When:
    """A year that is written out is past, unless it is the year in which the answer was given, or later."""
    if time.cue is Cue.PAST and year is not None:
        written = max(
            (w for w in around.words[time.first : time.past] if w.isdecimal() and len(w) == 4), default=""
        )
        if written and int(written) >= year:
            return When.RECENT if int(written) == year else When.FUTURE
    if time.cue is Cue.PAST and around.said_next(Cue.RETURNING):
        return When.CURRENT
    return TIME[time.cue]


def _dates(around: Vicinity, time: Found) -> bool:
    if time.cue in {Cue.NOW, Cue.FUTURE}:
        return True
    if time.cue is Cue.PAST and _is_present(around, time):
        return False
    if time.cue is Cue.WEEKDAY and _opens_statement_between(around, time):
        return False
    # What lies behind dates its own clause only: "years ago I was well; I want to die".
    match = around.match
    past, first = (time.past, match.first) if time.first < match.first else (match.past, time.first)
    return around.parting(past, first) < (COMMA if time.cue is Cue.PRESENTLY else CLAUSE)


def _is_present(around: Vicinity, time: Found) -> bool:
    """ "I lost my job last year and I want to die": what is said in the present is not past."""
    words, roles, first = around.words, around.roles, around.match.first
    if time.past <= first <= time.past + 2 and words[time.past - 1] in roles.carrying:
        return False  # "used to want to die"
    low = first
    while low > 0 and first - low < 2 and around.breaks[low] < COMMA:
        low -= 1
    held = words[low : around.match.past]
    return not roles.present.isdisjoint(held) and roles.not_present.isdisjoint(held)


def _opens_statement_between(around: Vicinity, time: Found) -> bool:
    """ "I overdosed and I see my GP on Monday"."""
    words, past = around.words, around.match.past
    return any(
        past <= barrier.first < time.first and words[barrier.past] in around.roles.subjects
        for barrier in around.of(Cue.BARRIER)
    )


def _is_supposed(around: Vicinity) -> bool:
    """ "If I were suicidal I'd tell you" supposes it; "if it gets no better I will" does not."""
    first = around.match.first
    supposed = next((f for f in around.of(Cue.CONDITION) if f.first <= first <= f.past + 1), None)
    if supposed is None or around.said_next(Cue.TAKEN_BACK):
        return False
    return any(
        found.first > supposed.first or 0 <= supposed.first - found.past <= _SHORTLY_BEFORE
        for found in around.of(Cue.CONSEQUENT)
    )


def _distance(around: Vicinity, found: Found) -> int:
    return max(found.first - around.match.past, around.match.first - found.past, 0)
