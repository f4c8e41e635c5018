"""What is written in another language, whole or in part, is a gap and never nothing found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from service.bootstrap import load_assessor
from service.domain.answers import FirstContact, TextAnswer
from service.domain.assessment import Assessment
from service.domain.urgency import Urgency
from service.settings import REPOSITORY

ASSESSOR = load_assessor(REPOSITORY / "config")
ROWS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("languages.yaml").read_text(encoding="utf-8")
)


def assess(text: str) -> Assessment:
    return ASSESSOR.assess(FirstContact("c", (TextAnswer("a", text),)))


def rows(expect: str) -> list[Any]:
    return [pytest.param(row["text"], id=row["text"][:40]) for row in ROWS if row["expect"] == expect]


@pytest.mark.parametrize("text", rows("unread"))
def test_what_is_in_another_language_is_a_gap_and_at_least_unread(text: str) -> None:
    assessment = assess(text)
    assert assessment.gaps
    assert assessment.urgency is not Urgency.NONE_FOUND


@pytest.mark.parametrize("text", rows("read"))
def test_odd_looking_english_is_read(text: str) -> None:
    assert not any("language" in gap for gap in assess(text).gaps)


def test_what_is_missed_is_known_and_little() -> None:
    foreign = [row for row in ROWS if row["expect"] != "read"]
    missed = [row for row in foreign if row["expect"] == "missed"]
    assert {row["text"] for row in missed} == {row["text"] for row in missed if not assess(row["text"]).gaps}
    assert len(missed) <= len(foreign) // 50


@pytest.mark.parametrize("text", ["Estoy cansado de todo y no quiero vivir.", "Tengo un plan para matarme."])
def test_spanish_is_heard_by_its_own_lexicon_and_stays_a_gap(text: str) -> None:
    assessment = assess(text)
    assert assessment.gaps
    assert any(
        signal.counts and signal.construct.startswith(("ideation", "plan")) for signal in assessment.signals
    )
    assert assessment.urgency.outranks(Urgency.SOON)
