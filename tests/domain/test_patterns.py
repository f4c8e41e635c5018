"""The pattern language, and the one automaton that finds every pattern."""

from __future__ import annotations

import pytest

from service.domain.automaton import Automaton
from service.domain.patterns import Grammar, PatternFault
from service.domain.text import Tokenizer

TOKENIZER = Tokenizer({"dont": ("do", "not"), "don't": ("do", "not")}, ())
CLASSES = {"me": ["me", "myself"], "life": ["life", "being alive"], "end": ["end {life}", "stop {life}"]}
GRAMMAR = Grammar(CLASSES, TOKENIZER.spell)


def found(pattern: str, text: str) -> list[str]:
    words = TOKENIZER.words(text)
    matches = Automaton([(0, GRAMMAR.pattern(pattern))]).matches(words)
    return [" ".join(words.words[match.first : match.past]) for match in matches]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("want to die", "I want to die now", ["want to die"]),
        ("don't want", "i dont want it", ["do not want"]),
        ("want (to go|out|an end)", "want an end", ["want an end"]),
        ("a (b (c|d)|e) f", "a b d f a e f", ["a b d f", "a e f"]),
        ("want [so much] to die", "want to die", ["want to die"]),
        ("want [so much] to die", "want so much to die", ["want so much to die"]),
        ("hopeless*", "hopelessness", ["hopelessness"]),
        ("hopeless*", "hope", []),
        ("no <0-2> future", "no real bright future", ["no real bright future"]),
        ("no <0-2> future", "no very real bright future", []),
        ("no <1-2> future", "no future", []),
        ("hate {me}", "i hate myself", ["hate myself"]),
        ("{end} now", "stop being alive now", ["stop being alive now"]),
        ("self-harm", "self harm", ["self harm"]),
        ("what is the point $", "what is the point, really", ["what is the point"]),
        ("what is the point $", "what is the point of order", []),
        ("enough (of it|$)", "enough. enough of it", ["enough", "enough of it"]),
        ("^ a failure", "i am sad. a failure", ["a failure"]),
        ("^ a failure", "an engine had a failure", []),
    ],
)
def test_a_pattern_finds_what_it_describes(pattern: str, text: str, expected: list[str]) -> None:
    assert found(pattern, text) == expected


def test_a_match_never_crosses_the_end_of_a_sentence() -> None:
    assert found("no <0-3> future", "I have no money. The future is here") == []
    assert found("to die", "I have nowhere to. Die hard was on") == []


def test_the_longest_match_of_an_owner_at_a_place_is_kept() -> None:
    assert found("give up [on life]", "give up on life") == ["give up on life"]


def test_patterns_of_several_owners_are_found_in_one_pass() -> None:
    automaton = Automaton(
        [(0, GRAMMAR.pattern("to die")), (1, GRAMMAR.pattern("want to")), (2, GRAMMAR.pattern("d*"))]
    )
    matches = automaton.matches(TOKENIZER.words("want to die"))
    assert [(match.owner, match.first, match.past) for match in matches] == [(1, 0, 2), (0, 1, 3), (2, 2, 3)]


def test_matches_do_not_depend_on_what_was_read_before() -> None:
    automaton = Automaton([(0, GRAMMAR.pattern("no <0-2> (hope*|way out)"))])
    first = automaton.matches(TOKENIZER.words("no real hopes"))
    automaton.matches(TOKENIZER.words("no way out of a hopeless place, no no no hope"))
    assert automaton.matches(TOKENIZER.words("no real hopes")) == first


@pytest.mark.parametrize(
    "pattern",
    ["", "[a]", "<0-2>", "a <0-2>", "<0-2> a", "(a", "a)", "a]", "a <2-1> b", "a <0-9> b", "a <0-0> b",
     "{nothing}", "a & b", "$", "a $ b", "(a $|b) c", "A", "a ^ b"],
)  # fmt: skip
def test_a_faulty_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(PatternFault):
        GRAMMAR.pattern(pattern)


def test_a_class_that_is_defined_by_itself_is_refused() -> None:
    grammar = Grammar({"a": ["x {b}"], "b": ["{a} y"]}, TOKENIZER.spell)
    with pytest.raises(PatternFault, match="by itself"):
        grammar.pattern("{a}")
