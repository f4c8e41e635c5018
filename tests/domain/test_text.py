"""Words keep their place in the text as it was sent."""

from __future__ import annotations

import time

import pytest

from service.domain.text import CLAUSE, COMMA, QUESTION, SENTENCE, Tokenizer, Words, fold, foreign_letters

SPELLINGS = {"don't": ("do", "not"), "dont": ("do", "not"), "im": ("i", "am"), "wanna": ("want", "to")}
TOKENIZER = Tokenizer(SPELLINGS, {"die", "suicide", "so", "kill", "too", "hopeless", "sleep"})


def read(text: str) -> Words:
    return TOKENIZER.words(text)


def quotes(text: str) -> list[str]:
    words = read(text)
    return [text[start:end] for start, end in zip(words.starts, words.ends, strict=True)]


def test_every_word_keeps_its_place_in_the_original() -> None:
    assert quotes("I’m  tired,\u00a0really.") == ["I’m", "I’m", "tired", "really"]


@pytest.mark.parametrize("written", ["don't", "don’t", "DON'T", "dont", "don\u02bct", "do\u200bn't"])
def test_spellings_of_one_word_are_read_alike(written: str) -> None:
    assert list(read(written).words) == ["do", "not"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("diiiie", "die"),
        ("sooooo", "so"),
        ("toooo", "too"),
        ("su1c1de", "suicide"),
        ("sui\u200bcide", "suicide"),
        ("s.u.i.c.i.d.e", "suicide"),
        ("k i l l", "kill"),
        ("suicide", "suicide"),
        ("ｓｕｉｃｉｄｅ", "suicide"),
        ("s\u0336u\u0336icide", "suicide"),
    ],
)
def test_disguised_spellings_are_mended_into_known_words(written: str, meant: str) -> None:
    words = read(written)
    assert list(words.words) == [meant]
    assert (words.starts[0], words.ends[0]) == (0, len(written))


def test_an_unknown_odd_spelling_is_left_as_it_is() -> None:
    assert list(read("xkcd42 aaaargh a b c").words) == ["xkcd42", "aaaargh", "a", "b", "c"]


def test_a_combining_mark_stays_inside_the_quoted_word() -> None:
    text = "cafe\u0301 die"
    assert quotes(text) == ["cafe\u0301", "die"]


def test_a_character_that_unfolds_into_several_keeps_a_span_of_its_own() -> None:
    assert quotes("½ ﬁne") == ["½", "½", "ﬁne"]


@pytest.mark.parametrize(
    ("between", "parting"),
    [
        (" ", 0), ("-", 0), ("/", 0), (", ", COMMA), ("; ", CLAUSE), (" - ", CLAUSE), ("\n", CLAUSE),
        ("... ", CLAUSE), (". ", SENTENCE), ("! ", SENTENCE), ("\n\n", SENTENCE), ("? ", QUESTION),
    ],
)  # fmt: skip
def test_punctuation_parts_words_by_its_strength(between: str, parting: int) -> None:
    assert read(f"very tired{between}very sad").breaks[2] == parting


def test_a_single_word_with_a_full_stop_belongs_to_its_surroundings() -> None:
    assert read("it is over. tonight. i mean it").breaks[4] == CLAUSE


def test_quotation_marks_enclose_words() -> None:
    words = read('he said "want to die" to me')
    assert words.quotation_at(3) == (2, 5)
    assert words.quotation_at(5) is None
    assert words.quotation_at(0) is None


def test_an_unclosed_quotation_mark_encloses_nothing() -> None:
    assert read('he said "want to die').quotes == []


def test_letters_of_other_scripts_are_counted() -> None:
    assert foreign_letters(fold("я don't know")[0]) == (1, 9)
    assert foreign_letters(fold("łódź café")[0]) == (0, 8)
    assert foreign_letters("abc 1") == (0, 3)


@pytest.mark.parametrize(
    "text",
    ["\ud800", "\x00", "", "🔫💊⚰️", "\u0301\u0316" * 50_000, "a " * 50_000, '"' * 100_000, "a" * 100_000,
     "é" * 100_000, "." * 100_000, "i.m " * 25_000],
)  # fmt: skip
def test_no_text_raises_or_takes_long(text: str) -> None:
    started = time.perf_counter()
    words = read(text)
    assert time.perf_counter() - started < 3
    assert len(words.breaks) == len(words.words) + 1
