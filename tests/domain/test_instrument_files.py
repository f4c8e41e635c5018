"""Every worked case that stands in an instrument's file comes out as it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from service.adapters.yaml_instruments import load_instruments, read_instruments
from service.domain.answers import Absent, ItemAnswer
from service.settings import REPOSITORY

ROOT = REPOSITORY / "config" / "instruments"
FILES = {raw["id"]: raw for raw in read_instruments(ROOT)}
INSTRUMENTS = load_instruments(ROOT)
CASES = [(name, number) for name, raw in FILES.items() for number in range(len(raw["cases"]))]


def answers_of(instrument: str, given: Mapping[str, Any]) -> list[ItemAnswer]:
    """Answers as a file's case writes them: a value, or why there is none."""
    return [
        ItemAnswer(f"a{item}", instrument, item, value, None)
        if isinstance(value, int)
        else ItemAnswer(f"a{item}", instrument, item, None, Absent(value))
        for item, value in given.items()
    ]


@pytest.mark.parametrize(("instrument", "number"), CASES)
def test_a_worked_case_comes_out_as_its_file_says(instrument: str, number: int) -> None:
    case = FILES[instrument]["cases"][number]
    (result,) = INSTRUMENTS.score(answers_of(instrument, case["answers"]), case.get("age"))
    assert result.complete is case["complete"], case
    assert sorted(result.rules) == sorted(f"{instrument}.{rule}" for rule in case["rules"]), case
    if "total" in case:
        assert result.total == case["total"], case
    if "constructs" in case:
        assert [signal.construct for signal in result.signals] == case["constructs"], case
    if "gap" in case:
        assert any(case["gap"] in gap.text for gap in result.gaps), (case, result.gaps)


@pytest.mark.parametrize("instrument", FILES)
def test_every_rule_of_a_file_fires_in_one_of_its_cases(instrument: str) -> None:
    fired = {rule for case in FILES[instrument]["cases"] for rule in case["rules"]}
    assert {rule["id"] for rule in FILES[instrument].get("rules", ())} == fired


@pytest.mark.parametrize("instrument", FILES)
def test_wording_stands_only_where_the_licence_allows(instrument: str) -> None:
    raw = FILES[instrument]
    shipped = raw["licence"]["wording_shipped"]
    assert all(("wording" in item) is shipped for item in raw["items"].values())


def test_no_code_is_invented_where_loinc_has_none() -> None:
    for instrument in ("asq", "c-ssrs-since-last-contact"):
        assert "loinc" not in FILES[instrument]
        assert all("loinc" not in item for item in FILES[instrument]["items"].values())
