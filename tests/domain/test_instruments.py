"""Missing, refused and stopped are never a no; one red item overrides everything; order never matters."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from service.domain.answers import Absent, ItemAnswer
from service.domain.signals import GapKind
from tests.domain.test_instrument_files import FILES, INSTRUMENTS

NAMES = sorted(FILES)
RED_ITEMS = [
    ("phq-9", "9", "phq-9.item_9"),
    ("asq", "5", "asq.acute_positive"),
    *(
        (name, item, f"{name}.red")
        for name, last in (("c-ssrs-screener", "6-recent"), ("c-ssrs-since-last-contact", "6"))
        for item in ("4", "5", last)
    ),
]


@st.composite
def responses(draw: st.DrawFn, instrument: str | None = None) -> list[ItemAnswer]:
    """Any mixture of answered, refused, stopped and left-out items of one instrument."""
    name = instrument or draw(st.sampled_from(NAMES))
    answers = []
    for item, raw in FILES[name]["items"].items():
        said = draw(st.sampled_from([*raw["values"], *Absent, "left out"]))
        if isinstance(said, Absent):
            answers.append(ItemAnswer(f"a{item}", name, item, None, said))
        elif said != "left out":
            answers.append(ItemAnswer(f"a{item}", name, item, int(said)))
    return answers


@given(responses(), st.none() | st.integers(0, 110), st.randoms())
def test_the_order_of_answers_never_matters(answers: list[ItemAnswer], age: int | None, random: Any) -> None:
    shuffled = list(answers)
    random.shuffle(shuffled)
    assert INSTRUMENTS.score(shuffled, age) == INSTRUMENTS.score(answers, age)


@given(responses())
def test_there_is_a_total_only_when_every_item_that_it_needs_was_answered(answers: list[ItemAnswer]) -> None:
    for result in INSTRUMENTS.score(answers, None):
        needed = FILES[result.instrument].get("total", {}).get("items", [])
        values = {answer.item: answer.value for answer in answers if answer.value is not None}
        if result.total is None:
            assert not needed or any(item not in values for item in needed)
        else:
            assert result.total == sum(values[item] for item in needed)


@given(responses(), st.data())
def test_an_answer_taken_away_is_a_gap_and_never_a_zero(
    answers: list[ItemAnswer], data: st.DataObject
) -> None:
    answered = [answer for answer in answers if answer.value is not None]
    if not answered:
        return
    lost = data.draw(st.sampled_from(answered))
    why = data.draw(st.sampled_from(list(Absent)))
    without = [a for a in answers if a is not lost]
    without.append(ItemAnswer(lost.answer_id, lost.instrument, lost.item, None, why))
    (result,) = INSTRUMENTS.score(without, None)
    raw = FILES[lost.instrument]
    if lost.item in raw.get("total", {}).get("items", []):
        assert result.total is None
        assert not result.complete
    if why is Absent.REFUSED and "asked_when" not in raw["items"][lost.item]:
        assert any(gap.kind is GapKind.REFUSED for gap in result.gaps)


@given(responses(), st.sampled_from(RED_ITEMS))
def test_a_single_red_item_overrides_everything_else(
    answers: list[ItemAnswer], red: tuple[str, str, str]
) -> None:
    name, item, rule = red
    others = [answer for answer in answers if answer.instrument == name and answer.item != item]
    (result,) = INSTRUMENTS.score([*others, ItemAnswer("red", name, item, 1)], None)
    assert rule in result.rules
    assert any(signal.answer_id == "red" and signal.counts for signal in result.signals)


@given(responses())
def test_an_incomplete_questionnaire_always_says_what_is_missing(answers: list[ItemAnswer]) -> None:
    for result in INSTRUMENTS.score(answers, None):
        kinds = {gap.kind for gap in result.gaps}
        assert result.complete or kinds & {GapKind.REFUSED, GapKind.INCOMPLETE}


def test_of_two_answers_to_one_item_the_most_severe_counts_and_that_is_said() -> None:
    twice = [ItemAnswer("early", "phq-9", "9", 2), ItemAnswer("late", "phq-9", "9", 0)]
    (result,) = INSTRUMENTS.score(twice, None)
    assert [signal.answer_id for signal in result.signals] == ["early"]
    assert any("more than once" in flag for flag in result.flags)


def test_a_value_beside_a_refusal_of_the_same_item_counts() -> None:
    both = [ItemAnswer("a", "phq-9", "9", None, Absent.REFUSED), ItemAnswer("b", "phq-9", "9", 1)]
    (result,) = INSTRUMENTS.score(both, None)
    assert "phq-9.item_9" in result.rules


def test_what_cannot_be_an_answer_is_named_without_repeating_it() -> None:
    def fields(instrument: str, item: str, value: int | None, absent: Absent | None = None) -> list[str]:
        faults = INSTRUMENTS.faults(ItemAnswer("a", instrument, item, value, absent))
        assert all("4711" not in detail for _, detail in faults)
        return [field for field, _ in faults]

    assert fields("phq-9", "9", 3) == []
    assert fields("phq-9", "9", 4711) == ["value"]
    assert fields("phq-9", "4711", 1) == ["item"]
    assert fields("4711", "1", 1) == ["instrument"]
    assert fields("phq-9", "9", None) == ["value"]
    assert fields("phq-9", "9", 1, Absent.REFUSED) == ["absent"]
    assert fields("phq-9", "9", None, Absent.REFUSED) == []
