"""The language of a text: named when it is likely, and never an exception."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.adapters.language_id import LOOKED_AT, FastTextLanguages

SAID = {
    "en": "I wake up early and I cannot get back to sleep.",
    "es": "No quiero seguir viviendo, todos estarían mejor sin mí.",
    "fr": "Je ne veux plus vivre, je suis fatigué de tout.",
    "de": "Ich kann einfach nicht mehr, es hat alles keinen Sinn.",
    "pl": "Nie chcę już żyć, przepraszam wszystkich.",
    "pt": "Não quero mais viver, desculpa.",
    "it": "Non ce la faccio più ad andare avanti.",
    "nl": "Ik wil slapen en nooit meer wakker worden.",
    "tr": "Bu hayata daha fazla dayanamıyorum.",
    "sv": "Jag vill bara somna och aldrig vakna igen.",
    "ro": "Nu mai vreau să trăiesc așa.",
    "ru": "Я больше не хочу жить.",
    "ar": "لا أريد أن أعيش بعد الآن",
}


@cache
def languages() -> FastTextLanguages:
    return FastTextLanguages()


@pytest.mark.parametrize(("code", "text"), SAID.items(), ids=SAID)
def test_a_sentence_is_named_by_its_language(code: str, text: str) -> None:
    assert languages().language(text) == code


def test_capitals_and_line_breaks_make_no_difference() -> None:
    assert languages().language("NO QUIERO SEGUIR VIVIENDO,\nTODOS ESTARÍAN MEJOR SIN MÍ.") == "es"
    assert languages().language("I WAKE UP EARLY\r\nAND I CANNOT GET BACK TO SLEEP.") == "en"


@pytest.mark.parametrize("text", ["", " \n\t ", "?!…", "112 / 4", "😭😭😭", "\x00", "\ud83d"])
def test_what_holds_no_letters_is_in_no_language(text: str) -> None:
    assert languages().language(text) is None


def test_what_could_be_many_languages_is_in_none() -> None:
    assert languages().language("Anna") is None


@given(st.text(st.characters(codec=None), max_size=600))
def test_any_text_at_all_is_answered_with_a_code_or_with_none(text: str) -> None:
    code = languages().language(text)
    assert code is None or (code.isascii() and code.islower() and 2 <= len(code) <= 3)


def test_only_the_beginning_of_a_long_text_is_looked_at() -> None:
    beginning = "Non ce la faccio più ad andare avanti. " * 12
    assert len(beginning) > LOOKED_AT
    assert languages().language(beginning + SAID["en"] * 1000) == "it"


def test_another_process_answers_the_same() -> None:
    program = (
        "from service.adapters.language_id import FastTextLanguages as Languages; "
        "import sys; print([Languages().language(text) for text in sys.argv[1:]])"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, *SAID.values()], check=True, capture_output=True, encoding="utf-8"
    )
    assert told.stdout.strip() == str(list(SAID))


def test_two_identifiers_answer_the_same() -> None:
    assert [FastTextLanguages().language(text) for text in SAID.values()] == list(SAID)
