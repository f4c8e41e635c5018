"""What is strange to the lexicon's language is found word by word; whether it is another, the judge says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.language import Foreign, Strangers
from service.domain.text import Tokenizer

KNOWN = ("i", "am", "my", "the", "and", "fine", "tired", "work", "sleep", "not", "want", "to", "go", "but")
STRANGERS = Strangers("en", KNOWN, shared=("die", "no", "me"), foreign=("quiero", "morir", "nicht"))
TOKENIZER = Tokenizer({}, ())


class Says:
    """Always the same language; remembers what it was asked."""

    def __init__(self, code: str | None) -> None:
        self.code = code
        self.asked: list[str] = []

    def language(self, text: str) -> str | None:
        self.asked.append(text)
        return self.code


def foreign(text: str, judge: Says) -> list[Foreign]:
    return list(STRANGERS.foreign(TOKENIZER.words(text), text, judge))


def test_nobody_is_asked_about_a_text_in_the_language() -> None:
    judge = Says("fr")
    assert foreign("I am tired and not fine. I want to go to work but the Zyprexa, Kraków", judge) == []
    assert judge.asked == []


def test_a_clause_within_a_sentence_is_asked_about_alone() -> None:
    judge = Says("pt")
    found = foreign("I go to work but eu vivo triste demais. I am fine.", judge)
    assert judge.asked == ["eu vivo triste demais"]
    assert [each.language for each in found] == ["pt"]


def test_the_language_itself_acquits_unfamiliar_words() -> None:
    assert foreign("propranolol ramipril atorvastatin sertraline", Says("en")) == []


@pytest.mark.parametrize(("text", "unread"), [("brim flup zorg", True), ("I am brim flup zorg", False)])
def test_what_nobody_can_place_is_foreign_only_when_there_is_much_of_it(text: str, unread: bool) -> None:
    assert bool(foreign(text, Says(None))) is unread


def test_two_words_that_are_never_the_languages_need_no_judge() -> None:
    assert [each.language for each in foreign("quiero morir", Says("en"))] == [None]
    assert [each.language for each in foreign("quiero morir", Says("es"))] == ["es"]


def test_names_addresses_and_repeated_words_are_not_strange() -> None:
    judge = Says("it")
    assert foreign("I want to go to Piazza Navona and Trastevere", judge) == []
    assert foreign("I am fine www.example.brim.flup/zorg", judge) == []
    assert foreign("I am fine haha haha haha haha haha", judge) == []
    assert judge.asked == []


@given(st.text(max_size=300))
def test_any_text_is_judged_without_error_and_within_its_words(text: str) -> None:
    words = TOKENIZER.words(text)
    for each in STRANGERS.foreign(words, text, Says(None)):
        assert 0 <= each.stretch.first < each.stretch.past <= len(words.words)
