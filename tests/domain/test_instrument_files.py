"""Every worked case of an instrument's file comes out as it says, and so do published examples."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.adapters.yaml_instruments import load_instruments, read_instruments
from service.domain.answers import Absent, ItemAnswer
from service.domain.instruments import SUPPLIED_TOTAL
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
    for flag in case.get("flags", ()):
        assert any(flag in shown for shown in result.flags), (case, result.flags)
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
    "phq-a": {"panel": "89206-7", "total": "89204-2"},
    "gad-2": {"1": "69725-0", "2": "68509-9"},
    "gad-7": {
        "panel": "69737-5",
        "total": "70274-6",
        "1": "69725-0",
        "2": "68509-9",
        "3": "69733-4",
        "4": "69734-2",
        "5": "69735-9",
        "6": "69689-8",
        "7": "69736-7",
    },
    "epds": {"panel": "71354-5"},
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


URGENCY_OF_A_RULE = {
    "very_urgent": {
        *("c-ssrs-screener.red", "c-ssrs-since-last-contact.red", "asq.acute_positive"),
        *("sidas.cut_off", "sidas.attempt", "p4.higher", "core-10.item_6", "sbq-r.likely"),
    },
    "urgent": {
        *("c-ssrs-screener.orange", "c-ssrs-since-last-contact.orange"),
        *(
            "asq.non_acute_positive",
            "asq.positive_q5_missing",
            "phq-a.serious_thoughts",
            "phq-a.attempt_ever",
        ),
        *("sbq-r.cut_off", "sidas.thoughts", "p4.lower", "epds.item_10"),
    },
    "soon": {
        *("phq-9.item_9", "phq-a.item_9", "phq-9.severe", "phq-a.severe", "core-10.severe", "k10.severe_30"),
        *("c-ssrs-screener.yellow", "c-ssrs-since-last-contact.yellow", "p4.thoughts"),
        "beck-hopelessness.cut_off",
    },
}


def test_the_urgency_policy_holds_every_rule_of_an_instrument_at_its_urgency() -> None:
    policy = yaml.safe_load((REPOSITORY / "config/policy/urgency.yaml").read_text(encoding="utf-8"))
    held: dict[str, set[str]] = {}
    for line in policy["rules"]:
        held.setdefault(line["urgency"], set()).update(line.get("instrument", ()))
    assert {urgency: rules for urgency, rules in held.items() if rules} == URGENCY_OF_A_RULE


def test_every_instrument_and_every_rule_is_in_the_reference_and_no_other() -> None:
    def cells(document: str, column: int) -> set[str]:
        text = (REPOSITORY / "docs" / "reference" / document).read_text(encoding="utf-8")
        rows = [line.split("|") for line in text.splitlines() if line.startswith("| `")]
        return {name for row in rows for name in re.findall(r"`([a-z0-9.*_-]+)`", row[column])}

    said = {cell for cell in cells("instruments.md", 1) if "." in cell}
    columbia = [name for name in FILES if name.startswith("c-ssrs-")]
    rules = {
        f"{name}.{rule.partition('.')[2]}"
        for rule in said
        for name in (columbia if "*" in rule else [rule.partition(".")[0]])
    }
    assert rules == {f"{name}.{rule['id']}" for name, raw in FILES.items() for rule in raw.get("rules", ())}
    assert cells("instrument-licences.md", 1) == set(FILES)
    assert set(FILES) <= cells("instruments.md", 1)


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
    ("spier/patient-011-p011-cssrs-full", "c-ssrs-screener", None, True, {"red"}),
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
    assert not any("total that was sent" in gap.text for gap in result.gaps)


@pytest.mark.skipif(
    "EVAL_DATA" not in os.environ, reason="EVAL_DATA names no directory of published examples"
)
def test_a_published_total_that_is_changed_is_reported_and_not_used() -> None:
    example = "phq9/uscore-QuestionnaireResponse-phq-9-example"
    path = Path(os.environ["EVAL_DATA"]) / "fhir" / f"{example}.json"
    answers = list(published("phq-9", json.loads(path.read_text(encoding="utf-8"))["item"]))
    assert [answer.value for answer in answers if answer.item == SUPPLIED_TOTAL] == [12]
    changed = [replace(a, value=15) if a.item == SUPPLIED_TOTAL else a for a in answers]
    (result,) = INSTRUMENTS.score(changed, None)
    assert (result.total, result.complete) == (12, True)
    assert "phq-9: the total that was sent, 15, is not the 12 of its items, which counts" in {
        gap.text for gap in result.gaps
    }


_FULL_SCALE = {"actual-attempt-lifetime": "6-lifetime", "actual-attempt-recent": "6-recent"}
_TOTALS = {"44261-6", "total-score"}


def published(instrument: str, items: list[dict[str, Any]]) -> Iterator[ItemAnswer]:
    """The answers of a FHIR QuestionnaireResponse to our items, by their LOINC code or number."""
    codes = {code: item for item, code in LOINC.get(instrument, {}).items()}
    for node in items:
        yield from published(instrument, node.get("item", []))
        link = node["linkId"].removeprefix("/")
        if link in _TOTALS and instrument == "phq-9":
            (answer,) = node["answer"]
            yield ItemAnswer(link, instrument, SUPPLIED_TOTAL, int(next(iter(answer.values()))))
            continue
        numbered = re.sub(r"^(?:q|phq9-)(\d+)(?:-recent)?$", r"\1", link)
        item = codes.get(link) or _FULL_SCALE.get(link, numbered)
        code = node.get("answer", [{}])[0].get("valueCoding", {}).get("code")
        value = {**YES_NO, **HOW_OFTEN, **DIFFICULTY}.get(code)
        if value is not None and item in FILES[instrument]["items"]:
            yield ItemAnswer(link, instrument, item, value)
