"""Everything that one run measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.data import Post
from benchmarks.pairs import Tally
from benchmarks.plots import Curve
from benchmarks.speed import Growth, Search, Start


@dataclass(frozen=True, slots=True)
class Share:
    """So many alarms in so many texts."""

    alarms: int
    texts: int

    @property
    def value(self) -> float:
        """The part, 0 to 1; 0 for no texts."""
        return self.alarms / self.texts if self.texts else 0.0


@dataclass(frozen=True, slots=True)
class Texts:
    """One corpus without labels: the alarms of each system and its median milliseconds for a new text."""

    name: str
    asked: str
    shares: Mapping[str, Share]
    milliseconds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Half:
    """One half of the sideways pairs: every system on all of it, and our own by family."""

    name: str
    systems: Mapping[str, Tally]
    families: Mapping[str, Tally]


@dataclass(frozen=True, slots=True)
class Speed:
    """`fresh` and `seasoned`: median milliseconds of each system for the one answer, in a process that has
    read nothing else and in one that has read all the data."""

    fresh: Mapping[str, float]
    seasoned: Mapping[str, float]
    growths: Mapping[str, Growth]
    start: Start
    search: Search


@dataclass(frozen=True, slots=True)
class Results:
    """`rules` names what decided; `machine` and `versions` what it ran on and beside."""

    rules: str
    machine: str
    versions: Mapping[str, str]
    posts: Sequence[Post]
    curves: Sequence[Curve]
    corpora: Sequence[Texts]
    halves: Sequence[Half]
    speed: Speed
