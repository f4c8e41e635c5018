"""Unknown forms are mended into the words that matter, and ordinary words never are."""

from __future__ import annotations

import pytest

from service.domain.misspelled import LONGEST, Misspelled
from tests.domain.english import ROOT, lexicon

MEND = [
    "suicide",
    "suicidal",
    "kill",
    "killing",
    "myself",
    "die",
    "want",
    "tired",
    "without",
    "dying",
    "doing",
]
MISSPELLED = Misspelled(
    {"i", "to", "am", "so", "be", "not", "a", "here"},
    MEND,
    {"wan", "went", "kiln", "tried", "dyeing", "to", "am", "so", "be", "not", "die", "relive"},
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("wnat", "want"), ("watn", "want"), ("wantt", "want"), ("wnt", "want"), ("kil", "kill"), ("dei", "die"),
        ("diee", "die"), ("suicdal", "suicidal"), ("suicudal", "suicidal"), ("siucide", "suicide"),
        ("suiicide", "suicide"), ("suicude", "suicide"), ("suicade", "suicide"), ("uicide", "suicide"),
        ("suijcide", "suicide"), ("msyelf", "myself"), ("mysekf", "myself"), ("killling", "killing"),
        ("suuuiciiide", "suicide"), ("d1e", "die"), ("su1c1de", "suicide"), ("ki11", "kill"),
    ],
)  # fmt: skip
def test_a_slip_is_mended(written: str, meant: str) -> None:
    assert list(MISSPELLED.words(written)) == [meant]


@pytest.mark.parametrize(
    "written", ["wan", "wat", "went", "kiln", "tried", "dyeing", "wamt", "doe", "di", "xkcd42", "100k"]
)
def test_words_and_what_is_too_far_from_one_are_left(written: str) -> None:
    assert list(MISSPELLED.words(written)) in ([], [written])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("iwanttodie", "i want to die"), ("wantto", "want to"), ("killmyself", "kill myself"),
        ("tobehere", ""), ("amigo", ""), ("suicidexyz", ""), ("iwant" * 10, ""),
    ],
)  # fmt: skip
def test_words_run_together_are_taken_apart(written: str, meant: str) -> None:
    assert " ".join(MISSPELLED.words(written)) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("su!cide", "suicide"), ("$uicide", "suicide"), ("k\u00a1ll", "kill"), ("w@nt", "want"), ("k|ll", "kill"),
        ("k*ll", "kill"), ("s**cide", "suicide"), ("k-ll", "kill"), ("su#cide", "suicide"), ("d!*", None),
        ("d**ng", None), ("re-live", None), ("s*****e", None), ("***", None), ("k*lling*" * 9, None),
    ],
)  # fmt: skip
def test_signs_among_letters_are_read_when_one_word_fits(written: str, meant: str | None) -> None:
    assert MISSPELLED.masked(written) == meant


@pytest.mark.parametrize(
    ("letters", "meant"),
    [("kill", "kill"), ("iwanttodie", "i want to die"), ("d1e", "die"), ("abc", ""), ("iam", ""), ("to", "")],
)
def test_letters_one_by_one_make_words_or_nothing(letters: str, meant: str) -> None:
    assert " ".join(MISSPELLED.spelled_out(letters)) == meant


def test_the_gravest_word_is_meant_when_two_are_as_near() -> None:
    assert list(Misspelled((), ["living", "loving"], ()).words("lving")) == ["living"]
    assert list(Misspelled((), ["loving", "living"], ()).words("lving")) == ["loving"]


def test_nothing_that_is_ordinary_or_known_is_mended_in_the_shipped_lexicon() -> None:
    lines = (ROOT / "ordinary_words.txt").read_text(encoding="utf-8").splitlines()
    ordinary = [line for line in lines if not line.startswith("#")]
    assert 10_000 < len(ordinary) < 15_000
    assert ordinary == sorted(set(ordinary))
    for word in [*ordinary, *lexicon().automaton.vocabulary]:
        read = list(lexicon().tokenizer.words(word).words)
        assert read == list(lexicon().tokenizer.spell(word)), word


def test_a_hundred_thousand_letters_are_no_word() -> None:
    for written in ("kill" * 25_000, "x" * 100_000, "k1" * 50_000):
        MISSPELLED.spelled_out(written)
        MISSPELLED.words(written)
        MISSPELLED.masked(written)
    assert not MISSPELLED.words("killmyself" * (LONGEST // 10 + 1))
