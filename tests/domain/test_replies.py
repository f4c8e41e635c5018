"""Only an explicit reply takes a case or passes it on; nothing is guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.replies import (
    CODE_LENGTH,
    CODE_LETTERS,
    Automatic,
    OptIn,
    OptOut,
    PassOn,
    Take,
    Unclear,
    read_reply,
)


@pytest.mark.parametrize(
    "text",
    [
        "K7Q2",
        "k7q2",
        " k7q2 ",
        "K7Q2.",
        "ack K7Q2",
        "ACK k7q2!",
        "ackK7Q2",
        "take k7q2",
        "“K7Q2”",
        "Ack\nk7q2",
    ],
)
def test_the_code_alone_or_after_a_verb_takes_the_case(text: str) -> None:
    assert read_reply(text) == Take("K7Q2")


@pytest.mark.parametrize("text", ["pass K7Q2", "PASS k7q2.", "Pass  K7Q2", "passK7Q2"])
def test_pass_with_the_code_passes_the_case_on(text: str) -> None:
    assert read_reply(text) == PassOn("K7Q2")


@pytest.mark.parametrize(
    ("text", "reply"), [("ack", Take(None)), ("Take.", Take(None)), ("pass", PassOn(None))]
)
def test_a_bare_word_names_no_case(text: str, reply: Take | PassOn) -> None:
    assert read_reply(text) == reply


@pytest.mark.parametrize(
    "text",
    [
        "I can't take K7Q2",
        "not K7Q2",
        "K7Q2 who is this",
        "ok",
        "OK thanks",
        "yes",
        "ack1",
        "on my way",
        "K7Q",
        "K7Q22",
        "don't pass K7Q2",
        "acknowledge later",
    ],
)
def test_anything_more_than_code_and_verb_is_asked_about(text: str) -> None:
    assert read_reply(text) == Unclear()


@pytest.mark.parametrize(
    "text",
    [
        "Liked “Goldenhour K7Q2: a case waits for you.”",
        "Loved “K7Q2”",
        'Emphasized "K7Q2"',
        "Reacted 👍 to “K7Q2”",
        "👍",
        "",
        "...",
        "I'm driving with Do Not Disturb turned on. I'll see your message later.",
        "Automatic reply: out of office",
    ],
)
def test_reactions_and_automatic_answers_decide_nothing(text: str) -> None:
    assert read_reply(text) == Automatic()


@given(st.text())
def test_any_text_is_read_without_an_exception(text: str) -> None:
    assert isinstance(read_reply(text), Take | PassOn | Automatic | Unclear)


@given(st.text(alphabet=CODE_LETTERS, min_size=CODE_LENGTH, max_size=CODE_LENGTH), st.text(min_size=1))
def test_a_code_within_other_words_never_acts(code: str, more: str) -> None:
    reply = read_reply(f"{code} qq {more}")
    assert not isinstance(reply, Take | PassOn)


@pytest.mark.parametrize(
    "text", ["STOP", "stop.", "Stop all", "unsubscribe", "END", "quit", "cancel", "opt out"]
)
def test_a_word_that_opts_out_takes_no_case(text: str) -> None:
    assert read_reply(text) == OptOut()


@pytest.mark.parametrize("text", ["START", "unstop", "Start!"])
def test_a_word_that_opts_in_takes_no_case(text: str) -> None:
    assert read_reply(text) == OptIn()


@pytest.mark.parametrize("text", ["please stop", "stop K7Q2", "start now", "the end"])
def test_more_than_the_word_opts_nobody_out_or_in(text: str) -> None:
    assert read_reply(text) == Unclear()
