"""The shipped English lexicon, read once for all tests of the reading."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from service.adapters.language_id import FastTextLanguages
from service.adapters.yaml_lexicon import load_lexicon
from service.domain.answers import Speaker, TextAnswer
from service.domain.lexicon import Lexicon
from service.domain.reading import Reader, Reading
from service.domain.signals import Signal

ROOT = Path(__file__).parents[2] / "config" / "lexicon" / "en"


@cache
def lexicon() -> Lexicon:
    """The lexicon as it ships."""
    return load_lexicon(ROOT)


@cache
def reader() -> Reader:
    """A reader of it."""
    return Reader(lexicon(), FastTextLanguages())


def read(text: str, question: str = "", speaker: Speaker = Speaker.CLIENT) -> Reading:
    """Read one answer."""
    return reader().read(TextAnswer("a1", text, question, speaker))


def signals(text: str, construct: str, speaker: Speaker = Speaker.CLIENT) -> list[Signal]:
    """The signals of one construct."""
    return [signal for signal in read(text, speaker=speaker).signals if signal.construct == construct]


def counting(text: str, speaker: Speaker = Speaker.CLIENT) -> set[str]:
    """The constructs that count."""
    return {signal.construct for signal in read(text, speaker=speaker).signals if signal.counts}
