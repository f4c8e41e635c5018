"""Whom it is about, when, and whether it is affirmed."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from service.domain.answers import Speaker, TextAnswer
from service.domain.signals import Polarity, When, Who
from tests.domain.english import counting, read, reader, signals

THOUGHT = {"ideation.passive", "ideation.active"}
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


HEARD = [
    # a denial ends where its list or its clause ends
    ("Denies plan but says she wants to die", Speaker.CLINICIAN),
    ("Denies HI, endorses SI", Speaker.CLINICIAN),
    ("Denied any self-harm, currently suicidal", Speaker.CLINICIAN),
    ("No current medication, wants to die", Speaker.CLINICIAN),
    ("No history of attempts but current suicidal ideation", Speaker.CLINICIAN),
    ("Patient does not deny suicidal thoughts", Speaker.CLINICIAN),
    ("My appeal was denied and I want to die", Speaker.CLIENT),
    ("I deny it to my wife but I want to kill myself", Speaker.CLIENT),
    ("I am not currently working and I think about killing myself", Speaker.CLIENT),
    ("no money no work want to die", Speaker.CLIENT),
    ("cant sleep want to kill myself", Speaker.CLIENT),
    ("nobody needs me want to die", Speaker.CLIENT),
    ("not doing too well having suicidal thoughts", Speaker.CLIENT),
    ("I don't have anybody to talk to thinking about killing myself", Speaker.CLIENT),
    # what another does not know, and what one never saw coming, is so
    ("I don't think my son knows I want to die", Speaker.CLIENT),
    ("I don't believe anyone understands that I'm suicidal", Speaker.CLIENT),
    ("I never thought I'd end up wanting to die", Speaker.CLIENT),
    ("There's no way I can go back there I want to die", Speaker.CLIENT),
    # a denial of a denial
    ("I'd be lying if I said I haven't thought about killing myself", Speaker.CLIENT),
    ("Nobody could say I haven't wanted to die", Speaker.CLIENT),
    ("It's not that I don't want to kill myself", Speaker.CLIENT),
    ("I wouldn't say I'm not suicidal", Speaker.CLIENT),
    ("There isn't a day when I don't think about killing myself", Speaker.CLIENT),
    ("I can't truthfully say I have never wanted to die", Speaker.CLIENT),
    ("I can't get through a night without thinking about suicide", Speaker.CLIENT),
    ("I have no reason left not to kill myself", Speaker.CLIENT),
    ("I've stopped hiding that I want to die", Speaker.CLIENT),
    # a denial that is taken back
    ("I told them I wasn't suicidal. That was a lie.", Speaker.CLIENT),
    ("I said I don't want to die. I do.", Speaker.CLIENT),
    ("I wasn't suicidal at Christmas, now I am", Speaker.CLIENT),
    ("I had no thoughts of suicide until Sunday", Speaker.CLIENT),
    ("He is not currently suicidal but was last week", Speaker.CLINICIAN),
    ("I would never kill myself while my mother is alive", Speaker.CLIENT),
    ("I don't want to kill myself in front of the children", Speaker.CLIENT),
    ("I'm not suicidal all the time", Speaker.CLIENT),
    # a never and a no behind it that deny something else
    ("Thoughts of killing myself never leave me", Speaker.CLIENT),
    ("The wish to kill myself never goes away", Speaker.CLIENT),
    ("I think about killing myself, never about anything else", Speaker.CLIENT),
    ("Thoughts of suicide are not something new for me", Speaker.CLIENT),
    ("Would anyone care if I kill myself? No.", Speaker.CLIENT),
    ("Is there any reason not to kill myself? No.", Speaker.CLIENT),
    ("Have I told my wife that I want to kill myself? No", Speaker.CLIENT),
    # who has it
    ("Part of me wants to die", Speaker.CLIENT),
    ("My whole body wants to die", Speaker.CLIENT),
    ("I'm the kind of person who wants to die", Speaker.CLIENT),
    ("People like me want to die", Speaker.CLIENT),
    ('I told my wife "I want to die"', Speaker.CLIENT),
    ('When she rang I said "I want to kill myself"', Speaker.CLIENT),
    ("My wife knows about my suicidal thoughts", Speaker.CLIENT),
    ("If she takes the children I want to die", Speaker.CLIENT),
    ("My sister is suicidal and so am I", Speaker.CLIENT),
    ('The song goes "I want to die". That is me.', Speaker.CLIENT),
    ("Do you know what it's like to want to die?", Speaker.CLIENT),
    ("Do you feel suicidal? Yes, every night", Speaker.CLIENT),
    ("Pt states 'I want to kill myself'", Speaker.CLINICIAN),
    ("Quote: I want to die", Speaker.CLINICIAN),
    ("Wants to die", Speaker.CLINICIAN),
    ("Wife reports suicidal thoughts for a month", Speaker.CLINICIAN),
    ("Husband worried about suicidal thoughts", Speaker.CLINICIAN),
    ("he told me I want to die", Speaker.COLLATERAL),
    ("She texted me saying I want to kill myself", Speaker.COLLATERAL),
    ("My son wrote I want to kill myself on his wall", Speaker.COLLATERAL),
    # a supposition without a consequence that keeps them safe
    ("If I felt suicidal tonight nobody would come", Speaker.CLIENT),
    ("If I ever want to die again, and I do, I'd tell you", Speaker.CLIENT),
]  # fmt: skip
NOT_HEARD = [
    ("Denies plan or intent, denies suicidal ideation", Speaker.CLINICIAN),
    ("Denies she wants to die", Speaker.CLINICIAN),
    ("Denies that he is suicidal", Speaker.CLINICIAN),
    ("Denies any current suicidal ideation, plan or intent", Speaker.CLINICIAN),
    ("Denies low mood, anxiety and suicidal thoughts", Speaker.CLINICIAN),
    ("No evidence of self-harm, suicidal ideation or psychosis", Speaker.CLINICIAN),
    ("I don't feel anxious, hopeless, or suicidal", Speaker.CLIENT),
    ("I have never, even after the divorce, wanted to die", Speaker.CLIENT),
    ("I am not, thank God, suicidal", Speaker.CLIENT),
    ("I don't think he wants me to kill myself", Speaker.CLIENT),
    ("It's not as though I want to kill myself", Speaker.CLIENT),
    ("I wouldn't say I'm suicidal", Speaker.CLIENT),
    ("I have no reason to kill myself", Speaker.CLIENT),
    ("I stopped thinking about killing myself", Speaker.CLIENT),
    ("I don't want to die. I have two boys and I am at home with them.", Speaker.CLIENT),
    ("I don't want to die, and I'd tell you if I did", Speaker.CLIENT),
    ("I'm not suicidal, now I am only tired", Speaker.CLIENT),
    ("Killing myself is not something I would do", Speaker.CLIENT),
    ("Am I suicidal? Not at all.", Speaker.CLIENT),
    ("She asked if I was suicidal and I said no", Speaker.CLIENT),
    ("People think I'm suicidal but I'm not", Speaker.CLIENT),
    ("Suicidal thoughts: none", Speaker.CLINICIAN),
    ("My mate thinks about suicide", Speaker.CLIENT),
    ('My wife told me "I want to die"', Speaker.CLIENT),
    ('In the film he says "I want to die"', Speaker.CLIENT),
    ('He said "I\'ll kill myself if they lose" as a joke', Speaker.CLIENT),
    ("Your leaflet says if you are thinking about suicide call the line", Speaker.CLIENT),
    ("Have you ever wanted to die? No.", Speaker.CLIENT),
    ("I want to die of worry about him", Speaker.COLLATERAL),
    ("If I were suicidal I'd tell you", Speaker.CLIENT),
    ("I'd ring my sister if I ever felt suicidal", Speaker.CLIENT),
    ("Would I tell you if I was suicidal? Yes", Speaker.CLIENT),
]  # fmt: skip


@pytest.mark.parametrize(("text", "speaker"), HEARD)
def test_what_is_said_of_oneself_counts_whatever_else_is_denied(text: str, speaker: Speaker) -> None:
    assert counting(text, speaker) & THOUGHT


@pytest.mark.parametrize(("text", "speaker"), NOT_HEARD)
def test_what_is_denied_supposed_or_anothers_does_not_count(text: str, speaker: Speaker) -> None:
    assert not counting(text, speaker) & DEATH


DATED = [
    ("I lost my job last year and I'm going to kill myself", "intent", When.CURRENT),
    ("I was bullied as a child and I want to kill myself", "ideation.active", When.CURRENT),
    ("I left the army in 2014 and I want to die", "ideation.passive", When.CURRENT),
    ("I owe 2000 pounds and I'm going to kill myself", "intent", When.CURRENT),
    ("It's half past ten and I'm going to kill myself", "intent", When.CURRENT),
    ("I get bullied at school and I want to die", "ideation.passive", When.CURRENT),
    ("my last therapist left and I feel suicidal", "ideation.active", When.CURRENT),
    ("I have wanted to die since childhood", "ideation.passive", When.CURRENT),
    ("Since 2015 I have wanted to die", "ideation.passive", When.CURRENT),
    ("currently suicidal, no history of attempts", "ideation.active", When.CURRENT),
    ("I was suicidal in 2019. It has come back.", "ideation.active", When.CURRENT),
    ("I used to want to die", "ideation.passive", When.PAST),
    ("In 2015 I wanted to die", "ideation.passive", When.PAST),
    ("During lockdown I thought about killing myself", "ideation.active", When.PAST),
    ("As a student I was suicidal", "ideation.active", When.PAST),
    ("I was suicidal in 2019. It passed.", "ideation.active", When.PAST),
    ("Two weeks ago I wanted to kill myself", "ideation.active", When.RECENT),
    ("I'm going to kill myself. It will be tonight.", "intent", When.NOW),
    ("I overdosed and I see my GP on Monday", "attempt.past", When.UNCLEAR),
    ("I overdosed and next week I see my GP", "attempt.past", When.UNCLEAR),
    ("I overdosed on Monday night", "attempt.recent", When.RECENT),
    ("I tried to hang myself the week before last", "attempt.recent", When.RECENT),
    ("Attempted hanging 3/7 ago", "attempt.recent", When.RECENT),
    ("I took an overdose over the weekend", "attempt.recent", When.RECENT),
    ("If I get the chance I'm going to kill myself, I'd tell you that much", "intent", When.FUTURE),
]  # fmt: skip


@pytest.mark.parametrize(("text", "construct", "when"), DATED)
def test_a_time_dates_its_own_clause_and_its_own_tense(text: str, construct: str, when: When) -> None:
    assert {signal.when for signal in signals(text, construct)} == {when}


@pytest.mark.parametrize(
    ("text", "year", "construct"),
    [
        ("I took an overdose in 2024", None, "attempt.past"),
        ("I took an overdose in 2024", 2026, "attempt.past"),
        ("I took an overdose in 2026", 2026, "attempt.recent"),
        ("I took an overdose in March 2031", 2031, "attempt.recent"),
    ],
)
def test_a_year_is_past_unless_the_answer_is_of_that_year(
    text: str, year: int | None, construct: str
) -> None:
    at = datetime(year, 6, 1, tzinfo=UTC) if year else None
    heard = reader().read(TextAnswer("a1", text, "", Speaker.CLIENT, at)).signals
    assert construct in {signal.construct for signal in heard}


def test_nothing_but_a_thought_is_ever_merely_supposed() -> None:
    assert "intent" in counting("If I got the chance I'm going to kill myself. I'd tell you first.")
    assert "ideation.active" not in counting("If I ever felt suicidal I'd tell you")


@pytest.mark.parametrize(
    ("question", "text", "left_open"),
    [
        ("Are you having thoughts of suicide?", "not today", True),
        ("Are you having thoughts of suicide?", "kind of", True),
        ("Are you having thoughts of suicide?", "no more than usual", True),
        ("Are you having thoughts of suicide?", "No, but I was last week", True),
        ("Are you having thoughts of suicide?", "No", False),
        ("Are you having thoughts of suicide?", "no, never", False),
        ("Are you having thoughts of suicide?", "No thanks", False),
        ("Suicidal thoughts", "Suicidal thoughts: no", False),
        ("Do you feel safe at home?", "No", True),
        ("What keeps you going?", "Nothing", True),
        ("Do you feel safe at home?", "Yes", False),
        ("How did you sleep?", "not really", False),
    ],
)
def test_a_short_reply_about_dying_is_left_open_unless_it_is_a_plain_no(
    question: str, text: str, left_open: bool
) -> None:
    assert bool(read(text, question).gaps) is left_open


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Suicide", "I think about suicide every day"),
        ("Suicidal thoughts", "Constant suicidal thoughts since Monday"),
        ("Suicidal thoughts", "Suicidal thoughts: yes"),
        ("Die", "I want to die"),
        ("thoughts of killing yourself", "I have thoughts of killing myself every night"),
        ("thoughts of suicide this week", "I had thoughts of suicide this week and they scare me"),
    ],
)
def test_only_a_whole_question_is_an_echo(question: str, text: str) -> None:
    assert {signal.construct for signal in read(text, question).signals if signal.counts} & THOUGHT


def test_a_whole_question_that_is_repeated_is_not_the_persons() -> None:
    question = "Have you had thoughts of killing yourself?"
    assert not read(f"{question} No.", question).signals
    assert not read(f"Name: Ann\n\n{question} No.", question).signals


def test_a_long_quotation_is_read_in_linear_time() -> None:
    def seconds(times: int) -> float:
        text = '"' + "I want to die. " * times + 'song" '
        best = 60.0
        for _ in range(3):
            begin = time.perf_counter()
            read(text)
            best = min(best, time.perf_counter() - begin)
        return best

    seconds(100)
    assert seconds(4000) < 10 * seconds(1000)
