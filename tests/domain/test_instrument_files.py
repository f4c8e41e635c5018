"""Every worked case of an instrument's file comes out as it says, and so do published examples."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

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
    allowed = raw["licence"]["may_ship_wording"]
    assert all(("wording" in item) is allowed for item in raw["items"].values())


LOINC = {
    "phq-2": {"panel": "55757-9", "total": "55758-7", "1": "44250-9", "2": "44255-8"},
    "phq-9": {
        "panel": "44249-1",
        "total": "44261-6",
        "1": "44250-9",
        "2": "44255-8",
        "3": "44259-0",
        "4": "44254-1",
        "5": "44251-7",
        "6": "44258-2",
        "7": "44252-5",
        "8": "44253-3",
        "9": "44260-8",
        "10": "69722-7",
    },
    "c-ssrs-screener": {
        "panel": "93373-9",
        "1": "93246-7",
        "2": "93247-5",
        "3": "93248-3",
        "4": "93249-1",
        "5": "93250-9",
        "6-lifetime": "93267-3",
        "6-recent": "93269-9",
    },
}


@pytest.mark.parametrize("instrument", FILES)
def test_every_loinc_code_is_one_that_was_checked_and_none_is_invented(instrument: str) -> None:
    raw = FILES[instrument]
    codes = {
        **raw.get("loinc", {}),
        **{i: item["loinc"] for i, item in raw["items"].items() if "loinc" in item},
    }
    assert codes == LOINC.get(instrument, {})


@pytest.mark.parametrize("instrument", FILES)
def test_no_worked_case_ever_shows_a_word_that_levels_a_risk_or_reassures(instrument: str) -> None:
    for case in FILES[instrument]["cases"]:
        (result,) = INSTRUMENTS.score(answers_of(instrument, case["answers"]), case.get("age"))
        shown = " ".join([*result.flags, *(gap.text for gap in result.gaps)])
        assert not re.search(r"\b(low|high|risk|safe|negative|minimal|none)\b", shown, re.IGNORECASE), shown


def test_the_urgency_policy_names_only_rules_that_exist() -> None:
    policy = yaml.safe_load((REPOSITORY / "config/policy/urgency.yaml").read_text(encoding="utf-8"))
    named = {rule for line in policy["rules"] for rule in line.get("instrument", ())}
    known = {f"{name}.{rule['id']}" for name, raw in FILES.items() for rule in raw.get("rules", ())}
    assert named
    assert named <= known


YES_NO = {"373066001": 1, "373067005": 0, "LA33-6": 1, "LA32-8": 0}
HOW_OFTEN = {"LA6568-5": 0, "LA6569-3": 1, "LA6570-1": 2, "LA6571-9": 3}
DIFFICULTY = {"LA6572-7": 0, "LA6573-5": 1, "LA6575-0": 2, "LA6574-3": 3}
EXAMPLES: list[tuple[str, str, int | None, bool, set[str]]] = [
    ("phq9/uscore-QuestionnaireResponse-phq-9-example", "phq-9", 12, True, {"cut_off"}),
    ("phq9/usbh-phq-9-example-1.converted", "phq-9", 12, True, {"cut_off"}),
    ("phq9/uscore-QuestionnaireResponse-phq-9-example", "phq-2", 4, True, {"cut_off"}),
    ("phq9/cms-access-QuestionnaireResponse-DepressionPHQ9Example", "phq-9", 7, True, set()),
    ("phq9/cms-access-QuestionnaireResponse-DepressionPHQ9Example", "phq-2", 2, True, set()),
    ("spier/patient-001-p001-phq9", "phq-9", 17, True, {"cut_off", "item_9"}),
    ("cssrs/usbh-C-SSRS-example-1.converted", "c-ssrs-screener", None, True, {"asked_after_no"}),
    ("spier/patient-007-p007-cssrs-pediatric", "c-ssrs-since-last-contact", None, True, {"orange"}),
    ("spier/patient-011-p011-cssrs-slc", "c-ssrs-since-last-contact", None, True, {"red"}),
    ("spier/patient-001-p001-asq", "asq", None, True, {"non_acute_positive"}),
    ("spier/patient-011-p011-asq", "asq", None, True, {"non_acute_positive"}),
    ("spier/patient-004-p004-asq", "asq", None, True, {"non_acute_positive"}),
    ("spier/patient-012-p012-asq", "asq", None, True, set()),
    ("spier/patient-014-p014-asq", "asq", None, True, {"acute_positive"}),
]


@pytest.mark.skipif(
    "EVAL_DATA" not in os.environ, reason="EVAL_DATA names no directory of published examples"
)
@pytest.mark.parametrize(("file", "instrument", "total", "complete", "rules"), EXAMPLES)
def test_a_published_example_scores_as_expected(
    file: str, instrument: str, total: int | None, complete: bool, rules: set[str]
) -> None:
    path = Path(os.environ["EVAL_DATA"]) / "fhir" / f"{file}.json"
    response = json.loads(path.read_text(encoding="utf-8"))
    answers = list(published(instrument, response["item"]))
    (result,) = INSTRUMENTS.score(answers, None)
    assert (result.total, result.complete) == (total, complete)
    assert set(result.rules) == {f"{instrument}.{rule}" for rule in rules}


def published(instrument: str, items: list[dict[str, Any]]) -> Iterator[ItemAnswer]:
    """The answers of a FHIR QuestionnaireResponse to our items, by their LOINC code or number."""
    codes = {code: item for item, code in LOINC.get(instrument, {}).items()}
    for node in items:
        yield from published(instrument, node.get("item", []))
        link = node["linkId"].removeprefix("/")
        item = codes.get(link, re.sub(r"^(q|phq9-)", "", link))
        code = node.get("answer", [{}])[0].get("valueCoding", {}).get("code")
        value = {**YES_NO, **HOW_OFTEN, **DIFFICULTY}.get(code)
        if value is not None and item in FILES[instrument]["items"]:
            yield ItemAnswer(link, instrument, item, value)
