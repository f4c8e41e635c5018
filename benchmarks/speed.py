"""How fast the reading is: one answer, growth with length, a search for slow texts, start-up.

`python -m benchmarks.speed` prints it. Times are wall clock on whatever else the machine is doing.
"""

from __future__ import annotations

import gc
import random
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from statistics import median

from benchmarks.answer import ANSWER
from benchmarks.floods import Flood, handmade, of_lexicon
from benchmarks.ours import CONFIG, Goldenhour
from benchmarks.statistics import slope
from service.domain.answers import FirstContact, TextAnswer
from service.domain.assessment import Assessor
from service.settings import REPOSITORY

SIZES = (10, 30, 100, 300, 1_000, 3_000, 10_000, 20_000)
"""Words of the texts on which growth is measured; 20,000 are about the longest answer the API takes."""

_ROUNDS, _IN_A_ROW = 15, 15
_LONGEST = 100_000  # characters, the API's own limit
_SIEVE = 800  # characters: long enough to see growth, short enough for thousands of texts
_SUSPECTS = 40
_TURNS = 4
_STARTS = 5
_START = """
import sys, time
begun = time.time()
from pathlib import Path
from service.bootstrap import load_assessor
from service.domain.answers import FirstContact, TextAnswer
imported = time.time()
assessor = load_assessor(Path(sys.argv[1]))
loaded = time.time()
assessor.assess(FirstContact("c1", (TextAnswer("a1", sys.argv[2]),)))
done = time.time()
print(done - float(sys.argv[3]), imported - begun, loaded - imported, done - loaded)
"""

Read = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Growth:
    """Milliseconds at each of `words`; `slope` is that of log time over log length: 1 is linear."""

    words: Sequence[int]
    milliseconds: Sequence[float]

    @property
    def slope(self) -> float:
        """Over texts of a hundred words and more, where what each call costs anyway no longer shows."""
        long = [(log(n), log(ms)) for n, ms in zip(self.words, self.milliseconds, strict=True) if n >= 100]
        return slope([x for x, _ in long], [y for _, y in long])


@dataclass(frozen=True, slots=True)
class Suspect:
    """A flood at a quarter of the longest text and at its full length, in milliseconds.

    `ratio`: the time of one character at full length over that at a quarter of it; 1 is linear, 4 quadratic.
    """

    name: str
    quarter: float
    full: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Search:
    """What came of looking for a slow text among so many: the worst growth first, and the slowest."""

    tried: int
    worst: Sequence[Suspect]
    slowest: Suspect


@dataclass(frozen=True, slots=True)
class Start:
    """Medians of fresh processes, in seconds: from nothing to the first answer, and what of it went where."""

    whole: float
    imports: float
    rules: float
    first_answer: float


def compare(readers: Mapping[str, Read], text: str = ANSWER) -> dict[str, float]:
    """The median milliseconds of each for one text.

    They take turns, so that all meet the same noise, and read several times in each turn, so that none is
    measured by what another one left in the processor's caches.
    """
    for read in readers.values():
        read(text)
    taken: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(_ROUNDS):
        for name, read in readers.items():
            taken[name] += [_seconds(read, text) for _ in range(_IN_A_ROW)]
    return {name: 1000 * median(times) for name, times in taken.items()}


def growth(read: Read, sizes: Sequence[int] = SIZES) -> Growth:
    """The time for texts of so many words, made of the sentences of the one answer in random order."""
    texts = [_text(size) for size in sizes]
    times = []
    for text in texts:
        read(text)
        times.append(1000 * min(_seconds(read, text) for _ in range(5)))
    return Growth(sizes, times)


def search(assessor: Assessor) -> Search:
    """Look for a text whose time grows faster than its length.

    First every flood once at a short length and at four times that; then those that grew most, and those
    that were slowest for their length, at a quarter of the longest text that the API takes and at its full
    length, the best of several turns.
    """
    floods = [*handmade(), *of_lexicon(assessor.reader._lexicon)]  # noqa: SLF001 - its words are what we try
    sieved = [(flood, *_sieved(assessor, flood)) for flood in floods]
    grew = sorted(sieved, key=lambda each: -each[1])[:_SUSPECTS]
    slow = sorted(sieved, key=lambda each: -each[2])[: _SUSPECTS // 4]
    chosen = {flood.name: flood for flood, *_ in (*grew, *slow)} | {f.name: f for f in handmade()}
    suspects = [_suspect(assessor, flood) for flood in chosen.values()]
    suspects.sort(key=lambda each: -each.ratio)
    return Search(len(floods), suspects, max(suspects, key=lambda each: each.full))


def start() -> Start:
    """Start fresh processes that load every rule and assess the one answer."""
    runs = [_started() for _ in range(_STARTS)]
    return Start(*(median(part) for part in zip(*runs, strict=True)))


def _started() -> tuple[float, ...]:
    run = subprocess.run(
        [sys.executable, "-c", _START, str(CONFIG), ANSWER, str(time.time())],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(float(part) for part in run.stdout.split())


def _sieved(assessor: Assessor, flood: Flood) -> tuple[float, float]:
    """How much a character costs more in a text four times as long, and what it costs there in seconds."""
    short, long = flood.sized(_SIEVE), flood.sized(4 * _SIEVE)
    _assess(assessor, *short)
    quick, slow = _assess(assessor, *short), _assess(assessor, *long)
    return slow * len(short[0]) / (quick * len(long[0])), slow / len(long[0])


def _suspect(assessor: Assessor, flood: Flood) -> Suspect:
    """The best of several turns: only the slowness that stays is the text's own."""
    quarter, full = flood.sized(_LONGEST // 4), flood.sized(_LONGEST)
    turns = [(_assess(assessor, *quarter), _assess(assessor, *full)) for _ in range(_TURNS)]
    quick, slow = (min(times) for times in zip(*turns, strict=True))
    ratio = slow * len(quarter[0]) / (quick * len(full[0]))
    return Suspect(flood.name, 1000 * quick, 1000 * slow, ratio)


def _assess(assessor: Assessor, text: str, asked: str) -> float:
    contact = FirstContact("c1", (TextAnswer("a1", text, question=asked),))
    return _seconds(assessor.assess, contact)


def _seconds(read: Callable[..., object], text: object) -> float:
    gc.disable()  # a collection of everybody's garbage is no part of one text's time
    try:
        begun = time.perf_counter()
        read(text)
        return time.perf_counter() - begun
    finally:
        gc.enable()


def _text(words: int) -> str:
    sentences = [sentence.strip(". ") + "." for sentence in ANSWER.split(". ")]
    chosen = random.Random(words)  # noqa: S311 - no secret: it has to be repeatable
    text: list[str] = []
    while len(text) < words:
        text += chosen.choice(sentences).split()
    return " ".join(text[:words])


def main() -> None:
    """Print what was measured."""
    from benchmarks.peers import NegEx  # noqa: PLC0415 - the search is also used where no peer is installed

    ours = Goldenhour()
    for name, milliseconds in compare({"Goldenhour": ours.assess, NegEx.name: NegEx().hear}).items():
        print(f"{name}: {milliseconds:.3f} ms for an answer of {len(ANSWER.split())} words")
    grown = growth(ours.assess)
    for words, milliseconds in zip(grown.words, grown.milliseconds, strict=True):
        print(f"{words:>7} words: {milliseconds:9.3f} ms")
    print(f"slope of log time over log length: {grown.slope:.2f}")
    print(start())
    found = search(ours.assessor)
    print(f"tried {found.tried} floods; slowest: {found.slowest}")
    for suspect in found.worst[:10]:
        print(suspect)


if __name__ == "__main__":
    main()
