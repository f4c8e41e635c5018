"""Published questionnaires, scored exactly by their official rules, which stand in data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from service.domain.answers import Absent, ItemAnswer
from service.domain.conditions import Condition, Responses
from service.domain.items import Heard, Item, PointsSignal, hear, raised
from service.domain.signals import Gap, GapKind, Signal

SUPPLIED_TOTAL = "total"
"""The item under which a total may be sent beside the items. It is compared with theirs and never used."""


@dataclass(frozen=True, slots=True)
class Band:
    """A named part of the range of a total, from this total on. A band without words says nothing."""

    first: int
    flag: str | None


@dataclass(frozen=True, slots=True)
class Scale:
    """A sum over a part of the items, `times` so much, shown as `label: sum` (in `tenths`: 359 as 35.9)."""

    scale_id: str
    label: str
    items: tuple[str, ...]
    times: int
    tenths: bool
    signals: tuple[PointsSignal, ...]

    def shown(self, points: int) -> str:
        """The flag that a clinician reads."""
        return f"{self.label}: {points / 10:.1f}" if self.tenths else f"{self.label}: {points}"


@dataclass(frozen=True, slots=True)
class InstrumentRule:
    """When its condition holds, and none of `unless` has fired: its flag, its gap, or both."""

    rule_id: str
    condition: Condition
    unless: frozenset[str]
    flag: str | None
    gap: str | None


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire. `total` names the items that are summed; `lacks` says what it cannot tell."""

    instrument_id: str
    items: tuple[Item, ...]
    total: tuple[str, ...]
    bands: tuple[Band, ...]
    scales: tuple[Scale, ...]
    rules: tuple[InstrumentRule, ...]
    lacks: str | None

    def answerable(self) -> Mapping[str, Sequence[int]]:
        """The values that each item may have; among them a total that is sent, where one is formed."""
        values: dict[str, Sequence[int]] = {item.item_id: item.values for item in self.items}
        if self.total and SUPPLIED_TOTAL not in values:
            summed = [item for item in self.items if item.item_id in self.total]
            first = sum(item.values[0] for item in summed if item.asked_when is None)
            values[SUPPLIED_TOTAL] = range(first, sum(item.values[-1] for item in summed) + 1)
        return values


@dataclass(frozen=True, slots=True)
class InstrumentResult:
    """What a questionnaire says. `total` is None unless every item that it needs was answered.

    `complete`: every item that should have a value has one. `flags` are read by clinicians, `rules`
    (`asq.acute_positive`) by the urgency policy.
    """

    instrument: str
    total: int | None
    complete: bool
    flags: tuple[str, ...]
    rules: tuple[str, ...]
    signals: tuple[Signal, ...]
    gaps: tuple[Gap, ...]


class Instruments:
    """The questionnaires that we know, by id."""

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        self._known = {instrument.instrument_id: instrument for instrument in instruments}
        self._values = {name: known.answerable() for name, known in self._known.items()}

    def faults(self, answer: ItemAnswer) -> tuple[tuple[str, str], ...]:
        """What is wrong with an answer, as (field, detail). The detail never repeats what was sent."""
        return tuple(self._faults(answer))

    def _faults(self, answer: ItemAnswer) -> Iterator[tuple[str, str]]:
        if answer.value is None and answer.absent is None:
            yield "value", "is needed, or `absent` with the reason that there is none"
        if answer.value is not None and answer.absent is not None:
            yield "absent", "must not stand beside a value"
        if answer.instrument not in self._known:
            yield "instrument", "is not known here"
            return
        values = self._values[answer.instrument].get(answer.item)
        if values is None:
            yield "item", f"is not an item of {answer.instrument}"
        elif answer.value is not None and answer.value not in values:
            yield "value", f"must be {_named(values)}"

    def in_one_line(self, instrument_id: str, values: Mapping[str, int]) -> bool:
        """Whether all of these values by item are the same where that says little: on a scale of more than
        two values, at another than its lowest, or across items that are turned round."""
        known = self._known.get(instrument_id)
        if known is None or len(set(values.values())) != 1:
            return False
        items = [item for item in known.items if item.item_id in values]
        value = next(iter(values.values()))
        scale = max((len(item.values) for item in items), default=0)
        turned = {item.reverse for item in items}
        return scale > _YES_OR_NO and (len(turned) > 1 or any(value > item.values[0] for item in items))

    def score(self, answers: Sequence[ItemAnswer], age: int | None) -> tuple[InstrumentResult, ...]:
        """One result for each questionnaire of which anything was sent, by id. Order never matters.

        `age` is in whole years. An answer that the files do not know (they may have changed since it was
        stored) is a gap, never a silence.
        """
        by_instrument: dict[str, list[ItemAnswer]] = {}
        for answer in answers:
            by_instrument.setdefault(answer.instrument, []).append(answer)
        return tuple(self._result(name, by_instrument[name], age) for name in sorted(by_instrument))

    def _result(self, name: str, answers: Sequence[ItemAnswer], age: int | None) -> InstrumentResult:
        instrument = self._known.get(name)
        if instrument is None:
            gap = Gap(GapKind.UNREADABLE, "answers to a questionnaire that is not known here")
            return InstrumentResult(name, None, False, (), (), (), (gap,))
        readable = [answer for answer in answers if self._readable(answer)]
        result = _score(instrument, readable, age)
        if len(readable) == len(answers):
            return result
        gap = Gap(GapKind.UNREADABLE, f"{name}: an answer that none of its items can have")
        return replace(result, complete=False, gaps=(*result.gaps, gap))

    def _readable(self, answer: ItemAnswer) -> bool:
        values = self._values[answer.instrument].get(answer.item)
        return values is not None and (answer.value is None or answer.value in values)


_MOST_NAMED = 10
_YES_OR_NO = 2


def _named(values: Sequence[int]) -> str:
    if len(values) > _MOST_NAMED:
        return f"a whole number from {values[0]} to {values[-1]}"
    return f"one of {', '.join(map(str, values))}"


def _score(instrument: Instrument, answers: Sequence[ItemAnswer], age: int | None) -> InstrumentResult:
    heard = {item.item_id: said for item in instrument.items if (said := hear(item, answers)) is not None}
    responses = _responses(instrument, heard, age)
    fired = _fired(instrument, responses)
    missing = [item for item in instrument.items if _is_missing(item, responses)]
    return InstrumentResult(
        instrument=instrument.instrument_id,
        total=responses.total,
        complete=not missing,
        flags=tuple(_flags(instrument, responses, fired, heard)),
        rules=tuple(f"{instrument.instrument_id}.{rule.rule_id}" for rule in fired),
        signals=(*_item_signals(instrument, heard), *_scale_signals(instrument, responses, heard)),
        gaps=(
            *_gaps(instrument, responses, fired, missing),
            *_gaps_of_a_supplied_total(instrument, responses, answers),
        ),
    )


def _responses(instrument: Instrument, heard: Mapping[str, Heard], age: int | None) -> Responses:
    responses = Responses(
        values={name: said.points for name, said in heard.items() if said.points is not None},
        absent={name: said.absent for name, said in heard.items() if said.absent is not None},
        total=None,
        scales={},
        age=age,
    )
    sums = {scale.scale_id: _sum(instrument, scale.items, responses) for scale in instrument.scales}
    return replace(
        responses,
        total=_sum(instrument, instrument.total, responses),
        scales={
            scale.scale_id: points * scale.times
            for scale in instrument.scales
            if (points := sums[scale.scale_id]) is not None
        },
    )


def _sum(instrument: Instrument, names: Sequence[str], responses: Responses) -> int | None:
    """The sum over items; None while one that may be asked lacks. What was rightly skipped adds nothing."""
    summed = [i for i in instrument.items if i.item_id in names and i.may_be_asked(responses)]
    if not names or any(item.item_id not in responses.values for item in summed):
        return None
    return sum(responses.values[item.item_id] for item in summed)


def _fired(instrument: Instrument, responses: Responses) -> tuple[InstrumentRule, ...]:
    fired: list[InstrumentRule] = []
    for rule in instrument.rules:
        before = {earlier.rule_id for earlier in fired}
        if not rule.unless & before and rule.condition.holds(responses):
            fired.append(rule)
    return tuple(fired)


def _is_missing(item: Item, responses: Responses) -> bool:
    return item.item_id not in responses.values and not item.optional and item.may_be_asked(responses)


def _flags(
    instrument: Instrument,
    responses: Responses,
    fired: Sequence[InstrumentRule],
    heard: Mapping[str, Heard],
) -> Iterator[str]:
    """What fired stands before the band: no total may hide an item."""
    yield from (rule.flag for rule in fired if rule.flag is not None)
    if responses.total is not None:
        reached = [band for band in instrument.bands if responses.total >= band.first]
        yield from (band.flag for band in reached[-1:] if band.flag is not None)
    for scale in instrument.scales:
        if scale.scale_id in responses.scales:
            yield scale.shown(responses.scales[scale.scale_id])
    for item in instrument.items:
        if item.item_id in heard and heard[item.item_id].disputed:
            yield f"{item.label} was answered more than once, differently: the most severe answer counts"


def _item_signals(instrument: Instrument, heard: Mapping[str, Heard]) -> Iterator[Signal]:
    for item in instrument.items:
        said = heard.get(item.item_id)
        if said is not None and said.points is not None:
            entry = f"{instrument.instrument_id}.item_{item.item_id}"
            yield from _signal(raised(item.signals, said.points), said.answer_id, entry)


def _scale_signals(
    instrument: Instrument, responses: Responses, heard: Mapping[str, Heard]
) -> Iterator[Signal]:
    """What a sum says, placed at the most severe of its answers."""
    for scale in instrument.scales:
        counted = [
            (item.severity(responses.values[item.item_id]), heard[item.item_id].answer_id)
            for item in instrument.items
            if item.item_id in scale.items and item.item_id in responses.values
        ]
        if counted and scale.scale_id in responses.scales:
            _, answer_id = max(counted, key=lambda one: one[0])
            entry = f"{instrument.instrument_id}.{scale.scale_id}"
            yield from _signal(raised(scale.signals, responses.scales[scale.scale_id]), answer_id, entry)


def _signal(says: PointsSignal | None, answer_id: str, entry: str) -> Iterator[Signal]:
    if says is not None:
        yield Signal(says.construct, answer_id, entry, says.strength, when=says.when)


_SAID = {
    Absent.REFUSED: "refused",
    Absent.STOPPED: "stopped before it",
    Absent.NOT_ASKED: "not asked",
    Absent.UNKNOWN: "not known",
    None: "not answered",
}


def _gaps(
    instrument: Instrument,
    responses: Responses,
    fired: Sequence[InstrumentRule],
    missing: Sequence[Item],
) -> Iterator[Gap]:
    """A refusal is named even where the item need not have been asked."""
    for reason, said in _SAID.items():
        refused = reason is Absent.REFUSED
        labels = [
            item.label
            for item in (instrument.items if refused else missing)
            if responses.absent.get(item.item_id) is reason
        ]
        if labels:
            kind = GapKind.REFUSED if refused else GapKind.INCOMPLETE
            yield Gap(kind, f"{instrument.instrument_id} {', '.join(labels)}: {said}")
    for rule in fired:
        if rule.gap is not None:
            yield Gap(GapKind.INCOMPLETE, f"{instrument.instrument_id}: {rule.gap}")
    if instrument.lacks is not None:
        yield Gap(GapKind.NOT_ASKED, f"{instrument.instrument_id} {instrument.lacks}")


def _gaps_of_a_supplied_total(
    instrument: Instrument, responses: Responses, answers: Sequence[ItemAnswer]
) -> Iterator[Gap]:
    """A total that was sent is compared with the items' own, and never used in its place."""
    if SUPPLIED_TOTAL in {item.item_id for item in instrument.items}:
        return
    sent = {answer.value for answer in answers if answer.item == SUPPLIED_TOTAL and answer.value is not None}
    for total in sorted(sent - {responses.total}):
        said = (
            f"the total that was sent, {total}, cannot be checked without every item"
            if responses.total is None
            else f"the total that was sent, {total}, is not the {responses.total} of its items, which counts"
        )
        yield Gap(GapKind.INCOMPLETE, f"{instrument.instrument_id}: {said}")
