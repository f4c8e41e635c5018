"""Who is on call, by the wall clock of the site. An hour that occurs twice overlaps; it never gaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from service.domain.override import Override, overridden, standing_in
from service.domain.rotation import Rotation
from service.domain.shift import Shift, Watch
from service.domain.wall_clock import REACH, wall_at

LOOKS_AHEAD = timedelta(days=366)
"""How far ahead the next change is looked for."""

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class NobodyOnCall:
    """The roster names nobody for this time. That is itself a reason to go on at once."""

    roster: str


@dataclass(frozen=True, slots=True)
class OnCall:
    """Who is on call now; two during an hour that the clock repeats."""

    clinicians: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Who is on call from one instant to another (UTC)."""

    begin: datetime
    end: datetime
    on_call: OnCall | NobodyOnCall

    @property
    def is_gap(self) -> bool:
        """Whether nobody is on call in it."""
        return isinstance(self.on_call, NobodyOnCall)


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is on call when. At any time the first of these that names somebody stands: an override, a fixed
    shift, the calendar, the layers from the first to the last. Two overrides, or two shifts, at the same
    time are both on call: rather two than none. `overrides` are in the order in which they were made.
    """

    name: str
    zone: ZoneInfo
    layers: tuple[Rotation, ...] = ()
    shifts: tuple[Shift, ...] = ()
    gaps_accepted: bool = False
    calendar: tuple[Watch, ...] = ()
    overrides: tuple[Override, ...] = ()

    def known_only(self, clinicians: Iterable[str]) -> Roster:
        """This roster without what the calendar and the overrides say of people whom nobody can page."""
        known = frozenset(clinicians)
        return replace(
            self,
            calendar=tuple(watch for watch in self.calendar if watch.clinician in known),
            overrides=tuple(o for o in self.overrides if o.clinician is None or o.clinician in known),
        )

    def on_call(self, now: datetime) -> OnCall | NobodyOnCall:
        """Who is on call at `now` (aware)."""
        return self.schedule(now, now + _INSTANT)[0].on_call

    def schedule(self, begin: datetime, end: datetime) -> tuple[Span, ...]:
        """Who is on call from `begin` to `end` (aware), without a break: where nobody is, a span says so."""
        levels = self._levels(begin, end)
        overrides = [o for o in self.overrides if o.begin < end and o.end > begin]
        edges = [*(edge for level in levels for watch in level for edge in (watch.begin, watch.end))]
        edges += [edge for override in overrides for edge in (override.begin, override.end)]
        cuts = sorted({begin, end, *(edge for edge in edges if begin < edge < end)})
        people = [_people(level, cuts) for level in levels]
        spans = [
            Span(cut, following, self._stands([level[index] for level in people], cut, overrides))
            for index, (cut, following) in enumerate(pairwise(cuts))
        ]
        return tuple(_joined(spans))

    def gaps(self, begin: datetime, end: datetime) -> tuple[Span, ...]:
        """Every stretch from `begin` to `end` in which nobody is on call."""
        return tuple(span for span in self.schedule(begin, end) if span.is_gap)

    def upcoming(self, now: datetime) -> tuple[Span, ...]:
        """What stands at `now`, and what follows it when anything does within `LOOKS_AHEAD`."""
        for ahead in (timedelta(days=8), LOOKS_AHEAD):
            spans = self.schedule(now, now + ahead)
            if len(spans) > 2:
                break
        return spans[:2]

    def _levels(self, begin: datetime, end: datetime) -> list[list[Watch]]:
        """What could stand between two instants beneath the overrides, what goes before the rest first."""
        first, last = wall_at(begin, self.zone) - REACH, wall_at(end, self.zone) + REACH
        written = [shift for shift in self.shifts if shift.start < last and shift.end > first]
        levels = [
            self._watches(written),
            list(self.calendar),
            *(self._watches(layer.shifts_between(first, last)) for layer in self.layers),
        ]
        return [[watch for watch in level if watch.touches(begin, end)] for level in levels]

    def _watches(self, shifts: Iterable[Shift]) -> list[Watch]:
        return [shift.watch(self.zone) for shift in shifts]

    def _stands(
        self, levels: Iterable[Iterable[str]], at: datetime, overrides: Sequence[Override]
    ) -> OnCall | NobodyOnCall:
        holding = [override for override in overrides if override.begin <= at < override.end]
        for left in (standing_in(holding), *(overridden(people, holding) for people in levels)):
            if left:
                return OnCall(left)
        return NobodyOnCall(self.name)


def _people(level: Sequence[Watch], cuts: Sequence[datetime]) -> list[tuple[str, ...]]:
    """Whom a level names from each cut on."""
    come: dict[datetime, list[str]] = defaultdict(list)
    go: dict[datetime, list[str]] = defaultdict(list)
    for watch in sorted(level, key=lambda watch: watch.begin):
        come[max(watch.begin, cuts[0])].append(watch.clinician)
        go[watch.end].append(watch.clinician)
    present: list[str] = []
    named = []
    for cut in cuts:
        present += come[cut]
        for clinician in go[cut]:
            present.remove(clinician)
        named.append(tuple(dict.fromkeys(present)))
    return named


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Neighbours in which the same people are on call, as one."""
    waiting: Span | None = None
    for span in spans:
        if waiting is not None and _same(waiting, span):
            waiting = replace(waiting, end=span.end)
            continue
        if waiting is not None:
            yield waiting
        waiting = span
    if waiting is not None:
        yield waiting


def _same(one: Span, other: Span) -> bool:
    if isinstance(one.on_call, OnCall) and isinstance(other.on_call, OnCall):
        return set(one.on_call.clinicians) == set(other.on_call.clinicians)
    return one.on_call == other.on_call
