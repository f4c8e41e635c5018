"""Questionnaires from YAML, one file each. Adding one is a file with its worked cases, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from service.adapters.yaml_documents import Documents
from service.domain import conditions
from service.domain.conditions import Bounds, Condition
from service.domain.errors import ConfigurationFaults
from service.domain.instruments import SUPPLIED_TOTAL, Band, Instrument, InstrumentRule, Instruments, Scale
from service.domain.items import Item, PointsSignal
from service.domain.signals import Strength, When


def load_instruments(root: Path) -> Instruments:
    """Read every file below `root`. Raises `ConfigurationFaults` naming every fault of every file."""
    documents = read_instruments(root)
    return Instruments(_instrument(document) for document in documents)


def read_instruments(root: Path) -> tuple[Mapping[str, Any], ...]:
    """The files as they stand, checked, with their worked cases."""
    documents = Documents(root.parent / "schema" / "instrument.schema.json")
    found: list[Mapping[str, Any]] = []
    for path in sorted(root.glob("*.yaml")):
        raw = documents.read(path)
        if raw is not None:
            documents.faults += [f"{path.name}: {fault}" for fault in _faults(raw, path.stem)]
            found.append(raw)
    if not found:
        documents.faults.append(f"{root.name}: there is no questionnaire that can be read")
    if documents.faults:
        raise ConfigurationFaults(documents.faults)
    return tuple(found)


def _faults(raw: Mapping[str, Any], stem: str) -> Iterator[str]:
    """What a schema cannot say: names that agree, items and rules that exist, conditions that can hold."""
    if raw["id"] != stem:
        yield f"the id {raw['id']} is not the file's name"
    yield from _faults_of_signals(raw)
    yield from _faults_of_conditions(raw)
    yield from _faults_of_rules(raw)
    yield from _faults_of_cases(raw)
    bands = [band["from"] for band in raw.get("total", {}).get("bands", ())]
    if bands != sorted(set(bands)):
        yield "the bands must rise"
    for name in chain(_total_items(raw), *(scale["items"] for scale in _scales(raw).values())):
        if name not in raw["items"]:
            yield f"item {name} is named and does not exist"


def _faults_of_signals(raw: Mapping[str, Any]) -> Iterator[str]:
    for item_id, item in raw["items"].items():
        yield from _out_of_reach(f"item {item_id}", item.get("signals", ()), _points(item))
    for scale_id, scale in _scales(raw).items():
        reachable = _sums(raw, scale["items"], scale.get("times", 1))
        yield from _out_of_reach(f"scale {scale_id}", scale.get("signals", ()), reachable)


def _out_of_reach(name: str, signals: Sequence[Mapping[str, Any]], reachable: Sequence[int]) -> Iterator[str]:
    if len({"from" in signal for signal in signals}) > 1:
        yield f"{name}: its signals must all have `from` or all `up_to`"
    for signal in signals:
        if not _decides(signal.get("from"), signal.get("up_to"), reachable):
            limit = f"from {signal['from']}" if "from" in signal else f"up to {signal['up_to']}"
            yield f"{name}: a signal {limit} is always or never reached"


def _decides(at_least: int | None, at_most: int | None, reachable: Sequence[int]) -> bool:
    """Whether some of what can be reached lies within the bound, and some does not."""
    return (at_least in reachable[1:]) if at_least is not None else (at_most in reachable[:-1])


def _faults_of_conditions(raw: Mapping[str, Any]) -> Iterator[str]:
    named = [item["asked_when"] for item in raw["items"].values() if "asked_when" in item]
    named += [rule["when"] for rule in raw.get("rules", ())]
    for part in chain.from_iterable(map(_parts, named)):
        yield from _faults_of_a_condition(raw, part)


def _faults_of_a_condition(raw: Mapping[str, Any], part: Mapping[str, Any]) -> Iterator[str]:
    name = part.get("item") or part.get("missing") or part.get("refused")
    if "scale" in part and part["scale"] not in _scales(raw):
        yield f"scale {part['scale']} is named and does not exist"
    elif {"total_at_least", "total_at_most"} & set(part) and "total" not in raw:
        yield "a rule asks for a total and there is none"
    elif name is not None and name not in raw["items"]:
        yield f"item {name} is named and does not exist"
    elif "equals" in part:
        if part["equals"] not in _points(raw["items"][name]):
            yield f"item {name}: {part['equals']} is not one of its points"
    elif "at_least" in part or "at_most" in part:
        yield from _undecided(raw, part)


def _undecided(raw: Mapping[str, Any], part: Mapping[str, Any]) -> Iterator[str]:
    if "scale" in part:
        scale = _scales(raw)[part["scale"]]
        what, reachable = f"scale {part['scale']}", _sums(raw, scale["items"], scale.get("times", 1))
    else:
        what, reachable = f"item {part['item']}", _points(raw["items"][part["item"]])
    if not _decides(part.get("at_least"), part.get("at_most"), reachable):
        limit = f"at least {part['at_least']}" if "at_least" in part else f"at most {part['at_most']}"
        yield f"{what}: {limit} holds always or never"


def _faults_of_rules(raw: Mapping[str, Any]) -> Iterator[str]:
    rules = [rule["id"] for rule in raw.get("rules", ())]
    for number, rule in enumerate(raw.get("rules", ())):
        if rule["id"] in rules[:number]:
            yield f"the rule {rule['id']} stands twice"
        for other in rule.get("unless", ()):
            if other not in rules[:number]:
                yield f"the rule {rule['id']} names {other}, which does not stand before it"


def _faults_of_cases(raw: Mapping[str, Any]) -> Iterator[str]:
    rules = [rule["id"] for rule in raw.get("rules", ())]
    items = {*raw["items"], *([SUPPLIED_TOTAL] if "total" in raw else [])}
    for number, case in enumerate(raw["cases"], start=1):
        for name in case["answers"]:
            if name not in items:
                yield f"case {number}: item {name} is named and does not exist"
        for name in case["rules"]:
            if name not in rules:
                yield f"case {number}: the rule {name} is named and does not exist"


def _total_items(raw: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(raw.get("total", {}).get("items", ()))


def _scales(raw: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = raw.get("scales", {})
    return found


def _sums(raw: Mapping[str, Any], names: Sequence[str], times: int) -> Sequence[int]:
    """Every number from the lowest sum of these items to the highest, `times` so much."""
    points = [_points(raw["items"][name]) for name in names if name in raw["items"]]
    return range(times * sum(p[0] for p in points), times * sum(p[-1] for p in points) + 1)


def _points(item: Mapping[str, Any]) -> list[int]:
    values = _values(item)
    return sorted(values[0] + values[-1] - value for value in values) if item.get("reverse") else values


def _values(item: Mapping[str, Any]) -> list[int]:
    if "range" in item:
        return list(range(item["range"]["from"], item["range"]["to"] + 1))
    return sorted(int(value) for value in item["values"])


def _parts(condition: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The plain conditions of which one is made."""
    nested = (*condition.get("all", ()), *condition.get("any", ()))
    if not nested:
        yield condition
    for part in nested:
        yield from _parts(part)


def _instrument(raw: Mapping[str, Any]) -> Instrument:
    return Instrument(
        instrument_id=raw["id"],
        items=tuple(_item(item_id, item) for item_id, item in raw["items"].items()),
        total=_total_items(raw),
        bands=tuple(Band(band["from"], band.get("flag")) for band in raw.get("total", {}).get("bands", ())),
        scales=tuple(_scale(scale_id, scale) for scale_id, scale in _scales(raw).items()),
        rules=tuple(
            InstrumentRule(
                rule_id=rule["id"],
                condition=_condition(rule["when"]),
                unless=frozenset(rule.get("unless", ())),
                flag=rule.get("flag"),
                gap=rule.get("gap"),
            )
            for rule in raw.get("rules", ())
        ),
        lacks=raw.get("lacks"),
    )


def _item(item_id: str, raw: Mapping[str, Any]) -> Item:
    return Item(
        item_id=item_id,
        label=raw.get("label", f"item {item_id}"),
        values=tuple(_values(raw)),
        reverse=raw.get("reverse", False),
        higher_is_better=raw.get("higher_is_better", False),
        optional=raw.get("optional", False),
        asked_when=_condition(raw["asked_when"]) if "asked_when" in raw else None,
        signals=_signals(raw),
    )


def _scale(scale_id: str, raw: Mapping[str, Any]) -> Scale:
    return Scale(
        scale_id=scale_id,
        label=raw["label"],
        items=tuple(raw["items"]),
        times=raw.get("times", 1),
        tenths=raw.get("tenths", False),
        signals=_signals(raw),
    )


def _signals(raw: Mapping[str, Any]) -> tuple[PointsSignal, ...]:
    """Ordered by severity: the further from the middle a bound lies, the later."""
    signals = sorted(
        raw.get("signals", ()), key=lambda signal: signal["from"] if "from" in signal else -signal["up_to"]
    )
    return tuple(
        PointsSignal(
            bounds=Bounds(signal.get("from"), signal.get("up_to")),
            construct=signal["construct"],
            strength=Strength(signal.get("strength", Strength.CLEAR)),
            when=When(signal.get("when", When.CURRENT)),
        )
        for signal in signals
    )


def _condition(raw: Mapping[str, Any]) -> Condition:
    (build,) = [build for name, build in _BUILD.items() if name in raw]
    return build(raw)


def _bounds(raw: Mapping[str, Any]) -> Bounds:
    if "equals" in raw:
        return Bounds(raw["equals"], raw["equals"])
    return Bounds(raw.get("at_least"), raw.get("at_most"))


_BUILD: dict[str, Callable[[Mapping[str, Any]], Condition]] = {
    "item": lambda raw: conditions.ItemWithin(raw["item"], _bounds(raw)),
    "scale": lambda raw: conditions.ScaleWithin(raw["scale"], _bounds(raw)),
    "total_at_least": lambda raw: conditions.TotalWithin(Bounds(first=raw["total_at_least"])),
    "total_at_most": lambda raw: conditions.TotalWithin(Bounds(last=raw["total_at_most"])),
    "missing": lambda raw: conditions.ItemMissing(raw["missing"]),
    "refused": lambda raw: conditions.ItemRefused(raw["refused"]),
    "age": lambda raw: conditions.AgeWithin(raw["age"]["from"], raw["age"]["to"]),
    "all": lambda raw: conditions.AllOf(tuple(map(_condition, raw["all"]))),
    "any": lambda raw: conditions.AnyOf(tuple(map(_condition, raw["any"]))),
}
