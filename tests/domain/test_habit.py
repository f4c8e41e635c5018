"""Answers that look like habit are marked, and the marks change nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.answers import Answer, FirstContact, ItemAnswer, TextAnswer
from service.domain.assessment import Assessor
from service.domain.habit import Mark

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
WORDS = "I sleep badly and I cannot say why it is so."


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def phq(run: str, values: tuple[int, ...], days: float) -> list[Answer]:
    return [
        ItemAnswer(f"{run}-{item}", "phq-9", str(item), value, at=days_ago(days))
        for item, value in enumerate(values, 1)
    ]


def marks(assessor: Assessor, *answers: Answer) -> set[Mark]:
    """The marks of these answers, without the one for what was not asked."""
    found = assessor.assess(FirstContact("c1", answers)).marks
    return {mark for mark, words in assessor.habit.words.items() if words in found} - {Mark.HOPE_NOT_ASKED}


MIXED = (1, 2, 1, 0, 1, 2, 0, 1, 0)


def test_the_same_answers_three_times_are_marked(assessor: Assessor) -> None:
    twice = [*phq("a", MIXED, 30), *phq("b", MIXED, 20)]
    assert marks(assessor, *twice) == set()
    assert marks(assessor, *twice, *phq("c", MIXED, 10)) == {Mark.SAME_ANSWERS}


def test_answers_that_differ_once_are_not(assessor: Assessor) -> None:
    other = (*MIXED[:-1], 1)
    assert marks(assessor, *phq("a", MIXED, 30), *phq("b", other, 20), *phq("c", MIXED, 10)) == set()


def test_one_straight_line_is_marked_unless_it_is_the_lowest(assessor: Assessor) -> None:
    assert marks(assessor, *phq("a", (2,) * 9, 1)) == {Mark.STRAIGHT_LINE}
    assert marks(assessor, *phq("a", (0,) * 9, 1)) == set()
    assert marks(assessor, *phq("a", (2,) * 4, 1)) == set()


def test_no_to_every_question_of_a_screener_is_no_straight_line(assessor: Assessor) -> None:
    answers = [ItemAnswer(f"q{item}", "asq", str(item), 1) for item in range(1, 5)]
    assert marks(assessor, *answers) == set()


def test_the_same_words_three_times_are_marked(assessor: Assessor) -> None:
    said = [TextAnswer(f"a{day}", WORDS, at=days_ago(day)) for day in (3, 2, 1)]
    assert marks(assessor, *said[:2]) == set()
    assert marks(assessor, *said) == {Mark.SAME_WORDS}
    short = [replace(answer, text="No.") for answer in said]
    assert marks(assessor, *short) == set()


def test_a_mark_does_not_stay(assessor: Assessor) -> None:
    said = [TextAnswer(f"a{day}", WORDS, at=days_ago(day)) for day in (203, 202, 201)]
    assert marks(assessor, *said) == {Mark.SAME_WORDS}
    assert marks(assessor, *said, TextAnswer("new", "Something else.", at=NOW)) == set()


def test_what_they_hope_for_is_asked_after_when_nobody_has_heard_it(assessor: Assessor) -> None:
    words = assessor.habit.words[Mark.HOPE_NOT_ASKED]
    assert words in assessor.assess(FirstContact("c1", (TextAnswer("a1", "I feel low."),))).marks
    hopes = TextAnswer("a1", "I really hope this helps and I want to get better.")
    assert words not in assessor.assess(FirstContact("c1", (hopes,))).marks
    assert assessor.assess(FirstContact("c1", tuple(phq("a", MIXED, 1)))).marks == ()


@given(st.integers(1, 4), st.sampled_from(["I feel low.", "It is hopeless, there is no future.", WORDS]))
@settings(max_examples=40, deadline=None)
def test_a_mark_changes_nothing_else(assessor: Assessor, times: int, words: str) -> None:
    said = tuple(TextAnswer(f"a{n}", words, at=days_ago(n)) for n in range(times))
    contact = FirstContact("c1", (*said, *phq("p", (2,) * 9, 1)))
    quiet = replace(assessor, habit=replace(assessor.habit, times=100, straight_line=100))
    found, without = assessor.assess(contact), quiet.assess(contact)
    assert replace(found, marks=()) == replace(without, marks=())
