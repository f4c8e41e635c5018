"""Whole first contacts come out as a careful clinician would have them."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from service.domain.answers import FirstContact, Speaker, TextAnswer
from service.domain.assessment import Assessor
from service.settings import REPOSITORY

CASES: list[dict[str, Any]] = yaml.safe_load(
    (REPOSITORY / "tests/cases/first_contacts.yaml").read_text(encoding="utf-8")
)


def contact_of(case: dict[str, Any]) -> FirstContact:
    """The first contact that a case describes."""
    speaker, question = Speaker(case.get("speaker", "client")), case.get("question", "")
    answers = enumerate(case["answers"], start=1)
    return FirstContact("c1", tuple(TextAnswer(f"a{n}", text, question, speaker) for n, text in answers))


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_a_first_contact_comes_out_as_it_must(case: dict[str, Any], assessor: Assessor) -> None:
    assessment = assessor.assess(contact_of(case))
    heard = {
        s.construct for s in assessment.signals if s.counts or (s.protective and s.polarity == "affirmed")
    }
    told = f"{assessment.urgency}: {sorted(heard)}"
    assert assessment.urgency in case["urgency"], told
    assert set(case.get("found", ())) <= heard, told
    assert not set(case.get("not_found", ())) & heard, told


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_every_quote_is_what_was_written_and_a_quiet_sentence_lowers_nothing(
    case: dict[str, Any], assessor: Assessor
) -> None:
    contact = contact_of(case)
    texts = {answer.answer_id: answer.text for answer in contact.answers if isinstance(answer, TextAnswer)}
    assessment = assessor.assess(contact)
    for signal in assessment.signals:
        assert texts[signal.answer_id][signal.start : signal.end] == signal.quote
    more = FirstContact("c1", (*contact.answers, TextAnswer("later", "The weather is nice today.")))
    assert not assessment.urgency.outranks(assessor.assess(more).urgency)
