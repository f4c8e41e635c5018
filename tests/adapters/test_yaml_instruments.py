"""A file that does not make sense stops the start, with every fault named."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.adapters.yaml_instruments import load_instruments
from service.domain.answers import Absent, ItemAnswer
from service.domain.errors import ConfigurationFaults
from service.settings import REPOSITORY

YES_NO = {"values": {"0": "no", "1": "yes"}}
GOOD: dict[str, Any] = {
    "id": "mini",
    "name": "Mini",
    "source": "made up",
    "licence": {"status": "ours", "may_ship_wording": False},
    "items": {"1": YES_NO},
    "cases": [{"answers": {"1": n}, "complete": True, "rules": []} for n in (0, 1, 0)],
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(REPOSITORY / "config" / "schema", tmp_path / "schema")
    (tmp_path / "instruments").mkdir()
    return tmp_path / "instruments"


def write(root: Path, *documents: Any) -> None:
    for number, document in enumerate(documents):
        (root / f"mini{number or ''}.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")


def faults(root: Path, *documents: Any) -> str:
    write(root, *documents)
    with pytest.raises(ConfigurationFaults) as raised:
        load_instruments(root)
    return "\n".join(raised.value.faults)


def test_every_fault_of_every_file_is_named(root: Path) -> None:
    unknown_item = {
        **GOOD,
        "total": {"items": ["1", "7"]},
        "rules": [
            {"id": "a", "when": {"missing": "8"}, "flag": "x", "unless": ["b"]},
            {"id": "a", "when": {"any": [{"item": "9", "equals": 1}]}, "flag": "x"},
        ],
    }
    malformed = {
        **GOOD,
        "colour": 1,
        "items": {"1": {"values": {"0": "no"}}},
        "rules": [{"id": "b", "when": {}}],
    }
    said = faults(root, unknown_item, malformed)
    for expected in (
        "mini.yaml: item 7 is named and does not exist",
        "mini.yaml: item 8 is named and does not exist",
        "mini.yaml: item 9 is named and does not exist",
        "mini.yaml: the rule a names b, which does not stand before it",
        "mini.yaml: the rule a stands twice",
        "mini1.yaml: the file: Additional properties are not allowed",
        "mini1.yaml: items/1/values",
        "mini1.yaml: rules/0",
    ):
        assert expected in said


def test_an_id_that_is_not_the_files_name_is_a_fault(root: Path) -> None:
    assert "the id other is not the file's name" in faults(root, {**GOOD, "id": "other"})


def test_a_directory_without_questionnaires_is_a_fault(root: Path) -> None:
    assert "no questionnaire that can be read" in faults(root)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rules": [{"id": "a", "when": {"item": "1", "at_least": 2}}]}, "at least 2 holds always or never"),
        ({"rules": [{"id": "a", "when": {"item": "1", "at_least": 0}}]}, "at least 0 holds always or never"),
        ({"rules": [{"id": "a", "when": {"item": "1", "equals": 2}}]}, "2 is not one of its points"),
        ({"rules": [{"id": "a", "when": {"total_at_least": 2}}]}, "asks for a total and there is none"),
        ({"rules": [{"id": "a", "when": {"item": "1"}}]}, "rules/0/when"),
        ({"rules": [{"id": "a", "when": {"all": []}}]}, "rules/0/when"),
        (
            {"items": {"1": {**YES_NO, "signals": [{"from": 0, "construct": "plan"}]}}},
            "a signal from 0 is always or never reached",
        ),
        ({"items": {"1": {**YES_NO, "signals": [{"from": 1, "construct": "plam"}]}}}, "items/1/signals/0"),
        ({"items": {"1": {**YES_NO, "asked_when": {"missing": "8"}}}}, "item 8 is named and does not exist"),
        ({"items": {1: YES_NO}}, "1 is not of type 'string'"),
        ({"items": {"1": {"values": {0: "no", 1: "yes"}}}}, "0 is not of type 'string'"),
        ({"total": {"items": ["1", "1"]}}, "total/items"),
        ({"total": {"items": ["1", "8"], "bands": [{"from": 3}, {"from": 0}]}}, "the bands must rise"),
        ({"cases": [{**case, "answers": {"8": 1}} for case in GOOD["cases"]]}, "case 1: item 8 is named"),
        ({"cases": [{**case, "rules": ["z"]} for case in GOOD["cases"]]}, "case 1: the rule z is named"),
        ({"cases": GOOD["cases"][:2]}, "cases"),
        ({"loinc": {"panel": "ASQ-1"}}, "loinc/panel"),
        ({"licence": {"status": "ours"}}, "licence"),
    ],
)
def test_what_can_never_hold_or_does_not_exist_is_a_fault(
    root: Path, change: dict[str, Any], said: str
) -> None:
    assert said in faults(root, {**GOOD, **change})


def test_a_file_alone_adds_a_questionnaire_with_a_reverse_item_and_items_that_are_skipped(root: Path) -> None:
    zero_to_ten = {"values": {str(value): "-" for value in range(11)}}
    asked = {"asked_when": {"item": "often", "at_least": 1}}
    items = {
        "often": zero_to_ten,
        "in-control": {
            **zero_to_ten,
            **asked,
            "reverse": True,
            "signals": [{"from": 8, "construct": "method"}],
        },
        "distress": {**zero_to_ten, **asked},
    }
    rules = [{"id": "any", "when": {"total_at_least": 1}, "flag": "some"}]
    write(
        root,
        {
            **GOOD,
            "items": items,
            "total": {"items": list(items)},
            "rules": rules,
            "cases": [{"answers": {"often": 0}, "complete": True, "rules": []}] * 3,
        },
    )
    instruments = load_instruments(root)

    def total(**sent: int | None) -> tuple[int | None, bool, int]:
        answers = [
            ItemAnswer(item, "mini", item.replace("_", "-"), value, Absent.STOPPED if value is None else None)
            for item, value in sent.items()
        ]
        (result,) = instruments.score(answers, None)
        return result.total, result.complete, len(result.signals)

    assert total(often=0) == (0, True, 0)
    assert total(often=2) == (None, False, 0)
    assert total(often=2, in_control=10, distress=1) == (3, True, 0)
    assert total(often=2, in_control=0, distress=1) == (13, True, 1)
    assert total(often=2, in_control=None, distress=1) == (None, False, 0)
    assert total(often=None) == (None, False, 0)


def test_of_two_answers_to_a_reverse_item_the_lower_value_is_the_more_severe(root: Path) -> None:
    reverse = {**YES_NO, "reverse": True, "signals": [{"from": 1, "construct": "hopelessness.no_future"}]}
    write(root, {**GOOD, "items": {"1": reverse}})
    answers = [ItemAnswer("high", "mini", "1", 1), ItemAnswer("low", "mini", "1", 0)]
    (result,) = load_instruments(root).score(answers, None)
    assert [signal.answer_id for signal in result.signals] == ["low"]
