"""What is asked of the reading, each beside what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.ours import NAMED, URGENT
from benchmarks.peers import AS_SHIPPED, LIGHT, NegEx
from benchmarks.results import Results, Speed

OURS = "Goldenhour"
_LINEAR = 1.5  # a quadratic text shows 4; what lies below this is the noise of a machine with other work


@dataclass(frozen=True, slots=True)
class Floor:
    """One thing that is asked, in words, and whether it holds."""

    asked: str
    measured: str
    holds: bool


def floors(results: Results) -> list[Floor]:
    """Every floor, in the order of the report."""
    return [*_on_posts(results), *_on_texts(results), *_on_speed(results.speed)]


def _on_posts(results: Results) -> Iterator[Floor]:
    figures = next(curve.figures for curve in results.curves if curve.name == NAMED.name)
    least: Mapping[str, float] = {
        "AUC": 0.80,
        "sensitivity": 0.68,
        "specificity": 0.90,
        "behaviour or attempt": 0.55,
    }
    for name, bound in least.items():
        value = figures[name].value
        yield Floor(f"labelled posts: {name} at least {bound:.2f}", f"{value:.3f}", value >= bound)
    value = figures["alarms: supportive"].value
    yield Floor("labelled posts: alarms on supportive posts at most 8 %", f"{value:.1%}", value <= 0.08)


def _on_texts(results: Results) -> Iterator[Floor]:
    shares = {texts.name: texts.shares[URGENT.name] for texts in results.corpora}
    banking, emotions = shares["banking77"], shares["goemotions"]
    yield Floor("banking77: none urgent or above", f"{banking.alarms}", banking.alarms == 0)
    yield Floor(
        "goemotions: at most 3 % urgent or above",
        f"{emotions.alarms} ({emotions.value:.1%})",
        emotions.value <= 0.03,
    )


def _on_speed(speed: Speed) -> Iterator[Floor]:
    for peer, times in ((NegEx.name, 2), (LIGHT, 60), (AS_SHIPPED, 60)):
        for state, answer in (("fresh process", speed.fresh), ("after all the data", speed.seasoned)):
            faster = answer[peer] / answer[OURS]
            asked = f"one answer, {state}: at least {times} times as fast as {peer}"
            yield Floor(asked, f"{faster:.1f}", faster >= times)
    slope = speed.growths[OURS].slope
    yield Floor("time grows with length to the power of 1.1 at most", f"{slope:.2f}", slope <= 1.1)
    worst = speed.search.worst[0]
    yield Floor(
        f"no flood costs a character over {_LINEAR} times more when it is four times as long",
        f"{worst.ratio:.1f} ({worst.name})",
        worst.ratio <= _LINEAR,
    )
    rules, whole = speed.start.rules, speed.start.whole
    yield Floor("every rule file is read and compiled in 0.5 s", f"{rules:.2f} s", rules < 0.5)
    yield Floor("a fresh process gives its first assessment in 0.5 s", f"{whole:.2f} s", whole < 0.5)
