"""How a language is written, beside the spellings of its words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Writing:
    """Data of the lexicon; every part may be empty.

    `mend`: words into which slips are mended, in order of gravity. `ordinary`: words that are never mended.
    `laughter`: signs and words beside which a listed sign is a joke. `abbreviations`: a full stop behind one
    ends no sentence. `leads_on`: words behind which a line break parts nothing. `durations`: of what `3/7`
    and `2/52` are parts, by the number behind the stroke; `dating`: words beside which it is no date.
    """

    mend: Sequence[str] = ()
    ordinary: Collection[str] = ()
    laughter: Collection[str] = ()
    abbreviations: Collection[str] = ()
    leads_on: Collection[str] = ()
    durations: Mapping[str, str] = field(default_factory=dict)
    dating: Collection[str] = ()
