"""What an instrument's file may not say of its scales, ranges, bounds and totals."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.adapters.yaml_instruments import load_instruments
from service.domain.answers import ItemAnswer
from service.domain.errors import ConfigurationFaults
from service.settings import REPOSITORY

TEN: dict[str, Any] = {"range": {"from": 0, "to": 10}}
GOOD: dict[str, Any] = {
    "id": "mini",
    "name": "Mini",
    "source": "made up",
    "licence": {"status": "ours", "may_ship_wording": False},
    "items": {"1": TEN, "2": {**TEN, "higher_is_better": True}},
    "scales": {"both": {"label": "both", "items": ["1", "2"]}},
    "cases": [{"answers": {"1": n}, "complete": False, "rules": []} for n in (0, 1, 2)],
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(REPOSITORY / "config" / "schema", tmp_path / "schema")
    (tmp_path / "instruments").mkdir()
    return tmp_path / "instruments"


def write(root: Path, document: dict[str, Any]) -> None:
    (root / "mini.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")


def rule(**when: Any) -> dict[str, Any]:
    return {"rules": [{"id": "a", "when": when}]}


def item(**more: Any) -> dict[str, Any]:
    return {"items": {"1": {**TEN, **more}, "2": TEN}}


def scale(**more: Any) -> dict[str, Any]:
    return {"scales": {"both": {"label": "both", "items": ["1", "2"], **more}}}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (rule(scale="none", at_least=1), "scale none is named and does not exist"),
        (rule(scale="both", at_least=21), "scale both: at least 21 holds always or never"),
        (rule(scale="both", at_most=20), "scale both: at most 20 holds always or never"),
        (rule(item="1", at_most=10), "item 1: at most 10 holds always or never"),
        (rule(item="1", at_most=-1), "item 1: at most -1 holds always or never"),
        (rule(total_at_most=3), "asks for a total and there is none"),
        (scale(items=["1", "7"]), "item 7 is named and does not exist"),
        (scale(signals=[{"from": 0, "construct": "plan"}]), "scale both: a signal from 0 is always or never"),
        (scale(signals=[{"up_to": 20, "construct": "plan"}]), "scale both: a signal up to 20 is always or"),
        (item(signals=[{"up_to": 10, "construct": "plan"}]), "item 1: a signal up to 10 is always or never"),
        (
            item(signals=[{"from": 5, "construct": "plan"}, {"up_to": 5, "construct": "plan"}]),
            "item 1: its signals must all have `from` or all `up_to`",
        ),
        (item(signals=[{"from": 5, "up_to": 6, "construct": "plan"}]), "items/1/signals/0"),
        (item(values={"0": "no", "1": "yes"}), "items/1"),
        ({"items": {"1": {"label": "nothing to choose from"}, "2": TEN}}, "items/1"),
        (scale(times=1), "scales/both/times"),
        ({"cases": [{**case, "answers": {"total": 1}} for case in GOOD["cases"]]}, "case 1: item total is"),
    ],
)
def test_what_can_never_hold_or_does_not_exist_is_a_fault(
    root: Path, change: dict[str, Any], said: str
) -> None:
    write(root, {**GOOD, **change})
    with pytest.raises(ConfigurationFaults) as raised:
        load_instruments(root)
    assert said in "\n".join(raised.value.faults)


def test_a_scale_is_shown_in_tenths_or_times_so_much_as_its_file_says(root: Path) -> None:
    scales = {
        "fourfold": {"label": "fourfold", "items": ["1"], "times": 4},
        "in_tenths": {"label": "in tenths", "items": ["1", "2"], "tenths": True},
    }
    write(root, {**GOOD, "scales": scales})
    answers = [ItemAnswer("a", "mini", "1", 7), ItemAnswer("b", "mini", "2", 10)]
    (result,) = load_instruments(root).score(answers, None)
    assert result.flags == ("fourfold: 28", "in tenths: 1.7")


def test_of_several_signals_the_gravest_that_is_reached_is_raised(root: Path) -> None:
    signals = [
        {"up_to": 2, "construct": "unheard", "strength": "strong"},
        {"up_to": 8, "construct": "unheard", "strength": "mild"},
    ]
    write(root, {**GOOD, **item(higher_is_better=True, signals=signals)})
    instruments = load_instruments(root)
    raised = {
        value: [signal.strength for signal in instruments.score([answer], None)[0].signals]
        for value in (9, 8, 3, 2, 0)
        for answer in [ItemAnswer("a", "mini", "1", value)]
    }
    assert raised == {9: [], 8: ["mild"], 3: ["mild"], 2: ["strong"], 0: ["strong"]}
