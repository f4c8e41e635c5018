"""What holds for any text: no exception, exact quotes, the same result anywhere, and more said is never less."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.bootstrap import load_assessor
from service.domain.answers import FirstContact, Speaker, TextAnswer
from service.domain.assessment import Assessment
from service.domain.urgency import Urgency
from service.settings import REPOSITORY

ASSESSOR = load_assessor(REPOSITORY / "config")
SAMPLES = sorted({sample for entry in ASSESSOR.reader.entries for sample in entry.must_match})
VOCABULARY = sorted({word for sample in SAMPLES for word in sample.split()})
QUIET = [
    "The weather is nice today.",
    "I had toast for breakfast.",
    "We walked the dog by the river on Sunday.",
    "My sister is moving house next month.",
    "I am fine, really.",
    "I look forward to the summer.",
    "Work was busy.",
    "The chemist was closed.",
]
MUTATIONS = [
    *"\u200b\u0301\u2019\ufffd\U0001f52b\U0001f602\u26b0\u0430\u03bf\u1d05.,!?\n \t\"'*@1$-<>&;|#_",
    *["&#39;", "&nbsp;", "<b>", "</b>", "<br>", "\u00e2\u20ac\u2122", "\u00f0\u0178\u201d\u00ab", " - ", " my self ",
      " 2/52 ago ", " TOSH ", "5'10\" ", " e.g. ", "Dr. "],
]  # fmt: skip

SENTENCES = st.sampled_from(SAMPLES)
SALAD = st.lists(st.sampled_from(VOCABULARY), max_size=40).map(" ".join)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A sample with some of its characters dropped, doubled, swapped or replaced."""
    text = list(draw(SENTENCES))
    for at in draw(st.lists(st.integers(0, len(text) - 1), max_size=4)):
        how = draw(st.integers(0, 3))
        if how == 0:
            text[at] = ""
        elif how == 1:
            text[at] *= 3
        elif how == 2:
            text[at], text[at - 1] = text[at - 1], text[at]
        else:
            text[at] += draw(st.sampled_from(MUTATIONS))
    return "".join(text)


TEXTS = st.one_of(st.text(), SENTENCES, SALAD, mutated(), st.lists(mutated(), max_size=5).map(" ".join))


def assess(text: str, speaker: Speaker = Speaker.CLIENT, question: str = "") -> Assessment:
    return ASSESSOR.assess(FirstContact("c", (TextAnswer("a", text, question, speaker),)))


@settings(max_examples=2_500)
@given(TEXTS, st.sampled_from(Speaker), st.one_of(st.just(""), SENTENCES, st.text(max_size=40)))
def test_any_text_is_read_and_every_quote_is_what_was_written(
    text: str, speaker: Speaker, question: str
) -> None:
    reading = ASSESSOR.reader.read(TextAnswer("a", text, question, speaker))  # Assessor would hide a fault
    for signal in reading.signals:
        assert signal.start is not None
        assert signal.quote == text[signal.start : signal.end]
        assert all(span.quote == text[span.start : span.end] for span in signal.also)
    for aside in reading.set_aside:
        assert aside.span.quote == text[aside.span.start : aside.span.end]


@settings(max_examples=1_500)
@given(st.one_of(SENTENCES, mutated(), st.lists(SENTENCES, max_size=3).map(" ".join)), st.sampled_from(QUIET))
def test_a_quiet_sentence_behind_never_lowers_anything(text: str, quiet: str) -> None:
    before, after = assess(text), assess(f"{text.rstrip(' .')}. {quiet}")
    # What was too short to judge may be long enough now; what was heard is never heard less.
    assert before.urgency is Urgency.UNREAD or not before.urgency.outranks(after.urgency)
    assert after.scores.suicidality >= before.scores.suicidality
    assert after.scores.hopelessness >= before.scores.hopelessness


@settings(max_examples=500)
@given(TEXTS)
def test_the_same_text_gives_the_same_assessment(text: str) -> None:
    assert assess(text) == assess(text)


DIGEST = """
import hashlib, sys
from tests.domain.test_reading_properties import SAMPLES, assess
print(hashlib.sha256(repr([assess(sample) for sample in SAMPLES]).encode()).hexdigest())
"""


@pytest.mark.slow
def test_processes_agree() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
            cwd=REPOSITORY,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(digests) == 1


def test_a_word_alone_does_not_join_what_is_said_behind_it() -> None:
    """A sentence of one word belongs to what stands around it; an explanation must not come by it."""
    said = "I've chosen the day and. Where"
    assert assess(said).urgency.value == "very_urgent"
    assert assess(f"{said}. My sister is moving house next month.").urgency.value == "very_urgent"
