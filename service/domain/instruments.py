"""Published questionnaires, scored exactly by their official rules, which stand in data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from service.domain.answers import Absent, ItemAnswer
from service.domain.conditions import Condition, Responses
from service.domain.signals import Gap, GapKind, Signal, Strength, When


@dataclass(frozen=True, slots=True)
class ItemSignal:
    """What an item's value says, from this value on."""

    at_least: int
    construct: str
    strength: Strength
    when: When


@dataclass(frozen=True, slots=True)
class Item:
    """One question: the values it may have, and when it is asked (None: always).

    `signals` are ordered by value; the last that is reached is the one that is raised.
    """

    item_id: str
    label: str
    values: tuple[int, ...]
    optional: bool
    asked_when: Condition | None
    signals: tuple[ItemSignal, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """A named part of the range of a total, from this total on. A band without words says nothing."""

    first: int
    flag: str | None


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
    rules: tuple[InstrumentRule, ...]
    lacks: str | None


@dataclass(frozen=True, slots=True)
class InstrumentResult:
    """What a questionnaire says. `total` is None unless every item that it needs was answered.

    `flags` are read by clinicians, `rules` (`asq.acute_positive`) by the urgency policy.
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
        self._items = {
            (name, item.item_id): item for name, known in self._known.items() for item in known.items
        }

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
        item = self._items.get((answer.instrument, answer.item))
        if item is None:
            yield "item", f"is not an item of {answer.instrument}"
        elif answer.value is not None and answer.value not in item.values:
            yield "value", f"must be one of {', '.join(map(str, item.values))}"

    def score(self, answers: Sequence[ItemAnswer], age: int | None) -> tuple[InstrumentResult, ...]:
        """One result for each questionnaire of which anything was sent, by id. Order never matters."""
        by_instrument: dict[str, list[ItemAnswer]] = {}
        for answer in answers:
            if answer.instrument in self._known:
                by_instrument.setdefault(answer.instrument, []).append(answer)
        return tuple(_score(self._known[name], by_instrument[name], age) for name in sorted(by_instrument))


def _score(instrument: Instrument, answers: Sequence[ItemAnswer], age: int | None) -> InstrumentResult:
    given = _most_severe(answers)
    responses = _responses(instrument, answers, given, age)
    fired = _fired(instrument, responses)
    missing = _missing(instrument, responses)
    return InstrumentResult(
        instrument=instrument.instrument_id,
        total=responses.total,
        complete=not missing,
        flags=(*_flags(instrument, responses, fired), *_answered_twice(instrument, answers)),
        rules=tuple(f"{instrument.instrument_id}.{rule.rule_id}" for rule in fired),
        signals=tuple(_signals(instrument, given)),
        gaps=tuple(_gaps(instrument, responses, fired, missing)),
    )


def _most_severe(answers: Sequence[ItemAnswer]) -> dict[str, ItemAnswer]:
    """The answer that counts for each item: a value before none, and the highest one, whatever came last."""
    given: dict[str, ItemAnswer] = {}
    for answer in sorted(answers, key=lambda a: a.answer_id):
        before = given.get(answer.item)
        if answer.value is not None and (before is None or answer.value > (before.value or 0)):
            given[answer.item] = answer
        elif answer.value is not None:
            given.setdefault(answer.item, answer)
    return given


def _responses(
    instrument: Instrument, answers: Sequence[ItemAnswer], given: dict[str, ItemAnswer], age: int | None
) -> Responses:
    values = {item: answer.value for item, answer in given.items() if answer.value is not None}
    absent: dict[str, Absent] = {}
    for answer in answers:
        if answer.absent is not None and absent.get(answer.item) is not Absent.REFUSED:
            absent[answer.item] = answer.absent
    answered = bool(instrument.total) and all(item in values for item in instrument.total)
    total = sum(values[item] for item in instrument.total) if answered else None
    return Responses(values, absent, total, age)


def _fired(instrument: Instrument, responses: Responses) -> tuple[InstrumentRule, ...]:
    fired: list[InstrumentRule] = []
    for rule in instrument.rules:
        before = {earlier.rule_id for earlier in fired}
        if not rule.unless & before and rule.condition.holds(responses):
            fired.append(rule)
    return tuple(fired)


def _missing(instrument: Instrument, responses: Responses) -> tuple[Item, ...]:
    """Items that should have a value and have none. One that may have been asked should have one."""
    return tuple(
        item
        for item in instrument.items
        if item.item_id not in responses.values
        and (not item.optional or responses.absent.get(item.item_id) is Absent.REFUSED)
        and (item.asked_when is None or item.asked_when.holds(responses) is not False)
    )


def _flags(instrument: Instrument, responses: Responses, fired: Sequence[InstrumentRule]) -> Iterator[str]:
    reached = [band for band in instrument.bands if (responses.total or 0) >= band.first]
    if responses.total is not None and reached and reached[-1].flag is not None:
        yield reached[-1].flag
    for rule in fired:
        if rule.flag is not None:
            yield rule.flag


def _answered_twice(instrument: Instrument, answers: Sequence[ItemAnswer]) -> Iterator[str]:
    for item in instrument.items:
        values = {a.value for a in answers if a.item == item.item_id and a.value is not None}
        if len(values) > 1:
            yield f"{item.label} was answered more than once: the most severe answer counts"


def _signals(instrument: Instrument, given: dict[str, ItemAnswer]) -> Iterator[Signal]:
    for item in instrument.items:
        answer = given.get(item.item_id)
        value = None if answer is None else answer.value
        reached = [] if value is None else [s for s in item.signals if value >= s.at_least]
        if answer is not None and reached:
            said = reached[-1]
            entry = f"{instrument.instrument_id}.item_{item.item_id}"
            yield Signal(said.construct, answer.answer_id, entry, said.strength, when=said.when)


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
    for reason, said in _SAID.items():
        labels = [item.label for item in missing if responses.absent.get(item.item_id) is reason]
        if labels:
            kind = GapKind.REFUSED if reason is Absent.REFUSED else GapKind.INCOMPLETE
            yield Gap(kind, f"{instrument.instrument_id} {', '.join(labels)}: {said}")
    for rule in fired:
        if rule.gap is not None:
            yield Gap(GapKind.INCOMPLETE, f"{instrument.instrument_id}: {rule.gap}")
    if instrument.lacks is not None:
        yield Gap(GapKind.NOT_ASKED, f"{instrument.instrument_id} {instrument.lacks}")
