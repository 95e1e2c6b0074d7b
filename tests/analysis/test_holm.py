"""Many p-values at once: Holm's adjustment, and the level that it leaves to each."""

import math

import numpy as np
import pytest

from fmnist.analysis.statistics import holm, holm_factors


@pytest.mark.parametrize(
    ("p_values", "adjusted"),
    [
        # Sorted 0.01, 0.02, 0.03, 0.04 times 4, 3, 2, 1, never falling.
        ([0.03, 0.01, 0.04, 0.02], [0.06, 0.04, 0.06, 0.06]),
        ([0.5, 0.6], [1.0, 1.0]),
        ([0.04], [0.04]),
        ([math.nan, 0.01, math.nan, 0.04], [math.nan, 0.02, math.nan, 0.04]),
        ([math.nan, math.nan], [math.nan, math.nan]),
        ([], []),
    ],
)
def test_holm_by_hand(p_values: list[float], adjusted: list[float]) -> None:
    np.testing.assert_allclose(holm(np.array(p_values)), adjusted, rtol=1e-12)


@pytest.mark.parametrize(
    ("p_values", "factors"),
    [
        ([0.03, 0.001, 0.04, 0.02], [3, 4, 3, 3]),  # one is rejected: each other would be the smallest of three
        ([0.003, 0.001, 0.004, 0.002], [1, 1, 1, 1]),  # all are rejected, so that each could be the last
        ([0.5, 0.5], [2, 2]),
        ([math.nan, 0.01, math.nan, 0.4], [math.nan, 2, math.nan, 1]),
        ([math.nan], [math.nan]),
        ([], []),
    ],
)
def test_the_factors_of_holm_by_hand(p_values: list[float], factors: list[float]) -> None:
    np.testing.assert_array_equal(holm_factors(np.array(p_values, dtype=float), 0.05), factors)


def test_a_p_below_the_level_that_holm_leaves_it_is_rejected_and_one_above_is_not() -> None:
    p_values = np.array([1e-6, 0.001, 0.012, 0.02, 0.3, 0.98])
    for place, factor in enumerate(holm_factors(p_values, 0.05)):
        for p, rejected in ((0.99 * 0.05 / factor, True), (1.01 * 0.05 / factor, False)):
            changed = p_values.copy()
            changed[place] = p
            assert (holm(changed)[place] < 0.05) == rejected, (place, p)
