"""Prediction intervals, tests of more than two runs, shares: by hand or against scipy, and where they have no value."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats
from statistics_builders import NAN, array, noise

from fmnist.analysis.statistics import dunnett_p, page_p, prediction_interval, share_interval, share_p


def test_three_values_by_hand() -> None:
    # Mean 2, standard deviation 1, t(0.975, 2) = 4.303: 2 +- 4.303 * sqrt(4/3).
    assert prediction_interval([1, 2, 3]) == pytest.approx((2 - 4.9683, 2 + 4.9683), abs=5e-4)


def test_five_values_by_hand() -> None:
    # Mean 90, variance 10/4, t(0.975, 4) = 2.776.
    half = 2.776 * math.sqrt(2.5) * math.sqrt(1 + 1 / 5)
    assert prediction_interval([88, 89, 90, 91, 92]) == pytest.approx((90 - half, 90 + half), abs=1e-3)


def test_two_values_are_the_fewest() -> None:
    # Mean 1, standard deviation sqrt(2), t(0.975, 1) = 12.706: 1 +- 12.706 * sqrt(2) * sqrt(3/2).
    assert prediction_interval([0, 2]) == pytest.approx(
        (1 - 12.706 * math.sqrt(3), 1 + 12.706 * math.sqrt(3)), abs=1e-3
    )


def test_a_lower_level_is_narrower() -> None:
    # t(0.95, 2) = 2.920.
    assert prediction_interval([1, 2, 3], level=0.9) == pytest.approx((2 - 3.3717, 2 + 3.3717), abs=5e-4)


@pytest.mark.parametrize("values", [[], [1.0], [1.0, math.nan], [math.nan, math.inf], [math.nan]])
def test_fewer_than_two_finite_values_have_none(values: list[float]) -> None:
    assert prediction_interval(values) is None


def test_values_that_are_not_finite_do_not_count() -> None:
    assert prediction_interval([1, math.nan, 2, math.inf, 3]) == prediction_interval([1, 2, 3])


def test_without_spread_it_is_a_point() -> None:
    assert prediction_interval([0.5, 0.5, 0.5]) == (0.5, 0.5)


# --- more than two ----------------------------------------------------------------------


def test_page_finds_a_rise_and_no_fall() -> None:
    # Three seeds, all in the order 1, 2, 3, 4: one of 4! orders each.
    values = np.array([[1.0, 2, 3, 4]] * 3)
    assert page_p(values) == pytest.approx(1 / 24**3)
    assert page_p(-values) == pytest.approx(1)


def test_page_goes_by_whole_seeds() -> None:
    values = np.array([[1.0, 2, 3], [2, 3, 4], [9, NAN, 1]])
    assert page_p(values) == pytest.approx(1 / 36)


@pytest.mark.parametrize("values", [[[1.0, 2, 3]], [[1.0, 2], [1, 2]], [[1.0, NAN, 3], [1, 2, 3]]])
def test_page_of_too_little(values: list[list[float]]) -> None:
    assert math.isnan(page_p(np.array(values)))


def test_dunnett_of_a_winner_and_of_a_loser() -> None:
    others = [noise(1, 5), noise(2, 5)]
    assert dunnett_p(noise(3, 5) + 9, others) < 0.001
    assert dunnett_p(noise(3, 5) - 9, others) > 0.999
    assert dunnett_p(noise(3, 5), others) == dunnett_p(noise(3, 5), others)


@pytest.mark.parametrize("groups", [[[1.0], [1, 2]], [[1.0, 2], [1]], [[1.0, 1], [1, 1]], [[1.0, NAN], [1, 2]]])
def test_dunnett_of_too_little(groups: Sequence[Sequence[float]]) -> None:
    control, *others = (array(*group) for group in groups)
    assert math.isnan(dunnett_p(control, others))


# --- shares -----------------------------------------------------------------------------


def test_shares_by_hand() -> None:
    assert share_p(5, 5) == pytest.approx(1 / 32)
    assert share_p(0, 5, alternative="less") == pytest.approx(1 / 32)
    assert share_p(0, 3) == pytest.approx(1)
    assert share_p(2, 2, share=0.05) == pytest.approx(0.0025)


@pytest.mark.parametrize(("successes", "n"), [(0, 5), (3, 5), (5, 5), (7, 10)])
def test_the_interval_of_a_share_is_clopper_and_pearsons(successes: int, n: int) -> None:
    exact = stats.binomtest(successes, n).proportion_ci(0.9, method="exact")
    assert share_interval(successes, n, 0.9) == pytest.approx((exact.low, exact.high))
