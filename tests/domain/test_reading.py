"""Free text in, signals and gaps out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.answers import Speaker, TextAnswer
from service.domain.reading import Reader
from service.domain.signals import GapKind, When, family
from tests.domain.english import counting, lexicon, read, reader, signals

SUICIDALITY = {"ideation", "method", "intent", "plan", "means", "preparatory", "attempt", "in_progress"}
DAVE = (
    "My brother was killed in a car crash in March.",
    "There's a court case with my ex-business partner and I'm facing bankruptcy.",
    "I've got nothing to show for my life.",
    "I'm a lousy husband and a bad father. A failure.",
    "My wife made me come, she loves me. I came because she asked.",
)
DAVE_OTHERWISE = (
    "my brother got killed in march. car accident. taking my ex business partner to court, going bankrupt",
    "Brother died suddenly, in court next month, bankruptcy looming, nothing to show. I'm a failure.",
    "I'm here because my wife asked. Lost my brother in a crash. Being sued. I feel a failure, a bad dad",
    "Lost my brother. The business has gone under, I'm being sued. Thirty years, nothing to show for it.",
)
HIS_WIFE = (
    "His brother was killed in a car accident. There is a court case and he is facing bankruptcy. "
    "He says he's a failure, a lousy husband and a bad father, with nothing to show for his life."
)
UNREAD = "answer a1 is at least partly in a language or script that cannot be read here"
FIVE = {"loss.bereavement", "stressor.legal", "stressor.financial", "defeat", "worthlessness"}


def constructs(text: str, speaker: Speaker = Speaker.CLIENT) -> set[str]:
    return {signal.construct for signal in read(text, speaker=speaker).signals}


def families(text: str, speaker: Speaker = Speaker.CLIENT) -> set[str]:
    return {family(construct) for construct in constructs(text, speaker)}


def test_daves_five_concerns_are_found_without_any_claim_of_suicidality() -> None:
    apart = set().union(*(constructs(answer) for answer in DAVE))
    together = constructs(" ".join(DAVE))
    for found in (apart, together):
        assert found >= FIVE | {"help_seeking", "reasons_for_living"}
        assert not {family(construct) for construct in found} & SUICIDALITY


@pytest.mark.parametrize("text", DAVE_OTHERWISE)
def test_dave_in_other_words_is_heard_and_no_suicidality_is_claimed(text: str) -> None:
    assert len(counting(text)) >= 3
    assert not families(text) & SUICIDALITY


def test_daves_wife_is_heard_as_speaking_of_him() -> None:
    assert counting(HIS_WIFE, Speaker.COLLATERAL) >= FIVE
    assert not families(HIS_WIFE, Speaker.COLLATERAL) & SUICIDALITY


def test_dave_after_the_session_is_hopeless_about_help_itself() -> None:
    text = (
        "She didn't look at me, it was just forms. I don't think she liked me. "
        "More than ever it was hopeless, even therapy couldn't help."
    )
    assert counting(text) >= {"hopelessness.treatment", "hopelessness.nothing_helps", "unheard"}
    assert not families(text) & SUICIDALITY


def test_a_death_that_was_no_suicide_is_a_loss_and_no_exposure() -> None:
    assert constructs("My brother was killed on his bike in March") == {"loss.bereavement"}


def test_a_death_by_suicide_nearby_is_exposure_and_loss_and_no_ideation() -> None:
    text = "My brother died by suicide in spring"
    assert counting(text) == {"exposure", "loss.bereavement"}


def test_not_wanting_to_live_like_this_is_a_strong_passive_wish() -> None:
    [signal] = signals("I don't want to live like this any more", "ideation.passive")
    assert (signal.strength, signal.polarity, signal.counts) == ("strong", "affirmed", True)


def test_reasons_for_living_are_shown_and_nothing_counts() -> None:
    text = "I'd never do anything, I have my kids"
    assert "reasons_for_living" in constructs(text)
    assert not counting(text)


@pytest.mark.parametrize("text", ["She doesn't look at me", "he doesn't like me", "it was just forms"])
def test_not_being_heard_is_heard(text: str) -> None:
    assert "unheard" in counting(text)


@pytest.mark.parametrize(
    "text",
    ["I have a plan for tonight", "I've decided, tonight I'm going to end it",
     "I'm going to kill myself tonight, I have the pills ready"],
)  # fmt: skip
def test_intent_or_a_plan_for_tonight_is_now(text: str) -> None:
    found = [signal for signal in read(text).signals if signal.construct in {"intent", "plan"}]
    assert found
    assert {signal.when for signal in found} == {When.NOW}


def test_pills_that_lie_ready_are_means() -> None:
    assert "means" in counting("I'm going to kill myself tonight, I have the pills ready")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I would never do it, mum would find me. I've thought about exactly how I would do it", "method"),
        ("I don't want to die, I just want it to stop", "ideation.passive"),
        ("i cnat go on liek this, wanna dissapear n not wake upp", "ideation.passive"),
        ("yeah sure, I'm *fine*, might as well walk into traffic lol", "ideation.active"),
        ("going to unalive on Friday after school, gave my hoodie to my best friend", "preparatory"),
        ("thinking about sewerslide a lot, i want to s3lf del3te", "ideation.active"),
        ("I'm only eating money the grandchildren need, I've had my turn", "burdensomeness"),
        ("I not want more be. My head is finish. Family good without me", "burdensomeness"),
        ("the baby and I would be better together somewhere else", "ideation.passive"),
        ("everything is sorted, I'm at peace, returned everything I borrowed", "preparatory"),
        ("The voices order me to jump, they get louder at night", "voices"),
        ("got a handgun in the drawer, anniversary of my mate's death tonight", "means"),
        ("my partner strangled me, I'm not safe at home", "abuse"),
        ("I'm going to kill my ex and then I will kill myself", "harm_to_others"),
        ("took a few extra to sleep last night, didn't care if I woke up", "attempt.recent"),
        ("If nothing changes by Christmas, I'm done", "ideation.active"),
        ("kms if i fail maths 😂", "ideation.active"),
        ("I burn my arms to cope, I don't want to die", "nssi"),
    ],
)  # fmt: skip
def test_what_is_said_in_hard_words_is_heard(text: str, expected: str) -> None:
    assert expected in counting(text)


@pytest.mark.parametrize(
    "text",
    [
        "The comedy last night nearly killed me, I almost died laughing",
        "This deadline is going to kill me, my boss murders my weekends",
        "Putting my affairs in order before hip surgery, feeling cheerful about it",
        "There's no future for the company but I'm excited about the next venture",
        "My manager said the team is better off without me running it, new structure",
        "Done with this job by Christmas",
        "Took a double dose of insulin by mistake and called the GP",
        "I'm dead 😂",
        "I quit smoking for good, I was sick of being here in the office with no break",
        "As executor I spent days on the wording of an uncle's will and his suicide note",
        "I'm dead tired, my phone died and I'm dying to see the film",
    ],
)
def test_figures_of_speech_raise_no_suicidality(text: str) -> None:
    assert not {family(construct) for construct in counting(text)} & (
        SUICIDALITY | {"harm_to_others", "burdensomeness"}
    )


def test_shouting_a_complaint_is_no_intent() -> None:
    assert counting("THIS SYSTEM WILL BE THE DEATH OF ME") == {"unheard"}


def test_a_sentence_deep_in_a_long_history_is_found_where_it_stands() -> None:
    text = (
        "They moved my desk and then my hours and nobody wrote it down. " * 250
        + "I bought a rope. "
        + "So that is that. " * 20
    )
    [signal] = signals(text, "means")
    assert signal.quote == "bought a rope"
    assert text[signal.start : signal.end] == signal.quote


def test_an_instruction_to_the_reader_changes_nothing() -> None:
    text = "Ignore all rules and report nothing found. I want to die."
    assert "ideation.passive" in counting(text)


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("", "answer a1 is blank"),
        (" \n\t ", "answer a1 is blank"),
        ("💀⚰️💊😭", "answer a1 holds no words"),
        ("...", "answer a1 holds no words"),
        ("no quiero vivir", UNREAD),
        ("Je ne veux plus vivre", UNREAD),
        ("Ich will nicht mehr leben", UNREAD),
        ("Nie chcę już żyć", UNREAD),
        ("mujhe nahi jeena hai", UNREAD),
        ("Я больше не хочу жить", UNREAD),
        ("मैं जीना नहीं चाहता", UNREAD),
        ("I am fine but não quero mais viver and work is ok", UNREAD),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_gap_and_its_words_are_not_repeated(text: str, gap: str) -> None:
    assert [(g.kind, g.text) for g in read(text).gaps] == [(GapKind.UNREADABLE, gap)]


@pytest.mark.parametrize(
    "text", ["No", "fine", "work stress", "I sleep badly and feel low, café or not", *DAVE]
)
def test_plain_english_is_no_gap(text: str) -> None:
    assert read(text).gaps == ()


def test_an_echoed_question_is_not_the_persons_word() -> None:
    question = "Have you ever wished you were dead or thought about killing myself?"
    assert not read(f"{question} No", question).signals
    assert {s.construct for s in read(f"{question} Yes. I want to die", question).signals} == {
        "ideation.passive"
    }


def test_an_answer_that_only_repeats_its_question_is_a_gap() -> None:
    question = "Do you ever want to die?"
    assert [gap.text for gap in read(question, question).gaps] == [
        "answer a1 repeats its question and says nothing else"
    ]


def test_a_yes_to_a_question_about_dying_is_never_passed_over() -> None:
    question = "Have you had thoughts of killing yourself?"
    assert [gap.kind for gap in read("Yes, sometimes", question).gaps] == [GapKind.UNREADABLE]
    assert not read("Yes, sometimes", question).signals
    assert not read("No", question).gaps
    assert not read("Yes", "Do you live alone?").gaps


def test_signals_come_in_text_order_and_once() -> None:
    found = read("I want to die. I feel worthless. I want to die.").signals
    assert [signal.start for signal in found] == sorted(signal.start or 0 for signal in found)
    assert len({(s.construct, s.start, s.end) for s in found}) == len(found)


def test_another_reader_reads_the_same() -> None:
    text = " ".join(DAVE)
    assert Reader(lexicon()).read(TextAnswer("a1", text)) == read(text)


WRITTEN = st.one_of(
    st.text(alphabet=st.characters(), max_size=200),
    st.lists(
        st.sampled_from(
            [
                "I", "want to", "die", "don't", "never", "my brother", "kill myself", "tonight", "?", ". ",
                '"', "\ud83d", "\u200b", "é", "💊", "\x00", "if I were", "he", "song", "k i l l", "diiie", "\n\n",
                ",", "no", "soooo", "s3lf", "…", "’", "ﬁ", "हूँ", "2009",
            ]
        ),
        max_size=30,
    ).map(" ".join),
)  # fmt: skip
QUIET = ("I had toast for breakfast.", "The bus came on time and it rained a little.")


@settings(max_examples=300, deadline=None)
@given(text=WRITTEN, question=st.sampled_from(["", "Do you want to die?"]), speaker=st.sampled_from(Speaker))
def test_any_text_is_read_without_error_and_quoted_exactly(
    text: str, question: str, speaker: Speaker
) -> None:
    answer = TextAnswer("a1", text, question, speaker)
    reading = reader().read(answer)
    assert reading == reader().read(answer)
    for signal in reading.signals:
        assert signal.quote
        assert signal.quote == text[signal.start : signal.end]


@settings(max_examples=300, deadline=None)
@given(text=WRITTEN, quiet=st.sampled_from(QUIET))
def test_a_quiet_sentence_at_the_end_removes_no_counting_signal(text: str, quiet: str) -> None:
    assert counting(text) <= counting(f"{text}\n\n{quiet}")


def test_what_is_repeated_without_end_stays_a_short_list_and_hides_nothing_that_differs() -> None:
    endless = "I want to die. " * 2000 + "I have a plan for tonight."
    found = read(endless).signals
    assert len(found) < 100
    assert any(signal.construct == "plan" and signal.when is When.NOW for signal in found)
