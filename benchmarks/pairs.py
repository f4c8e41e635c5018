"""Pairs of sentences that differ in little: one says it sideways, the other is benign."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from service.domain.answers import Speaker
from service.settings import REPOSITORY

FOLDER = REPOSITORY / "tests" / "cases" / "sideways"
HALVES = ("building", "held_out")
"""The half that the lexicon was built on, and the half that nobody who writes the lexicon reads."""

Alarm = Callable[[str, Speaker], bool]


@dataclass(frozen=True, slots=True)
class Pair:
    """`said` asks for a human within a day; `benign`, its nearest neighbour, does not."""

    name: str
    family: str
    said: str
    benign: str
    speaker: Speaker


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of so many pairs: heard, let pass, and both."""

    pairs: int
    heard: int
    let_pass: int
    both: int


def load(path: Path) -> list[Pair]:
    """The pairs of one half; none when the file is not there. Raises `KeyError` when a part is missing."""
    if not path.exists():
        return []
    return [_pair(raw) for raw in yaml.safe_load(path.read_text(encoding="utf-8"))]


def tally(pairs: Sequence[Pair], alarm: Alarm) -> Tally:
    """Count what one system makes of them."""
    heard = [alarm(pair.said, pair.speaker) for pair in pairs]
    quiet = [not alarm(pair.benign, pair.speaker) for pair in pairs]
    both = sum(said and benign for said, benign in zip(heard, quiet, strict=True))
    return Tally(len(pairs), sum(heard), sum(quiet), both)


def by_family(pairs: Sequence[Pair]) -> dict[str, list[Pair]]:
    """The pairs of each family, by its name."""
    return {name: [p for p in pairs if p.family == name] for name in sorted({p.family for p in pairs})}


def _pair(raw: Mapping[str, str]) -> Pair:
    return Pair(
        name=str(raw["pair"]),
        family=raw["family"],
        said=raw["said"],
        benign=raw["benign"],
        speaker=Speaker(raw.get("speaker", Speaker.CLIENT)),
    )
