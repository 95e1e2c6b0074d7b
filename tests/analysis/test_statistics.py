"""Every statistic against scipy, statsmodels or a value by hand, and at its edges: few, equal or missing values."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.weightstats import ttost_ind

from fmnist.analysis.statistics import (
    Array,
    Difference,
    detectable_difference,
    detectable_margin,
    detectable_share,
    dunnett_p,
    finite,
    holm,
    holm_factors,
    page_p,
    paired,
    probability_above,
    share_interval,
    share_p,
    welch,
)

NAN = math.nan


def array(*values: float) -> Array:
    return np.array(values, dtype=float)


def noise(seed: int, count: int, deviation: float = 1.0) -> Array:
    return np.random.default_rng(seed).normal(0, deviation, size=count)


@pytest.mark.parametrize(("deviation", "n_a", "n_b"), [(1.0, 5, 5), (4.0, 5, 4), (0.2, 3, 10), (3.0, 2, 2)])
def test_welch_is_scipys_with_degrees_of_freedom_rounded_down(deviation: float, n_a: int, n_b: int) -> None:
    a, b = 0.3 + noise(1, n_a, deviation), noise(2, n_b)
    ours, theirs = welch(a, b), stats.ttest_ind(a, b, equal_var=False, alternative="greater")
    assert ours.effect / ours.error == pytest.approx(theirs.statistic)
    assert ours.freedom == math.floor(theirs.df) < theirs.df
    assert ours.p_above() == pytest.approx(stats.t.sf(theirs.statistic, ours.freedom))
    back = welch(b, a)
    assert (ours.p_above(0.2), ours.interval()[0]) == pytest.approx((back.p_below(-0.2), -back.interval()[1]))
    lower, upper = ours.interval(0.9)
    assert (ours.p_above(lower), ours.p_below(upper)) == pytest.approx((0.05, 0.05))


def test_thresholds_and_margins_are_those_of_scipy_and_statsmodels() -> None:
    a, b = array(3.1, 4.1, 5.1), array(3, 4, 5)  # equal variances: the degrees of freedom are whole
    difference = welch(a, b)
    assert difference.p_above(0.5) == pytest.approx(stats.ttest_ind(a - 0.5, b, alternative="greater").pvalue)
    assert difference.p_below(2.5) == pytest.approx(stats.ttest_ind(a - 2.5, b, alternative="less").pvalue)
    assert difference.p_within(3) == pytest.approx(ttost_ind(a, b, -3, 3, usevar="unequal")[0])
    assert difference.p_beyond(0) == pytest.approx(stats.ttest_ind(a, b).pvalue)
    assert difference.p_beyond(0.05) == welch(b, a).p_beyond(0.05) == pytest.approx(2 * difference.p_above(0.05))
    assert difference.p_beyond(9) == 1


def test_missing_values_do_not_count_in_a_difference() -> None:
    assert list(finite(array(1, NAN, -math.inf))) == [1]
    assert welch(array(3, NAN, 4, 5), array(1, 2, math.inf, 3)) == welch(array(3, 4, 5), array(1, 2, 3))


@pytest.mark.parametrize(("a", "b"), [([1.0], [2.0, 3.0]), ([1.0, 2.0], [3.0]), ([1.0], [1.0]), ([], [1, 2])])
def test_with_fewer_than_two_values_there_is_no_p(a: list[float], b: list[float]) -> None:
    difference = welch(array(*a), array(*b))
    assert difference.effect == pytest.approx(np.mean(a) - np.mean(b) if a else NAN, nan_ok=True)
    p_values = (difference.p_above(), difference.p_below(), difference.p_within(9), difference.p_beyond(9))
    assert np.isnan((*p_values, *difference.interval())).all()


def test_without_any_spread_a_difference_is_certain() -> None:
    apart, same = welch(array(2, 2, 2), array(1, 1, 1)), welch(array(0.1, 0.1, 0.1), array(*[0.1] * 7))
    assert (apart.p_above(), apart.p_below(), apart.interval()) == (0, 1, (1, 1))
    assert (apart.p_within(0.5), apart.p_within(1.5)) == (1, 0)
    assert (same.effect, same.p_above(), same.p_below(), same.p_within(0.1)) == (0, 1, 1, 0)


def test_pairs_share_a_seed() -> None:
    difference = paired(array(3, 4, NAN, 6, 7), array(1, 2.5, 3, NAN, 4))
    expected = stats.ttest_rel([3, 4, 7], [1, 2.5, 4], alternative="greater")
    assert difference.p_above() == pytest.approx(expected.pvalue)
    assert difference.effect == pytest.approx((2 + 1.5 + 3) / 3)
    assert math.isnan(paired(array(1, NAN), array(1, 1)).p_above())
    assert paired(array(1, 2, 3), array(1, 2, 3)).p_above() == 1
    assert paired(array(2, 3, 4), array(1, 2, 3)).p_above() == 0


@pytest.mark.parametrize(
    ("a", "b", "probability"),
    [
        ([3, 4], [1, 2], 1.0),
        ([1, 2], [3, 4], 0.0),
        ([1, 1], [1, 1], 0.5),
        ([2, NAN], [1, 3, 2, NAN], 0.5),
        ([2], [1, 3, 3], 1 / 3),
        ([NAN], [1], NAN),
    ],
)
def test_probability_above_counts_pairs_and_halves_ties(a: list[float], b: list[float], probability: float) -> None:
    assert probability_above(array(*a), array(*b)) == pytest.approx(probability, nan_ok=True)


@pytest.mark.parametrize(
    ("values", "p"),
    [
        ([[1, 2, 3, 4]] * 3, 1 / 24**3),  # three seeds, each in one of 4! orders
        ([[4, 3, 2, 1]] * 3, 1),
        ([[1, 2, 3], [2, 3, 4], [9, NAN, 1]], 1 / 36),  # a seed with a missing value does not count
        ([[1, 2, 3]], NAN),
        ([[1, 2], [1, 2]], NAN),
        ([[1, NAN, 3], [1, 2, 3]], NAN),
    ],
)
def test_page_by_hand(values: list[list[float]], p: float) -> None:
    assert page_p(np.array(values, dtype=float)) == pytest.approx(p, nan_ok=True)


def test_dunnett_with_one_other_is_students_t_and_the_same_each_time() -> None:
    control, other = noise(3, 5), noise(1, 5)
    one_sided = stats.ttest_ind(control, other, alternative="greater").pvalue
    assert dunnett_p(control, [other]) == pytest.approx(one_sided, abs=1e-4)
    assert dunnett_p(control, [other, other - 9]) == dunnett_p(control, [other, other - 9]) > one_sided


@pytest.mark.parametrize("groups", [[[1.0], [1, 2]], [[1.0, 2], [1]], [[1.0, 1], [1, 1]], [[1.0, NAN], [1, 2]]])
def test_dunnett_of_too_few_values(groups: Sequence[Sequence[float]]) -> None:
    control, *others = (array(*group) for group in groups)
    assert math.isnan(dunnett_p(control, others))


def test_shares_by_hand() -> None:
    assert (share_p(5, 5), share_p(0, 5, alternative="less")) == pytest.approx((1 / 32, 1 / 32))
    assert share_p(2, 2, share=0.05) == pytest.approx(0.0025)
    assert share_interval(5, 5) == pytest.approx((0.05 ** (1 / 5), 1))
    assert share_interval(0, 5) == pytest.approx((0, 1 - 0.05 ** (1 / 5)))


@pytest.mark.parametrize("n", [3, 10])
def test_the_detectable_difference_has_a_power_of_80_percent(n: int) -> None:
    values = stats.zscore(noise(0, n), ddof=1)
    shift = detectable_difference(values, values + 7) / math.sqrt(2 / n)
    assert stats.nct.sf(stats.t.ppf(0.95, 2 * n - 2), 2 * n - 2, shift) == pytest.approx(0.8, abs=1e-3)
    assert detectable_difference(np.ones(n), np.ones(n)) == 0
    assert math.isnan(detectable_difference(values, array(1)))


def test_the_detectable_margin_by_the_t_table() -> None:
    difference = Difference(effect=9, error=0.5, freedom=8)
    # t(0.95, 8) = 1.860, t(0.9, 8) = 1.397, t(0.8, 8) = 0.889.
    assert detectable_margin(difference, sides=2) == pytest.approx(0.5 * (1.860 + 1.397), abs=1e-3)
    assert detectable_margin(difference, sides=1) == pytest.approx(0.5 * (1.860 + 0.889), abs=1e-3)
    assert detectable_margin(Difference(effect=0, error=0, freedom=8), sides=2) == 0


def test_the_detectable_share_has_a_power_of_80_percent() -> None:
    # For p < 0.05, 9 of 10 runs are needed (11 / 1024) and 5 of 5; 4 of 4 are too few.
    assert stats.binom.sf(8, 10, detectable_share(10)) == pytest.approx(0.8)
    assert detectable_share(5) == pytest.approx(0.8 ** (1 / 5))
    assert math.isnan(detectable_share(4))


@pytest.mark.parametrize(
    ("p_values", "adjusted"),
    [
        # Sorted 0.01, 0.02, 0.03, 0.04 times 4, 3, 2, 1, never falling.
        ([0.03, 0.01, 0.04, 0.02], [0.06, 0.04, 0.06, 0.06]),
        ([0.5, 0.6], [1.0, 1.0]),
        ([NAN, 0.01, NAN, 0.04], [NAN, 0.02, NAN, 0.04]),
        ([NAN], [NAN]),
        ([], []),
    ],
)
def test_holm_by_hand(p_values: list[float], adjusted: list[float]) -> None:
    np.testing.assert_allclose(holm(array(*p_values)), adjusted, rtol=1e-12)


@pytest.mark.parametrize(
    ("p_values", "factors"),
    [
        ([0.03, 0.001, 0.04, 0.02], [3, 4, 3, 3]),  # one is rejected: each other would be the smallest of three
        ([0.003, 0.001, 0.004, 0.002], [1, 1, 1, 1]),  # all are rejected, so that each could be the last
        ([0.5, 0.5], [2, 2]),
        ([NAN, 0.01, NAN, 0.4], [NAN, 2, NAN, 1]),
        ([], []),
    ],
)
def test_the_factors_of_holm_by_hand(p_values: list[float], factors: list[float]) -> None:
    np.testing.assert_array_equal(holm_factors(array(*p_values), 0.05), factors)
