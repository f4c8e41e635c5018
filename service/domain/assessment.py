"""From what was noticed to how soon a human must respond, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

from service.domain.answers import Answer, FirstContact, ItemAnswer, TextAnswer
from service.domain.course import Course
from service.domain.habit import HabitPolicy, marks
from service.domain.instruments import InstrumentResult, Instruments
from service.domain.policy import Heard, Policy, Rule
from service.domain.reading import Reader, Reading, SetAside
from service.domain.scores import Scores, scores
from service.domain.signals import Gap, GapKind, Polarity, Signal, Who
from service.domain.trajectory import UNCHANGED, Found, Said, Trajectory, by_phase, trajectory
from service.domain.urgency import Urgency

_SUPPORTS = "supports"


@dataclass(frozen=True, slots=True)
class Assessment:
    """Urgency with its reasons, the evidence, and what could not be known.

    `respond_within_minutes` is None for `unread` (before the next contact) and `none_found`. `rules` names
    the version and content hash of everything that decided; `held`: the ids of the policy's rules that held,
    the most pressing first. `turns`: what was found to have changed after a session. `marks`: what looks like
    habit.
    """

    contact_id: str
    urgency: Urgency
    respond_within_minutes: int | None
    scores: Scores
    signals: tuple[Signal, ...]
    instruments: tuple[InstrumentResult, ...]
    reasons: tuple[str, ...]
    gaps: tuple[str, ...]
    rules: str
    turns: tuple[Found, ...] = ()
    held: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()

    @property
    def starting_points(self) -> tuple[Signal, ...]:
        """What the person hopes for, cares about and has asked for, in their own words; first class also when
        it is urgent, and never a reason to be less so."""
        return tuple(s for s in self._affirmed if s.construct != _SUPPORTS)

    @property
    def supports(self) -> tuple[Signal, ...]:
        """Whom and what in their real life the person named as being there for them, in their own words."""
        return tuple(s for s in self._affirmed if s.construct == _SUPPORTS)

    @property
    def _affirmed(self) -> tuple[Signal, ...]:
        return tuple(
            s
            for s in self.signals
            if s.protective and s.who is Who.SELF and s.quote is not None and s.polarity is Polarity.AFFIRMED
        )


@dataclass(frozen=True, slots=True)
class Explanation:
    """An assessment, the policy's rules that held with the signals each rests on, and what was set aside."""

    assessment: Assessment
    rules: tuple[tuple[Rule, tuple[Signal, ...]], ...]
    set_aside: tuple[tuple[str, SetAside], ...]


@dataclass(frozen=True, slots=True)
class _Noticed:
    """All that rules look at."""

    signals: tuple[Signal, ...]
    results: tuple[InstrumentResult, ...]
    gaps: tuple[Gap, ...]
    readings: tuple[tuple[str, Reading], ...]
    trajectory: Trajectory


@dataclass(frozen=True, slots=True)
class Assessor:
    """Everything that decides: the same first contact and rules give the same assessment."""

    reader: Reader
    instruments: Instruments
    policy: Policy
    rules: str
    habit: HabitPolicy

    def assess(
        self,
        contact: FirstContact,
        respond_within_minutes: Mapping[Urgency, int] | None = None,
        only: Collection[str] | None = None,
    ) -> Assessment:
        """Read, score and decide. Pure; never raises for any valid first contact.

        `respond_within_minutes`: a site's own times, where they differ from the policy's. `only`: the ids of
        the answers that bear on it; the others are only what these are held against.
        """
        noticed = self._notice(contact, only)
        held = self._held(noticed)
        urgency = held[0].urgency if held else Urgency.NONE_FOUND
        times = {**self.policy.respond_within_minutes, **(respond_within_minutes or {})}
        return Assessment(
            contact_id=contact.contact_id,
            urgency=urgency,
            respond_within_minutes=times.get(urgency),
            scores=scores(self.policy, noticed.signals),
            signals=noticed.signals,
            instruments=noticed.results,
            reasons=tuple(dict.fromkeys(r.reason for r in held)) if held else (_quiet(noticed.signals),),
            gaps=tuple(dict.fromkeys(gap.text for gap in noticed.gaps)),
            rules=self.rules,
            turns=noticed.trajectory.found,
            held=tuple(rule.rule_id for rule in held),
            marks=marks(contact, noticed.signals, self.instruments, self.habit),
        )

    def explain(
        self, contact: FirstContact, respond_within_minutes: Mapping[Urgency, int] | None = None
    ) -> Explanation:
        """The same assessment with what led to it; `set_aside` is by answer id."""
        noticed = self._notice(contact, None)
        heard = Heard.of(noticed.signals)
        return Explanation(
            assessment=self.assess(contact, respond_within_minutes),
            rules=tuple((rule, rule.evidence(heard)) for rule in self._held(noticed)),
            set_aside=tuple((answer_id, aside) for answer_id, r in noticed.readings for aside in r.set_aside),
        )

    def trajectory(self, contact: FirstContact) -> Trajectory:
        """How what was said changed, by answer and by what happened around it."""
        return self._notice(contact, None, points=True).trajectory

    def _notice(
        self, contact: FirstContact, only: Collection[str] | None, *, points: bool = False
    ) -> _Noticed:
        answers = contact.answers
        readings = [(a.answer_id, self._read(a)) for a in answers if isinstance(a, TextAnswer)]
        followed = UNCHANGED
        if points or (contact.events and Course.of(contact.events).sessions):
            followed = self._follow(contact, dict(readings))
        if only is not None:
            answers = tuple(a for a in answers if a.answer_id in only)
            readings = [(answer_id, reading) for answer_id, reading in readings if answer_id in only]
            found = tuple(f for f in followed.found if not frozenset(only).isdisjoint(f.answer_ids))
            followed = replace(followed, found=found)
        results = self.instruments.score([a for a in answers if isinstance(a, ItemAnswer)], contact.age)
        signals = [*chain.from_iterable(reading.signals for _, reading in readings)]
        signals += chain.from_iterable(result.signals for result in results)
        gaps = [*chain.from_iterable(reading.gaps for _, reading in readings)]
        gaps += chain.from_iterable(result.gaps for result in results)
        gaps += _gaps_of_the_contact(contact) if only is None else ()
        return _Noticed(_in_answer_order(answers, signals), results, tuple(gaps), tuple(readings), followed)

    def _follow(self, contact: FirstContact, readings: Mapping[str, Reading]) -> Trajectory:
        """Items speak where they stand, each instrument by what was ticked of it in one phase."""
        course = Course.of(contact.events)
        phases = by_phase(((a, contact.said_at(a)) for a in contact.answers), course)
        said = []
        for answers in phases.values():
            items = [a for a in answers if isinstance(a, ItemAnswer)]
            ticked = [s for result in self.instruments.score(items, contact.age) for s in result.signals]
            for answer in answers:
                reading = readings.get(answer.answer_id)
                signals = (
                    reading.signals if reading else (s for s in ticked if s.answer_id == answer.answer_id)
                )
                said.append(Said(answer.answer_id, contact.said_at(answer), tuple(signals)))
        return trajectory(said, course, self.policy.turns, partial(scores, self.policy))

    def _held(self, noticed: _Noticed) -> list[Rule]:
        """The rules that hold, the most pressing first, in the file's order within one urgency."""
        heard = Heard.of(noticed.signals)
        fired = frozenset(rule for result in noticed.results for rule in result.rules)
        gaps = frozenset(gap.kind for gap in noticed.gaps)
        turns = frozenset(found.turn_id for found in noticed.trajectory.found)
        held = [rule for rule in self.policy.rules if rule.holds(heard, fired, gaps, turns)]
        return sorted(held, key=lambda rule: -rule.urgency.rank)

    def _read(self, answer: TextAnswer) -> Reading:
        """An answer that trips the reader is a gap: a fault of ours must not lose the whole contact."""
        try:
            return self.reader.read(answer)
        except Exception:  # noqa: BLE001 - whatever it is, a human must read this answer
            return Reading((), (Gap(GapKind.UNREADABLE, f"answer {answer.answer_id} could not be read"),))


NONE_FOUND = "No signals found in what was supplied."
NONE_TIMED = "The signals that were found ask for no response by a set time; a human reads them."
NONE_COUNTED = "What was found was denied, quoted or said of somebody else; a human reads it."


def _gaps_of_the_contact(contact: FirstContact) -> list[Gap]:
    gaps = [
        Gap(GapKind.UNREADABLE, f"answer {answer_id} is stored, but its key is gone")
        for answer_id in contact.unreadable
    ]
    if not contact.answers and not gaps:
        gaps.append(Gap(GapKind.UNREADABLE, "no answers were supplied"))
    return gaps


def _quiet(signals: Iterable[Signal]) -> str:
    concerns = [signal for signal in signals if not (signal.protective or signal.only_shown)]
    if not concerns:
        return NONE_FOUND
    return NONE_TIMED if any(signal.counts for signal in concerns) else NONE_COUNTED


def _in_answer_order(answers: Sequence[Answer], signals: Sequence[Signal]) -> tuple[Signal, ...]:
    position = {answer.answer_id: number for number, answer in enumerate(answers)}
    return tuple(sorted(signals, key=lambda s: (position[s.answer_id], s.start or 0, s.entry)))
