"""Texts made to be slow to read: whatever a reader might go over twice, many times over."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from service.domain.lexicon import Lexicon

_SEED = 20260101  # any fixed number: the same lexicon gives the same floods
_SOUPS = 40
_SOUP_WORDS = 400

_UNITS = {
    "full stops": ".",
    "spaced full stops": ". ",
    "question marks": "?",
    "commas": ", ",
    "dashes": "-",
    "underscores": "_",
    "new lines": "\n",
    "blank lines": "a\n\n",
    "spaces": " ",
    "straight quotes": '"',
    "quoted letters": '"a" ',
    "curly quotes": "\u201cdie\u201d ",
    "apostrophes": "'",
    "a word of apostrophes": "a'",
    "one long word": "a",
    "one long known beginning": "suicid",
    "letters apart": "a ",
    "letters with full stops": "d.i.e. ",
    "letters apart that make a word": "k i l l ",
    "letters apart in words": "k i l l me ",
    "digits for letters": "su1c1de ",
    "digits": "1 ",
    "drawn-out letters": "diiiiie ",
    "drawn-out and unknown": "zzzzzzq ",
    "combining marks": "\u0301",
    "a mark on each letter": "d\u0301i\u0301e\u0301 ",
    "invisible characters": "\u200b",
    "invisible within a word": "d\u200bi\u200be ",
    "one character that is eighteen": "\ufdfa",
    "full-width letters": "\uff44\uff49\uff45 ",
    "ligatures": "\ufb03 ",
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467 ",
    "another script": "\u0436\u0438\u0437\u043d\u044c ",
    "half a surrogate pair": "\ud800",
    "capital letters": "DIE ",
    "the same signal": "I want to die. ",
    "the same signal, no end": "I want to die ",
    "the same signal, denied": "I do not want to die, ",
    "negators": "not ",
    "negators before a match": "never not no nor suicidal ",
    "subjects": "I he she my his ",
    "conditions": "if I were suicidal I would ",
    "sayings": 'he said "I want to die" ',
    "relatives": "my brother's wife's mother ",
    "times": "yesterday today tomorrow years ago ",
    "marks of spelling": "don't dont dnt wanna kms ",
}


@dataclass(frozen=True, slots=True)
class Flood:
    """A kind of text of any length. `make(n)` repeats it n times; `asked(n)` is the question before it."""

    name: str
    make: Callable[[int], str]
    asked: Callable[[int], str] = lambda _: ""

    def sized(self, characters: int) -> tuple[str, str]:
        """A text of about so many characters, at least one unit, and its question."""
        times = max(characters // len(self.make(1)), 1)
        return self.make(times), self.asked(times)


def handmade() -> list[Flood]:
    """The floods that need no lexicon."""
    return [
        *(_repeated(name, unit) for name, unit in _UNITS.items()),
        Flood("one long quotation", lambda n: f'he said "{"I want to die. " * n}"'),
        Flood("one long quotation without full stops", lambda n: f'he said "{"I want to die, " * n}"'),
        Flood(
            "one long quotation, a song behind it", lambda n: f'it went "{"I want to die. " * n}" in the song'
        ),
        Flood(
            "one long quotation, a song before it", lambda n: f'a song goes "{"I want to die. " * n}" and on'
        ),
        Flood(
            "one long quotation, a song elsewhere",
            lambda n: f'A song. {"So. " * 40}"{"I want to die. " * n}"',
        ),
        Flood("one quotation after the other", lambda n: 'the song goes "I want to die" and ' * n),
        Flood("marks before a word", lambda n: "\u0301" * n + "die"),
        Flood("a question that is repeated", _repeat("want to die "), _repeat("want to die ")),
        Flood(
            "a question that is nearly repeated", _repeat("want to die "), lambda n: "want to die " * n + "x"
        ),
        Flood("a question of half the answer", _repeat("die "), lambda n: "die " * (n // 2) + "now"),
        Flood(
            "all of one theme, then another",
            lambda n: "he gave his things away. " * n + "goodbye to all. " * n,
        ),
    ]


def of_lexicon(lexicon: Lexicon) -> Iterator[Flood]:
    """Every word that the lexicon knows, every sample and the first half of each, and mixtures of words."""
    words = sorted(lexicon.automaton.vocabulary | lexicon.context.automaton.vocabulary)
    yield from (_repeated(f"the word {word!r}", f"{word} ") for word in words)
    for entry in lexicon.entries:
        for number, sample in enumerate((*entry.must_match, *entry.must_not_match), start=1):
            yield from _of_sample(f"{entry.entry_id}, sample {number}", sample)
    chosen = random.Random(_SEED)  # noqa: S311 - no secret: it has to be repeatable
    for number in range(1, _SOUPS + 1):
        soup = " ".join(chosen.choices(words, k=_SOUP_WORDS)) + " "
        yield _repeated(f"mixture {number} of known words", soup)
    yield Flood("an endless mixture of known words", lambda n: _mixture(words, n))


def _of_sample(name: str, sample: str) -> Iterator[Flood]:
    words = sample.split()
    yield _repeated(name, f"{sample} ")
    yield _repeated(f"{name}, no full stop", f"{sample.rstrip('.?!')} and ")
    if len(words) > 1:  # a pattern that is begun again and again and never ends
        yield _repeated(f"{name}, its first half", " ".join(words[: (len(words) + 1) // 2]) + " ")


def _mixture(words: Sequence[str], count: int) -> str:
    return " ".join(random.Random(_SEED).choices(words, k=count)) + " "  # noqa: S311 - as above


def _repeated(name: str, unit: str) -> Flood:
    return Flood(name, _repeat(unit))


def _repeat(unit: str) -> Callable[[int], str]:
    return lambda times: unit * times
