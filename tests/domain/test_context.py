"""Whom it is about, when, and whether it is affirmed."""

from __future__ import annotations

import pytest

from service.domain.answers import Speaker
from service.domain.signals import Polarity, When, Who
from tests.domain.english import counting, signals

DEATH = {"ideation.passive", "ideation.active", "method", "intent", "plan", "attempt.recent", "attempt.past"}


@pytest.mark.parametrize(
    "text",
    [
        "I'm not going to kill myself",
        "I would never kill myself",
        "I have never thought about killing myself",
        "I've never once thought about suicide or killing myself",
        "I don't think I want to die",
        "I wouldn't say I'm suicidal",
        "I never thought I would kill myself",
        "No, I haven't thought about killing myself",
        "no thoughts of suicide",
        "I don't want to die",
        "not suicidal, just sad",
        "Killing myself is not something I would do",
        "Suicidal thoughts: none",
        "Any suicidal thoughts? No.",
        "Am I thinking about killing myself? Never.",
        "ending my life has never crossed my mind",
    ],
)
def test_what_is_denied_does_not_count(text: str) -> None:
    assert not counting(text) & DEATH


@pytest.mark.parametrize(
    ("text", "construct"),
    [
        ("I don't want to live like this any more", "ideation.passive"),
        ("I can't stop thinking about killing myself", "ideation.active"),
        ("I can't say I haven't thought of it", "ideation.active"),
        ("I'm not sleeping and I want to die", "ideation.passive"),
        ("I don't sleep but think about killing myself", "ideation.active"),
        ("nobody knows I want to die", "ideation.passive"),
        ("I'm not ok, I'm suicidal", "ideation.active"),
        ("I don't know if I want to die", "ideation.passive"),
        ("not a day goes by without thinking about killing myself", "ideation.active"),
        ("I won't feel better until I kill myself", "ideation.active"),
        ("I'm not going to tell my wife I bought the rope", "means"),
        ("I don't eat, I want to die", "ideation.passive"),
        ("I have not told anyone about my suicidal thoughts", "ideation.active"),
        ("Do I want to die? Who knows.", "ideation.passive"),
        ("I want to die - no one would notice", "ideation.passive"),
    ],
)
def test_a_negator_that_belongs_elsewhere_denies_nothing(text: str, construct: str) -> None:
    assert construct in counting(text)


@pytest.mark.parametrize(
    "text",
    [
        "My brother tried to kill himself",
        "my mum is suicidal",
        "a friend wants to die",
        "She said she wants to kill herself",
        "He overdosed",
        "my sister took an overdose last week",
        'My brother said "I want to die"',
        "someone at school tried to hang himself",
    ],
)
def test_what_somebody_else_thinks_or_did_is_not_counted_for_the_client(text: str) -> None:
    assert not counting(text) & DEATH


@pytest.mark.parametrize(
    "text",
    [
        "I told my wife about wanting to die, I want to die",
        "Since my brother died I want to die",
        "my wife doesn't know, I want to kill myself",
        "My dad left and I want to kill myself",
        "everyone says be happy but I think about killing myself",
    ],
)
def test_a_relative_named_on_the_way_does_not_take_the_clients_words(text: str) -> None:
    assert counting(text) & DEATH


def test_a_relatives_third_person_is_the_person_in_contact() -> None:
    assert "ideation.active" in counting("He has been thinking about ending his life", Speaker.COLLATERAL)
    assert "ideation.passive" in counting("my husband says he wants to die", Speaker.COLLATERAL)
    assert "ideation.passive" in counting('He said "I want to die"', Speaker.COLLATERAL)
    assert "intent" in counting("she is going to kill herself", Speaker.COLLATERAL)


def test_a_relatives_first_person_is_the_relative() -> None:
    assert "ideation.passive" not in counting("I want to die of worry, I want to die", Speaker.COLLATERAL)


def test_a_clinicians_note_is_read_in_its_own_register() -> None:
    note = "Pt denies SI, no plan, past OD x2 (2015), father CBS."
    assert counting(note, Speaker.CLINICIAN) & DEATH == {"attempt.past"}
    assert "exposure" in counting(note, Speaker.CLINICIAN)
    assert [s.polarity for s in signals(note, "ideation.active", Speaker.CLINICIAN)] == [Polarity.DENIED]


def test_a_clinicians_quotation_of_the_patient_counts() -> None:
    assert "ideation.passive" in counting('Pt states "I want to die"', Speaker.CLINICIAN)


def test_lyrics_are_quoted_and_do_not_count() -> None:
    text = 'My favourite song goes "I want to die tonight", we play it on my music course'
    assert [signal.who for signal in signals(text, "ideation.passive")] == [Who.QUOTED]
    assert not counting(text)


def test_quotation_marks_without_a_work_are_the_persons_own_words() -> None:
    assert "ideation.passive" in counting('"I want to die"')


def test_asking_for_a_friend_still_counts() -> None:
    found = signals("Asking for a friend: how many tablets would be too many?", "ideation.active")
    assert [(signal.who, signal.counts) for signal in found] == [(Who.UNCLEAR, True)]


@pytest.mark.parametrize(
    ("text", "construct", "when"),
    [
        ("I have a plan for tonight", "plan", When.NOW),
        ("I'm going to kill myself. Tonight.", "intent", When.NOW),
        ("I'm going to kill myself on Friday", "intent", When.FUTURE),
        ("if it doesn't get better I will kill myself", "intent", When.FUTURE),
        ("I want to die", "ideation.passive", When.CURRENT),
        ("I used to be suicidal", "ideation.active", When.PAST),
        ("last week I was thinking about killing myself", "ideation.active", When.RECENT),
        ("if I were suicidal I'd tell you", "ideation.active", When.HYPOTHETICAL),
        ("If I ever felt suicidal I would call my sister", "ideation.active", When.HYPOTHETICAL),
        ("overdosed two weeks ago", "attempt.recent", When.RECENT),
        ("Overdosed in 2009", "attempt.past", When.PAST),
        ("I tried to kill myself when I was 15", "attempt.past", When.PAST),
        ("I tried to hang myself as a teenager", "attempt.past", When.PAST),
        ("I overdosed six months ago", "attempt.past", When.PAST),
        ("I overdosed on Monday", "attempt.recent", When.RECENT),
        ("I tried to kill myself", "attempt.past", When.UNCLEAR),
        ("I took the tablets an hour ago", "in_progress", When.NOW),
        ("years ago I was well; I want to die", "ideation.passive", When.CURRENT),
    ],
)
def test_the_nearest_word_of_time_dates_it(text: str, construct: str, when: When) -> None:
    assert [signal.when for signal in signals(text, construct)] == [when]


def test_a_condition_that_is_meant_still_counts() -> None:
    assert "intent" in counting("if nothing changes by Christmas I will kill myself")
    assert counting("if I was dead nobody would notice")


def test_a_retraction_removes_nothing() -> None:
    before = counting("I want to kill myself.")
    assert before <= counting("I want to kill myself. Forget what I said, I was joking.")
    assert counting("forget what I said about the bridge, I was joking") & DEATH


def test_somebody_else_in_danger_now_counts() -> None:
    found = signals("my neighbour is on the ledge right now", "in_progress")
    assert [(signal.who, signal.when, signal.counts) for signal in found] == [(Who.OTHER, When.NOW, True)]
