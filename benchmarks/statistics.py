"""The few statistics that the report needs, each small enough to check by hand."""

from __future__ import annotations

import math
import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

DRAWS = 1000
_SEED = 20260101  # any fixed number: the same data gives the same interval


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval; all three are nan when it cannot be told."""

    value: float
    low: float
    high: float


def auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The chance that a positive scores above a negative, a tie counting half; nan when one is empty."""
    if not positive or not negative:
        return math.nan
    ranked = sorted(negative)
    won = sum(bisect_left(ranked, score) + bisect_right(ranked, score) for score in positive)
    return won / (2 * len(positive) * len(negative))


def share(hits: Sequence[bool]) -> float:
    """The part that is true; nan when there is nothing."""
    return sum(hits) / len(hits) if hits else math.nan


def quantile(ordered: Sequence[float], part: float) -> float:
    """The value below which `part` (0 to 1) of an ascending sequence lies, interpolated; nan when empty."""
    if not ordered:
        return math.nan
    place = part * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def bootstrap(
    groups: Sequence[Sequence[T]], statistic: Callable[[Sequence[T]], float], draws: int = DRAWS
) -> Estimate:
    """A statistic of all members, with its percentile interval when whole groups are drawn again.

    Posts of one writer are alike, so writers are drawn and not posts. Draws in which the statistic cannot be
    told (no post of that severity) are left out.
    """
    chosen = random.Random(_SEED)  # noqa: S311 - no secret: it has to be repeatable
    drawn = sorted(
        value for value in (statistic(_drawn(groups, chosen)) for _ in range(draws)) if not math.isnan(value)
    )
    return Estimate(
        statistic([member for group in groups for member in group]),
        quantile(drawn, 0.025),
        quantile(drawn, 0.975),
    )


def _drawn(groups: Sequence[Sequence[T]], chosen: random.Random) -> list[T]:
    return [member for group in chosen.choices(groups, k=len(groups)) for member in group]


def slope(xs: Sequence[float], ys: Sequence[float]) -> float:
    """The least-squares slope of the line through (x, y); at least two different x."""
    middle_x, middle_y = sum(xs) / len(xs), sum(ys) / len(ys)
    over = sum((x - middle_x) * (y - middle_y) for x, y in zip(xs, ys, strict=True))
    return over / sum((x - middle_x) ** 2 for x in xs)
