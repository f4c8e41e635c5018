"""From signals to urgency: rules add, nothing subtracts, and nothing found claims nothing."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from service.bootstrap import load_assessor
from service.domain.answers import Absent, FirstContact, ItemAnswer, TextAnswer
from service.domain.assessment import NONE_COUNTED, NONE_FOUND, Assessor
from service.domain.reading import Reader
from service.domain.urgency import Urgency
from service.settings import REPOSITORY

ASSESSOR = load_assessor(REPOSITORY / "config")
PHRASES = [
    "I have a plan for tonight.",
    "I don't want to live like this any more.",
    "I don't see a future for myself.",
    "I lost my job.",
    "I'm a failure.",
    "I love my kids, they keep me going.",
    "I feel hopeful about the spring.",
    "My brother died by suicide.",
    "The weather is nice today.",
    "I'm fine, really.",
]
ITEMS = st.builds(
    lambda item, value: ItemAnswer(
        f"i{item}", "phq-9", item, value, None if value is not None else Absent.REFUSED
    ),
    st.sampled_from("123456789"),
    st.none() | st.integers(0, 3),
)


def contact(texts: list[str], items: list[ItemAnswer]) -> FirstContact:
    distinct = {item.answer_id: item for item in items}.values()
    return FirstContact("c", (*(TextAnswer(f"a{n}", t) for n, t in enumerate(texts)), *distinct))


@given(st.lists(st.sampled_from(PHRASES), min_size=1), st.lists(ITEMS), st.sampled_from(PHRASES))
def test_another_answer_never_lowers_the_urgency_or_a_score(
    texts: list[str], items: list[ItemAnswer], more: str
) -> None:
    before, after = (ASSESSOR.assess(contact(t, items)) for t in (texts, [*texts, more]))
    assert not before.urgency.outranks(after.urgency)
    assert after.scores.hopelessness >= before.scores.hopelessness
    assert after.scores.suicidality >= before.scores.suicidality
    assert set(before.reasons) <= set(after.reasons) or before.urgency is Urgency.NONE_FOUND


@given(st.lists(st.sampled_from(PHRASES)), st.lists(ITEMS))
def test_what_was_refused_or_left_out_is_never_nothing_found(
    texts: list[str], items: list[ItemAnswer]
) -> None:
    assessment = ASSESSOR.assess(contact(texts, items))
    if items:
        assert assessment.urgency is not Urgency.NONE_FOUND or len({i.item for i in items}) == 9


@given(st.lists(st.sampled_from(PHRASES), min_size=1), st.lists(ITEMS))
def test_the_same_contact_gives_the_same_assessment(texts: list[str], items: list[ItemAnswer]) -> None:
    assert ASSESSOR.assess(contact(texts, items)) == ASSESSOR.assess(contact(texts, items))


def test_a_structured_no_never_cancels_what_was_written() -> None:
    said = TextAnswer("a1", "I have chosen the day and I have a plan.")
    denied = tuple(ItemAnswer(f"i{n}", "c-ssrs-screener", n, 0) for n in ("1", "2", "6-lifetime"))
    assessment = ASSESSOR.assess(FirstContact("c", (said, *denied)))
    assert assessment.urgency in {Urgency.VERY_URGENT, Urgency.EMERGENCY}


def test_protective_words_are_shown_and_never_count() -> None:
    assessment = ASSESSOR.assess(contact(["I love my kids, they keep me going."], []))
    assert assessment.signals
    assert not any(signal.counts for signal in assessment.signals)
    assert assessment.urgency is Urgency.NONE_FOUND
    assert assessment.scores.hope > 0


def test_no_answers_at_all_is_unread() -> None:
    assessment = ASSESSOR.assess(FirstContact("c", ()))
    assert assessment.urgency is Urgency.UNREAD
    assert assessment.respond_within_minutes is None


class _Stumbling(Reader):
    """A reader that cannot cope with one answer."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def read(self, answer: TextAnswer) -> object:  # type: ignore[override]
        if answer.answer_id == "a0":
            raise RuntimeError(answer.text)
        return self._reader.read(answer)


def test_an_answer_that_trips_the_reader_is_a_gap_and_the_others_are_read() -> None:
    stumbling: Assessor = replace(ASSESSOR, reader=_Stumbling(ASSESSOR.reader))
    assessment = stumbling.assess(contact(["something", "I have a plan for tonight."], []))
    assert assessment.urgency is Urgency.EMERGENCY
    assert assessment.gaps == ("answer a0 could not be read",)


def test_signals_that_no_rule_takes_up_are_never_called_nothing() -> None:
    assessment = ASSESSOR.assess(contact(["I lost my job."], []))
    assert assessment.urgency is Urgency.NONE_FOUND
    assert any(signal.counts for signal in assessment.signals)
    assert "No signals found" not in assessment.reasons[0]


def test_another_person_in_danger_is_heard_and_never_called_nothing() -> None:
    told = ASSESSOR.assess(contact(["My son says he wants to kill himself."], []))
    assert told.urgency is Urgency.SOON
    assert not any(signal.counts for signal in told.signals)
    assert "somebody else" in told.reasons[0]


def test_what_was_only_denied_is_not_said_to_be_nothing() -> None:
    denied = ASSESSOR.assess(contact(["I don't want to kill myself."], []))
    assert denied.urgency is Urgency.NONE_FOUND
    assert denied.reasons == (NONE_COUNTED,)
    assert ASSESSOR.assess(contact(["The weather is nice today."], [])).reasons == (NONE_FOUND,)
