"""From what was noticed to how soon a human must respond, and why."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from service.domain.answers import Answer, FirstContact, ItemAnswer, TextAnswer
from service.domain.instruments import InstrumentResult, Instruments
from service.domain.policy import Heard, Policy, Rule, Weights
from service.domain.reading import Reader, Reading, SetAside
from service.domain.signals import Gap, GapKind, Polarity, Signal, Who
from service.domain.urgency import Urgency


@dataclass(frozen=True, slots=True)
class Scores:
    """How strongly each was said, 0 to 100. Not a probability and not a level."""

    hopelessness: int
    suicidality: int
    hope: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """Urgency with its reasons, the evidence, and what could not be known.

    `respond_within_minutes` is None for `unread` (before the next contact) and `none_found`.
    `rules` names the version and content hash of everything that decided.
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

    @property
    def starting_points(self) -> tuple[Signal, ...]:
        """What the person hopes for, cares about and has asked for, in their own words; first class also when
        it is urgent, and never a reason to be less so."""
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
class Assessor:
    """Everything that decides: the same first contact and rules give the same assessment."""

    reader: Reader
    instruments: Instruments
    policy: Policy
    rules: str

    def assess(
        self, contact: FirstContact, respond_within_minutes: Mapping[Urgency, int] | None = None
    ) -> Assessment:
        """Read, score and decide. Pure; never raises for any valid first contact.

        `respond_within_minutes`: a site's own times, where they differ from the policy's.
        """
        readings = [self._read(a) for a in contact.answers if isinstance(a, TextAnswer)]
        items = [answer for answer in contact.answers if isinstance(answer, ItemAnswer)]
        results = self.instruments.score(items, contact.age)
        signals = _in_answer_order(
            contact.answers,
            [
                *chain.from_iterable(r.signals for r in readings),
                *chain.from_iterable(r.signals for r in results),
            ],
        )
        gaps = [*chain.from_iterable(r.gaps for r in readings), *chain.from_iterable(r.gaps for r in results)]
        gaps += _gaps_of_the_contact(contact)
        urgency, reasons = _decide(self.policy, signals, results, gaps)
        return Assessment(
            contact_id=contact.contact_id,
            urgency=urgency,
            respond_within_minutes={
                **self.policy.respond_within_minutes,
                **(respond_within_minutes or {}),
            }.get(urgency),
            scores=_scores(self.policy, signals),
            signals=signals,
            instruments=results,
            reasons=reasons,
            gaps=tuple(dict.fromkeys(gap.text for gap in gaps)),
            rules=self.rules,
        )

    def explain(
        self, contact: FirstContact, respond_within_minutes: Mapping[Urgency, int] | None = None
    ) -> Explanation:
        """The same assessment with what led to it; `set_aside` is by answer id."""
        assessment = self.assess(contact, respond_within_minutes)
        fired = frozenset(rule for result in assessment.instruments for rule in result.rules)
        readings = [(a.answer_id, self._read(a)) for a in contact.answers if isinstance(a, TextAnswer)]
        gaps = [gap for _, reading in readings for gap in reading.gaps]
        gaps += [gap for result in assessment.instruments for gap in result.gaps] + _gaps_of_the_contact(
            contact
        )
        heard = Heard.of(assessment.signals)
        held = _held(self.policy, heard, fired, frozenset(gap.kind for gap in gaps))
        return Explanation(
            assessment=assessment,
            rules=tuple((rule, rule.evidence(heard)) for rule in held),
            set_aside=tuple((answer_id, aside) for answer_id, r in readings for aside in r.set_aside),
        )

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


def _decide(
    policy: Policy, signals: tuple[Signal, ...], results: Sequence[InstrumentResult], gaps: Sequence[Gap]
) -> tuple[Urgency, tuple[str, ...]]:
    fired = frozenset(rule for result in results for rule in result.rules)
    kinds = frozenset(gap.kind for gap in gaps)
    held = _held(policy, Heard.of(signals), fired, kinds)
    if not held:
        return Urgency.NONE_FOUND, (_quiet(signals),)
    return held[0].urgency, tuple(dict.fromkeys(rule.reason for rule in held))


def _held(policy: Policy, heard: Heard, fired: frozenset[str], gaps: frozenset[GapKind]) -> list[Rule]:
    """The rules that hold, the most pressing first, in the file's order within one urgency."""
    held = [rule for rule in policy.rules if rule.holds(heard, fired, gaps)]
    return sorted(held, key=lambda rule: -rule.urgency.rank)


def _quiet(signals: Iterable[Signal]) -> str:
    concerns = [signal for signal in signals if not signal.protective]
    if not concerns:
        return NONE_FOUND
    return NONE_TIMED if any(signal.counts for signal in concerns) else NONE_COUNTED


def _scores(policy: Policy, signals: tuple[Signal, ...]) -> Scores:
    counting = [signal for signal in signals if signal.counts]
    protective = [s for s in signals if s.protective and s.polarity == "affirmed" and s.who == "self"]
    return Scores(
        hopelessness=_score(policy, policy.hopelessness, counting),
        suicidality=_score(policy, policy.suicidality, counting),
        hope=_score(policy, policy.hope, protective),
    )


def _score(policy: Policy, weights: Weights, signals: Iterable[Signal]) -> int:
    """Noisy-or over distinct constructs, each at the strongest it was said: more said is never less."""
    parts: dict[str, float] = {}
    for signal in signals:
        part = weights.of(signal.construct) * policy.strengths[signal.strength]
        parts[signal.construct] = max(part, parts.get(signal.construct, 0.0))
    silence = math.prod(1.0 - part for _, part in sorted(parts.items()))
    return round(100 * (1.0 - silence))


def _in_answer_order(answers: Sequence[Answer], signals: Sequence[Signal]) -> tuple[Signal, ...]:
    position = {answer.answer_id: number for number, answer in enumerate(answers)}
    return tuple(sorted(signals, key=lambda s: (position[s.answer_id], s.start or 0, s.entry)))
