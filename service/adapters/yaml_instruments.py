"""Questionnaires from YAML, one file each. Adding one is a file with its worked cases, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from service.adapters.yaml_documents import Documents
from service.domain import conditions
from service.domain.conditions import Condition
from service.domain.errors import ConfigurationFaults
from service.domain.instruments import Band, Instrument, InstrumentRule, Instruments
from service.domain.items import Item, ItemSignal
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
    yield from _faults_of_values(raw)
    yield from _faults_of_conditions(raw)
    yield from _faults_of_rules(raw)
    bands = [band["from"] for band in raw.get("total", {}).get("bands", ())]
    if bands != sorted(set(bands)):
        yield "the bands must rise"
    for name in raw.get("total", {}).get("items", ()):
        if name not in raw["items"]:
            yield f"item {name} is named and does not exist"


def _faults_of_values(raw: Mapping[str, Any]) -> Iterator[str]:
    for item_id, item in raw["items"].items():
        reachable = _points(item)[1:]
        for signal in item.get("signals", ()):
            if signal["from"] not in reachable:
                yield f"item {item_id}: a signal from {signal['from']} is always or never reached"


def _faults_of_conditions(raw: Mapping[str, Any]) -> Iterator[str]:
    named = [item["asked_when"] for item in raw["items"].values() if "asked_when" in item]
    named += [rule["when"] for rule in raw.get("rules", ())]
    for part in chain.from_iterable(map(_parts, named)):
        name = part.get("item") or part.get("missing") or part.get("refused")
        if "total_at_least" in part and "total" not in raw:
            yield "a rule asks for a total and there is none"
        elif name is not None and name not in raw["items"]:
            yield f"item {name} is named and does not exist"
        elif "at_least" in part and part["at_least"] not in _points(raw["items"][name])[1:]:
            yield f"item {name}: at least {part['at_least']} holds always or never"
        elif "equals" in part and part["equals"] not in _points(raw["items"][name]):
            yield f"item {name}: {part['equals']} is not one of its points"


def _faults_of_rules(raw: Mapping[str, Any]) -> Iterator[str]:
    rules = [rule["id"] for rule in raw.get("rules", ())]
    for number, rule in enumerate(raw.get("rules", ())):
        if rule["id"] in rules[:number]:
            yield f"the rule {rule['id']} stands twice"
        for other in rule.get("unless", ()):
            if other not in rules[:number]:
                yield f"the rule {rule['id']} names {other}, which does not stand before it"
    for number, case in enumerate(raw["cases"], start=1):
        for name in case["answers"]:
            if name not in raw["items"]:
                yield f"case {number}: item {name} is named and does not exist"
        for name in case["rules"]:
            if name not in rules:
                yield f"case {number}: the rule {name} is named and does not exist"


def _points(item: Mapping[str, Any]) -> list[int]:
    values = _values(item)
    return sorted(values[0] + values[-1] - value for value in values) if item.get("reverse") else values


def _values(item: Mapping[str, Any]) -> list[int]:
    return sorted(int(value) for value in item["values"])


def _parts(condition: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The plain conditions of which one is made."""
    nested = (*condition.get("all", ()), *condition.get("any", ()))
    if not nested:
        yield condition
    for part in nested:
        yield from _parts(part)


def _instrument(raw: Mapping[str, Any]) -> Instrument:
    total = raw.get("total", {})
    return Instrument(
        instrument_id=raw["id"],
        items=tuple(_item(item_id, item) for item_id, item in raw["items"].items()),
        total=tuple(total.get("items", ())),
        bands=tuple(Band(band["from"], band.get("flag")) for band in total.get("bands", ())),
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
    signals = [
        ItemSignal(
            signal["from"],
            signal["construct"],
            Strength(signal.get("strength", Strength.CLEAR)),
            When(signal.get("when", When.CURRENT)),
        )
        for signal in raw.get("signals", ())
    ]
    return Item(
        item_id=item_id,
        label=raw.get("label", f"item {item_id}"),
        values=tuple(_values(raw)),
        reverse=raw.get("reverse", False),
        optional=raw.get("optional", False),
        asked_when=_condition(raw["asked_when"]) if "asked_when" in raw else None,
        signals=tuple(sorted(signals, key=lambda signal: signal.at_least)),
    )


def _condition(raw: Mapping[str, Any]) -> Condition:
    (build,) = [build for name, build in _BUILD.items() if name in raw]
    return build(raw)


def _item_condition(raw: Mapping[str, Any]) -> Condition:
    if "at_least" in raw:
        return conditions.ItemAtLeast(raw["item"], raw["at_least"])
    return conditions.ItemEquals(raw["item"], raw["equals"])


_BUILD: dict[str, Callable[[Mapping[str, Any]], Condition]] = {
    "item": _item_condition,
    "total_at_least": lambda raw: conditions.TotalAtLeast(raw["total_at_least"]),
    "missing": lambda raw: conditions.ItemMissing(raw["missing"]),
    "refused": lambda raw: conditions.ItemRefused(raw["refused"]),
    "age": lambda raw: conditions.AgeWithin(raw["age"]["from"], raw["age"]["to"]),
    "all": lambda raw: conditions.AllOf(tuple(map(_condition, raw["all"]))),
    "any": lambda raw: conditions.AnyOf(tuple(map(_condition, raw["any"]))),
}
