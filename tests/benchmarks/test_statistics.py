"""The statistics of the report, against figures worked by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from benchmarks.statistics import Estimate, auc, bootstrap, quantile, share, slope


def test_the_auc_counts_pairs_and_a_tie_as_half() -> None:
    assert auc([3, 5], [1, 2]) == 1.0
    assert auc([1, 2], [3, 5]) == 0.0
    assert auc([0, 4], [0, 4]) == 0.5
    # 4 beats 0, 0 and 3; 3 beats 0 and 0 and ties with 3; 0 ties twice: 3 + 2.5 + 1 of 9
    assert auc([4, 3, 0], [0, 0, 3]) == pytest.approx(6.5 / 9)


def test_the_auc_of_nothing_cannot_be_told() -> None:
    assert math.isnan(auc([], [1]))
    assert math.isnan(auc([1], []))


def test_a_share_is_the_part_that_is_true() -> None:
    assert share([True, False, False, True, False]) == 0.4
    assert math.isnan(share([]))


@pytest.mark.parametrize(("part", "value"), [(0, 1.0), (0.5, 2.5), (0.25, 1.75), (1, 4.0)])
def test_a_quantile_lies_between_its_neighbours(part: float, value: float) -> None:
    assert quantile([1, 2, 3, 4], part) == value


def test_a_quantile_of_nothing_cannot_be_told() -> None:
    assert math.isnan(quantile([], 0.5))


def mean(members: Sequence[float]) -> float:
    return sum(members) / len(members)


def test_the_bootstrap_draws_whole_groups() -> None:
    # One of two groups is all ones, the other all zeros: a draw is 0, a half or 1 and nothing else.
    estimate = bootstrap([[1.0] * 4, [0.0] * 4], mean)
    assert estimate == Estimate(0.5, 0.0, 1.0)


def test_the_bootstrap_of_what_does_not_vary_has_no_width() -> None:
    assert bootstrap([[2.0], [2.0, 2.0], [2.0]], mean) == Estimate(2.0, 2.0, 2.0)


def test_the_bootstrap_gives_the_same_interval_again() -> None:
    groups = [[float(number)] for number in range(20)]
    estimate = bootstrap(groups, mean)
    assert estimate == bootstrap(groups, mean)
    # The mean of 20 draws of 0 to 19 has a standard error of 5.77 / sqrt(20) = 1.29 around 9.5.
    assert estimate.value == 9.5
    assert estimate.low == pytest.approx(9.5 - 1.96 * 1.29, abs=0.3)
    assert estimate.high == pytest.approx(9.5 + 1.96 * 1.29, abs=0.3)


def test_draws_in_which_a_figure_cannot_be_told_are_left_out() -> None:
    def first_positive(members: Sequence[float]) -> float:
        return next((m for m in members if m > 0), math.nan)

    assert bootstrap([[0.0], [0.0], [5.0]], first_positive) == Estimate(5.0, 5.0, 5.0)


def test_the_slope_is_that_of_the_line_of_least_squares() -> None:
    assert slope([0, 1, 2], [1, 3, 5]) == 2.0
    assert slope([0, 1, 2], [0, 3, 0]) == 0.0
    # Deviations from (1, 4/3): (-1)(-4/3) + 0 + (1)(5/3) over 2.
    assert slope([0, 1, 2], [0, 1, 3]) == pytest.approx(1.5)
