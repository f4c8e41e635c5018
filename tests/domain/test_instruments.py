"""Missing, refused and stopped are never a no; one red item overrides everything; order never matters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.answers import Absent, ItemAnswer
from service.domain.instruments import InstrumentResult
from service.domain.signals import GapKind, Strength, When
from tests.domain.test_instrument_files import FILES, INSTRUMENTS
from tests.domain.test_instrument_totals import OFFICIAL

NAMES = sorted(FILES)
STRENGTHS = list(Strength)
COLUMBIA = {"c-ssrs-screener": ("6-lifetime", "6-recent"), "c-ssrs-since-last-contact": (None, "6")}
RED_ITEMS = [
    ("phq-9", "9", 1, "phq-9.item_9"),
    ("phq-a", "9", 1, "phq-a.item_9"),
    ("phq-a", "12", 1, "phq-a.serious_thoughts"),
    ("phq-a", "13", 1, "phq-a.attempt_ever"),
    ("asq", "5", 1, "asq.acute_positive"),
    ("epds", "10", 1, "epds.item_10"),
    ("core-10", "6", 1, "core-10.item_6"),
    ("sidas", "1", 1, "sidas.thoughts"),
    ("sidas", "3", 10, "sidas.attempt"),
    ("sbq-r", "1", 4, "sbq-r.attempt"),
    ("sbq-r", "4", 4, "sbq-r.likely"),
    ("p4", "3", 1, "p4.higher"),
    ("srs", "relationship-mm", 89, "srs.relationship"),
    ("beck-hopelessness", "total", 9, "beck-hopelessness.cut_off"),
    *(
        (name, item, 1, f"{name}.red")
        for name, (_, recent) in COLUMBIA.items()
        for item in ("4", "5", recent)
    ),
]
AGES = st.none() | st.integers(0, 110)


def answer(
    instrument: str, item: str, said: int | Absent, answer_id: str = "", at_end: str = ""
) -> ItemAnswer:
    """One answer, with an id of its own unless one is given."""
    value, absent = (None, said) if isinstance(said, Absent) else (said, None)
    return ItemAnswer(answer_id or f"a{item}{at_end}", instrument, item, value, absent)


def values_of(raw: Mapping[str, Any]) -> list[int]:
    """The values that an item of a file may have."""
    if "range" in raw:
        return list(range(raw["range"]["from"], raw["range"]["to"] + 1))
    return sorted(map(int, raw["values"]))


@st.composite
def responses(draw: st.DrawFn, only_of: str | None = None, twice: bool = False) -> list[ItemAnswer]:
    """Any mixture of answered, refused, stopped and left-out items of one instrument; some `twice`."""
    name = only_of or draw(st.sampled_from(NAMES))
    answers = []
    for item, raw in FILES[name]["items"].items():
        said = st.sampled_from([*values_of(raw), *Absent])
        sent = draw(st.lists(said, max_size=3 if twice else 1))
        answers += [answer(name, item, one, at_end=f"-{number}") for number, one in enumerate(sent)]
    return answers


def only(answers: list[ItemAnswer], age: int | None = None) -> InstrumentResult:
    (result,) = INSTRUMENTS.score(answers, age)
    return result


@given(responses(twice=True), AGES, st.randoms(use_true_random=False))
def test_the_order_of_answers_never_matters(
    answers: list[ItemAnswer], age: int | None, random: Random
) -> None:
    shuffled = list(answers)
    random.shuffle(shuffled)
    assert INSTRUMENTS.score(shuffled, age) == INSTRUMENTS.score(answers, age)


@given(responses(), st.data())
def test_a_value_that_becomes_absent_is_a_gap_and_never_a_zero(
    answers: list[ItemAnswer], data: st.DataObject
) -> None:
    answered = [answer for answer in answers if answer.value is not None]
    if not answered or len(answers) == 1:
        return
    lost = data.draw(st.sampled_from(answered))
    why = data.draw(st.sampled_from(list(Absent)))
    others = [answer for answer in answers if answer is not lost]
    absent = only([*others, replace(lost, value=None, absent=why)])
    left_out = only(others)
    assert (absent.total, absent.signals, absent.complete) == (
        left_out.total,
        left_out.signals,
        left_out.complete,
    )
    official = OFFICIAL.get(lost.instrument)
    said = {answer.item: answer.value for answer in others if answer.value is not None}
    if official is not None and lost.item in official.needed(said):
        assert (absent.total, absent.complete) == (None, False)
    if why is Absent.REFUSED:
        assert GapKind.REFUSED in {gap.kind for gap in absent.gaps}
    else:
        assert absent.rules == left_out.rules


@given(responses(), st.data(), AGES)
def test_a_further_answer_takes_away_only_what_rested_on_its_absence_or_gave_way_to_something_graver(
    answers: list[ItemAnswer], data: st.DataObject, age: int | None
) -> None:
    open_items = [
        (name, item)
        for name in {answer.instrument for answer in answers}
        for item in FILES[name]["items"]
        if item not in {answer.item for answer in answers if answer.value is not None}
    ]
    if not open_items:
        return
    name, item = data.draw(st.sampled_from(open_items))
    value = data.draw(st.sampled_from(values_of(FILES[name]["items"][item])))
    before, after = only(answers, age), only([*answers, answer(name, item, value, "further")], age)
    assert set(before.signals) <= set(after.signals)
    rules = {f"{name}.{rule['id']}": rule for rule in FILES[name].get("rules", ())}
    for gone in set(before.rules) - set(after.rules):
        gave_way = {f"{name}.{other}" for other in rules[gone].get("unless", ())} & set(after.rules)
        assert gave_way or rests_on_absence(rules[gone]["when"]), gone


def rests_on_absence(condition: Mapping[str, Any]) -> bool:
    """Whether a condition speaks of items that have no value."""
    parts: Iterator[Mapping[str, Any]] = iter([*condition.get("all", ()), *condition.get("any", ())])
    return bool({"missing", "refused"} & set(condition)) or any(map(rests_on_absence, parts))


@given(responses(twice=True), responses(twice=True))
def test_saying_more_never_weakens_a_signal_or_a_red_rule(
    answers: list[ItemAnswer], more: list[ItemAnswer]
) -> None:
    more = [replace(answer, answer_id=f"more-{answer.answer_id}") for answer in more]
    after = {result.instrument: result for result in INSTRUMENTS.score([*answers, *more], None)}
    for before in INSTRUMENTS.score(answers, None):
        now = after[before.instrument]
        for signal in before.signals:
            (same,) = [s for s in now.signals if s.entry == signal.entry]
            assert STRENGTHS.index(same.strength) >= STRENGTHS.index(signal.strength)
        red = {rule for *_, rule in RED_ITEMS}
        assert red & set(before.rules) <= set(now.rules)


@given(st.sampled_from(RED_ITEMS).flatmap(lambda red: st.tuples(responses(red[0]), st.just(red))), AGES)
def test_a_single_red_item_overrides_everything_else(
    drawn: tuple[list[ItemAnswer], tuple[str, str, int, str]], age: int | None
) -> None:
    answers, (name, item, value, rule) = drawn
    others = [answer for answer in answers if answer.item != item]
    result = only([*others, answer(name, item, value, "red")], age)
    assert rule in result.rules
    assert any(signal.answer_id == "red" and signal.counts for signal in result.signals)


@given(responses())
def test_an_incomplete_questionnaire_always_says_what_is_missing(answers: list[ItemAnswer]) -> None:
    for result in INSTRUMENTS.score(answers, None):
        kinds = {gap.kind for gap in result.gaps}
        assert result.complete or kinds & {GapKind.REFUSED, GapKind.INCOMPLETE}


@given(responses())
def test_whatever_was_refused_is_named_even_where_it_need_not_have_been_asked(
    answers: list[ItemAnswer],
) -> None:
    refused = {answer.item for answer in answers if answer.absent is Absent.REFUSED}
    for result in INSTRUMENTS.score(answers, None):
        named = [gap.text for gap in result.gaps if gap.kind is GapKind.REFUSED]
        assert len(named) == bool(refused)
        for item in refused:
            label = FILES[result.instrument]["items"][item].get("label", f"item {item}")
            assert label in named[0]


@pytest.mark.parametrize("instrument", COLUMBIA)
def test_columbia_triage_holds_over_every_possible_response(instrument: str) -> None:
    lifetime, recent = COLUMBIA[instrument]
    items = list(FILES[instrument]["items"])
    for values in product((0, 1, None), repeat=len(items)):
        said = {item: value for item, value in zip(items, values, strict=True) if value is not None}
        if not said:
            continue
        result = only([answer(instrument, item, value) for item, value in said.items()])
        colours = {"red", "orange", "yellow"} & {rule.rpartition(".")[2] for rule in result.rules}
        yes = {item for item, value in said.items() if value == 1}
        if yes & {"4", "5", recent}:
            assert colours == {"red"}
        elif yes & {"3", lifetime}:
            assert colours == {"orange"}
        elif yes:
            assert colours == {"yellow"}
        else:
            assert colours == set()


def test_the_asq_holds_over_every_possible_response() -> None:
    said = (0, 1, Absent.REFUSED, Absent.STOPPED, None)
    for *four, fifth in product(said, repeat=5):
        answers = [
            answer("asq", str(number), value)
            for number, value in enumerate([*four, fifth], start=1)
            if value is not None
        ]
        for age in (7, 8, 24, 25, None) if answers else ():
            fired = set(only(answers, age).rules)
            youth_refused = Absent.REFUSED in four and (age is None or 8 <= age <= 24)
            positive = 1 in four or youth_refused
            assert ("asq.acute_positive" in fired) is (fifth == 1)
            assert ("asq.positive_q5_missing" in fired) is (positive and fifth not in {0, 1})
            assert ("asq.non_acute_positive" in fired) is (
                fifth != 1 and (youth_refused or (positive and fifth == 0))
            )


def test_the_strength_and_time_of_a_signal_are_those_of_the_question() -> None:
    def said(instrument: str, item: str, value: int) -> list[tuple[str, Strength, When]]:
        signals = only([answer(instrument, item, value)]).signals
        assert all((s.quote, s.start, s.end) == (None, None, None) for s in signals)
        assert all(s.entry == f"{instrument}.item_{item}" for s in signals)
        return [(s.construct, s.strength, s.when) for s in signals]

    assert said("phq-9", "6", 1) == []
    assert said("phq-9", "6", 2) == [("worthlessness", Strength.CLEAR, When.CURRENT)]
    assert said("phq-9", "9", 0) == []
    assert said("phq-9", "9", 2) == [("ideation.passive", Strength.CLEAR, When.CURRENT)]
    assert said("phq-9", "9", 3) == [("ideation.passive", Strength.STRONG, When.CURRENT)]
    assert said("asq", "4", 1) == [("attempt.past", Strength.CLEAR, When.UNCLEAR)]
    assert said("asq", "5", 1) == [("ideation.active", Strength.STRONG, When.NOW)]
    assert said("c-ssrs-screener", "5", 1) == [("plan", Strength.STRONG, When.CURRENT)]
    assert said("c-ssrs-screener", "6-recent", 1) == [("attempt.recent", Strength.CLEAR, When.RECENT)]
    assert said("c-ssrs-screener", "6-lifetime", 1) == [("attempt.past", Strength.CLEAR, When.PAST)]
    assert said("c-ssrs-since-last-contact", "6", 1) == [("attempt.recent", Strength.CLEAR, When.RECENT)]


@pytest.mark.parametrize(
    ("total", "band"),
    [
        (4, None),
        (5, "mild (5 to 9)"),
        (9, "mild (5 to 9)"),
        (10, "moderate (10 to 14)"),
        (14, "moderate (10 to 14)"),
        (15, "moderately severe (15 to 19)"),
        (19, "moderately severe (15 to 19)"),
        (20, "severe (20 to 27)"),
        (24, "severe (20 to 27)"),
    ],
)
def test_a_band_has_its_official_name_and_the_first_has_none(total: int, band: str | None) -> None:
    values = [min(3, max(0, total - 3 * number)) for number in range(8)]
    answers = [answer("phq-9", str(number), value) for number, value in enumerate([*values, 0], start=1)]
    result = only(answers)
    assert result.total == total
    severity = [flag for flag in result.flags if "severity" in flag]
    assert severity == ([] if band is None else [f"depression severity: {band}"])
    assert ("phq-9.cut_off" in result.rules) is (total >= 10)
    assert ("phq-9.severe" in result.rules) is (total >= 20)


def test_item_9_stands_before_the_band_of_the_total() -> None:
    answers = [answer("phq-9", str(number), 1) for number in range(1, 10)]
    assert only(answers).flags == ("item 9 endorsed", "depression severity: mild (5 to 9)")


def test_the_difficulty_item_is_never_summed_and_never_needed() -> None:
    nine = [answer("phq-9", str(number), 1) for number in range(1, 10)]
    assert only(nine).complete
    assert only([*nine, answer("phq-9", "10", 3)]).total == 9


def test_of_two_answers_to_one_item_the_most_severe_counts_and_that_is_said() -> None:
    twice = [answer("phq-9", "9", 2, "early"), answer("phq-9", "9", 0, "late")]
    result = only(twice)
    assert [signal.answer_id for signal in result.signals] == ["early"]
    assert "item 9 was answered more than once, differently: the most severe answer counts" in result.flags


def test_the_same_answer_sent_twice_is_nothing_to_speak_of() -> None:
    result = only([answer("phq-9", "9", 1, "a"), answer("phq-9", "9", 1, "b")])
    assert [signal.answer_id for signal in result.signals] == ["a"]
    assert not any("more than once" in flag for flag in result.flags)


def test_a_value_beside_a_refusal_of_the_same_item_counts() -> None:
    result = only([answer("phq-9", "9", Absent.REFUSED, "a"), answer("phq-9", "9", 1, "b")])
    assert "phq-9.item_9" in result.rules
    assert GapKind.REFUSED not in {gap.kind for gap in result.gaps}


def test_a_refusal_outweighs_every_other_reason_for_having_no_value() -> None:
    for other in (Absent.NOT_ASKED, Absent.STOPPED, Absent.UNKNOWN):
        result = only([answer("asq", "1", other, "a"), answer("asq", "1", Absent.REFUSED, "b")], 15)
        assert "asq item 1: refused" in {gap.text for gap in result.gaps}
        assert "asq.non_acute_positive" in result.rules


def test_what_was_stopped_or_not_asked_leaves_the_questionnaire_incomplete() -> None:
    result = only([answer("phq-2", "1", Absent.STOPPED), answer("phq-2", "2", Absent.NOT_ASKED)])
    assert {(gap.kind, gap.text) for gap in result.gaps} == {
        (GapKind.INCOMPLETE, "phq-2 item 1: stopped before it"),
        (GapKind.INCOMPLETE, "phq-2 item 2: not asked"),
        (GapKind.NOT_ASKED, "phq-2 has no item about suicide"),
    }


def test_there_is_one_result_for_each_questionnaire_by_id() -> None:
    answers = [answer("phq-9", "9", 1), answer("asq", "1", 1), answer("c-ssrs-screener", "1", 0)]
    assert [r.instrument for r in INSTRUMENTS.score(answers, None)] == ["asq", "c-ssrs-screener", "phq-9"]
    assert INSTRUMENTS.score([], None) == ()


def test_an_answer_that_the_files_do_not_know_is_a_gap_and_never_scored() -> None:
    nine = [answer("phq-9", str(number), 0) for number in range(1, 10)]
    for stray in (answer("phq-9", "9", 4711, "x"), answer("phq-9", "4711", 1, "x")):
        result = only([*nine, stray])
        assert (result.total, result.complete, result.rules) == (0, False, ())
        assert [gap.kind for gap in result.gaps] == [GapKind.UNREADABLE]
        assert "4711" not in result.gaps[0].text
    unknown = only([answer("4711", "1", 1)])
    assert (unknown.total, unknown.complete) == (None, False)
    assert [gap.kind for gap in unknown.gaps] == [GapKind.UNREADABLE]
    assert "4711" not in unknown.gaps[0].text


def test_what_cannot_be_an_answer_is_named_without_repeating_it() -> None:
    def fields(instrument: str, item: str, value: int | None, absent: Absent | None = None) -> list[str]:
        faults = INSTRUMENTS.faults(ItemAnswer("a", instrument, item, value, absent))
        assert all("4711" not in detail for _, detail in faults)
        return [field for field, _ in faults]

    assert fields("phq-9", "9", 3) == []
    assert fields("phq-9", "9", 4711) == ["value"]
    assert fields("phq-9", "9", -1) == ["value"]
    assert fields("phq-9", "4711", 1) == ["item"]
    assert fields("4711", "1", 1) == ["instrument"]
    assert fields("phq-9", "9", None) == ["value"]
    assert fields("phq-9", "9", 1, Absent.REFUSED) == ["absent"]
    assert fields("phq-9", "9", None, Absent.REFUSED) == []
    assert fields("4711", "1", None) == ["value", "instrument"]
