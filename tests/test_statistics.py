"""The prediction interval, against the t table of any textbook."""

import math

import pytest

from fmnist.statistics import prediction_interval


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
