"""What so many seeds could have shown: against the noncentral t, the t table and the binomial."""

import math

import pytest
from scipy import stats
from statistics_builders import array, noise

from fmnist.analysis.statistics import Difference, detectable_difference, detectable_margin, detectable_share


def power_of(shift: float, n: int, deviation: float) -> float:
    """Power of the one-sided two-sample t test, from the noncentral t distribution."""
    freedom = 2 * n - 2
    critical = stats.t.ppf(0.95, freedom)
    return float(stats.nct.sf(critical, freedom, shift / (deviation * math.sqrt(2 / n))))


@pytest.mark.parametrize("n", [3, 5, 10])
def test_the_detectable_difference_has_a_power_of_80_percent(n: int) -> None:
    values = noise(0, n)
    values = 0.25 * (values - values.mean()) / values.std(ddof=1)
    assert power_of(detectable_difference(values, values + 7), n, 0.25) == pytest.approx(0.8, abs=1e-3)


def test_a_detectable_difference_needs_spread_and_two_values() -> None:
    assert detectable_difference(array(1, 1, 1), array(2, 2, 2)) == 0
    assert math.isnan(detectable_difference(array(1), array(2, 3)))


def test_the_detectable_margin_by_the_t_table() -> None:
    difference = Difference(effect=9, error=0.5, freedom=8)
    # t(0.95, 8) = 1.860, t(0.9, 8) = 1.397, t(0.8, 8) = 0.889.
    assert detectable_margin(difference, sides=2) == pytest.approx(0.5 * (1.860 + 1.397), abs=1e-3)
    assert detectable_margin(difference, sides=1) == pytest.approx(0.5 * (1.860 + 0.889), abs=1e-3)
    assert detectable_margin(Difference(effect=0, error=0, freedom=8), sides=2) == 0


def test_the_detectable_share_has_a_power_of_80_percent() -> None:
    # Of 10 runs, 9 are needed for p < 0.05 (11 / 1024); of 5, all 5; of 4, even all 4 do not do.
    share = detectable_share(10)
    assert stats.binom.sf(8, 10, share) == pytest.approx(0.8)
    assert detectable_share(5) == pytest.approx(0.8 ** (1 / 5))
    assert math.isnan(detectable_share(4))
