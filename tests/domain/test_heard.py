"""What a first hour went to: forms or the person; and what is not known is never a zero."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.adapters.yaml_policy import load_report_policy
from service.domain.answers import Answer, FirstContact, ItemAnswer, Speaker, TextAnswer
from service.domain.assessment import Assessor
from service.domain.course import ContactEvent, Happening
from service.domain.heard import Hour, first_hour
from service.settings import REPOSITORY

BEGAN = datetime(2026, 3, 2, 10, tzinfo=UTC)
POLICY = load_report_policy(REPOSITORY / "config")


def at(minutes: float) -> datetime:
    return BEGAN + timedelta(minutes=minutes)


SESSION = (
    ContactEvent("e1", Happening.STARTED, BEGAN),
    ContactEvent("e2", Happening.ENDED, at(50)),
)


def told(answer_id: str, words: str, minutes: float, speaker: Speaker = Speaker.CLIENT) -> TextAnswer:
    return TextAnswer(answer_id, words, speaker=speaker, at=at(minutes))


def item(answer_id: str, number: int, minutes: float, value: int = 0) -> ItemAnswer:
    return ItemAnswer(answer_id, "phq-9", str(number), value, at=at(minutes))


def hour(assessor: Assessor, *answers: Answer, events: tuple[ContactEvent, ...] = SESSION) -> Hour | None:
    contact = FirstContact("c1", answers, events=events)
    return first_hour(contact, assessor.assess(contact), assessor.trajectory(contact), POLICY)


def known(assessor: Assessor, *answers: Answer, events: tuple[ContactEvent, ...] = SESSION) -> Hour:
    found = hour(assessor, *answers, events=events)
    assert found is not None
    return found


def test_without_a_session_there_is_no_hour(assessor: Assessor) -> None:
    assert hour(assessor, told("a1", "I feel low.", 1), events=()) is None


def test_an_hour_of_forms_went_to_forms(assessor: Assessor) -> None:
    found = known(assessor, *(item(f"i{n}", n, 5 * n) for n in range(1, 10)))
    assert found.form_share == 1.0
    assert (found.items, found.told_words, found.minutes) == (9, 0, 50.0)


def test_the_clock_says_how_the_hour_was_shared(assessor: Assessor) -> None:
    found = known(assessor, item("i1", 1, 10), item("i2", 2, 20), told("a1", "My work is hard.", 40))
    assert found.form_share == 0.5
    assert found.told_words == 4


def test_without_times_of_their_own_lengths_are_an_estimate(assessor: Assessor) -> None:
    words = " ".join(["word"] * 140)  # a minute of speech
    contact = FirstContact(
        "c1",
        (TextAnswer("a1", words), *(ItemAnswer(f"i{n}", "phq-9", str(n), 0) for n in range(1, 6))),
        events=SESSION,
        received_at={name: at(20) for name in ("a1", "i1", "i2", "i3", "i4", "i5")},
    )
    found = first_hour(contact, assessor.assess(contact), assessor.trajectory(contact), POLICY)
    assert found is not None
    assert found.form_share == pytest.approx(0.5)  # five items of twelve seconds are a minute, too


def test_what_a_clinician_says_and_asks_is_asked(assessor: Assessor) -> None:
    question = TextAnswer("a1", "It was hard.", question="What brings you here?", at=at(5))
    found = known(assessor, question, told("a2", "Tell me more about it.", 6, Speaker.CLINICIAN))
    assert (found.asked_words, found.told_words) == (4 + 5, 3)


def test_what_nobody_knows_is_not_known(assessor: Assessor) -> None:
    found = known(assessor, events=(SESSION[1],))
    assert (found.minutes, found.form_share, found.felt_heard, found.left_worse) == (None, None, None, None)
    assert (found.hope_before, found.hope_after) == (None, None)


def test_words_about_not_being_heard_weigh_more_than_a_mark(assessor: Assessor) -> None:
    mark = ItemAnswer("s1", "srs", "relationship-mm", 97, at=at(51))
    assert known(assessor, mark).felt_heard is True
    assert known(assessor, mark, told("a1", "She didn't look at me once.", 55)).felt_heard is False
    low = ItemAnswer("s1", "srs", "relationship-mm", 40, at=at(51))
    assert known(assessor, low).felt_heard is False


def test_hope_is_held_before_beside_after(assessor: Assessor) -> None:
    found = known(
        assessor,
        told("a1", "I hope this helps, I want to get better.", -60),
        told("a2", "It is hopeless, even therapy can't help.", 60),
    )
    assert found.hope_before is not None
    assert found.hope_after is not None
    assert found.hope_before > found.hope_after
    assert found.left_worse is True


def test_no_more_than_the_first_hour_counts(assessor: Assessor) -> None:
    long = (SESSION[0], ContactEvent("e2", Happening.ENDED, at(180)))
    found = known(assessor, item("i1", 1, 30), told("a1", "I talk.", 170), events=long)
    assert found.minutes == 60.0
    assert found.form_share == 0.5
