"""Every statistic, against a textbook's table, by hand, or against scipy and statsmodels; and where it has no value."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.weightstats import ttost_ind

from fmnist.statistics import (
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
    prediction_interval,
    probability_above,
    share_interval,
    share_p,
    welch,
)

NAN = math.nan


def array(*values: float) -> Array:
    return np.array(values, dtype=float)


def noise(seed: int, shape: int | tuple[int, int], deviation: float = 1.0) -> Array:
    return np.random.default_rng(seed).normal(0, deviation, size=shape)


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


# --- two means --------------------------------------------------------------------------


def test_welch_of_equal_variances_is_students_t() -> None:
    # Variances 1 and 1, three values each: error sqrt(2/3) on 4 degrees of freedom.
    difference = welch(array(3, 4, 5), array(1, 2, 3))
    assert (difference.effect, difference.freedom) == (2, 4)
    assert difference.error == pytest.approx(math.sqrt(2 / 3))
    # t(0.95, 4) = 2.132.
    half = 2.1318 * math.sqrt(2 / 3)
    assert difference.interval(0.9) == pytest.approx((2 - half, 2 + half), abs=1e-4)


@pytest.mark.parametrize(("deviation", "n_a", "n_b"), [(1.0, 5, 5), (4.0, 5, 4), (0.2, 3, 10)])
def test_welch_is_scipys_but_for_whole_degrees_of_freedom(deviation: float, n_a: int, n_b: int) -> None:
    a, b = 0.3 + noise(1, n_a, deviation), noise(2, n_b)
    ours, theirs = welch(a, b), stats.ttest_ind(a, b, equal_var=False, alternative="greater")
    assert ours.effect / ours.error == pytest.approx(theirs.statistic)
    assert ours.freedom == math.floor(theirs.df) < theirs.df
    assert ours.p_above() == pytest.approx(stats.t.sf(theirs.statistic, ours.freedom))
    assert ours.p_above() > theirs.pvalue if theirs.statistic > 0 else ours.p_above() < theirs.pvalue


def test_a_threshold_shifts_the_test() -> None:
    a, b = array(3, 4, 5), array(1, 2, 3)
    assert welch(a, b).p_above(0.5) == pytest.approx(welch(a - 0.5, b).p_above())
    assert welch(a, b).p_below(2.5) == pytest.approx(stats.ttest_ind(a - 2.5, b, alternative="less").pvalue)


def test_two_one_sided_tests_are_those_of_statsmodels() -> None:
    a, b = array(3.1, 4.1, 5.1), array(3, 4, 5)
    p, _, _ = ttost_ind(a, b, -3, 3, usevar="unequal")
    assert welch(a, b).p_within(3) == pytest.approx(p)


@pytest.mark.parametrize("seed", range(5))
def test_the_sides_of_a_difference_mirror_each_other(seed: int) -> None:
    a, b = noise(seed, 5), noise(seed + 100, 4, 3.0)
    forth, back = welch(a, b), welch(b, a)
    assert forth.p_above(0.2) == pytest.approx(back.p_below(-0.2))
    assert forth.p_above() + forth.p_below() == pytest.approx(1)
    assert forth.interval() == pytest.approx(tuple(-end for end in reversed(back.interval())))


def test_the_ends_of_an_interval_are_one_sided_bounds() -> None:
    difference = welch(noise(3, 5), noise(4, 5))
    lower, upper = difference.interval(0.9)
    assert difference.p_above(lower) == pytest.approx(0.05)
    assert difference.p_below(upper) == pytest.approx(0.05)


def test_values_that_are_no_numbers_do_not_count_in_a_difference() -> None:
    assert welch(array(3, NAN, 4, 5), array(1, 2, math.inf, 3)) == welch(array(3, 4, 5), array(1, 2, 3))
    assert list(finite(array(1, NAN, -math.inf))) == [1]


@pytest.mark.parametrize(("a", "b"), [([1.0], [2.0, 3.0]), ([1.0, 2.0], [3.0]), ([1.0], [1.0])])
def test_one_value_has_a_difference_and_no_p(a: list[float], b: list[float]) -> None:
    difference = welch(array(*a), array(*b))
    assert difference.effect == np.mean(a) - np.mean(b)
    assert math.isnan(difference.p_above())
    assert math.isnan(difference.p_within(9))
    assert np.isnan(difference.interval()).all()


def test_no_values_have_no_difference() -> None:
    assert math.isnan(welch(array(), array(1, 2)).effect)
    assert math.isnan(welch(array(NAN), array(NAN)).p_below())


def test_without_any_spread_a_difference_is_certain() -> None:
    apart, same = welch(array(2, 2, 2), array(1, 1, 1)), welch(array(0.1, 0.1, 0.1), array(*[0.1] * 7))
    assert (apart.p_above(), apart.p_below(), apart.interval()) == (0, 1, (1, 1))
    assert (apart.p_within(0.5), apart.p_within(1.5)) == (1, 0)
    assert (same.effect, same.p_above(), same.p_below(), same.p_within(0.1)) == (0, 1, 1, 0)


def test_spread_on_one_side_alone_is_enough() -> None:
    difference = welch(array(3, 4, 5), array(1, 1, 1))
    assert difference.freedom == 2
    assert difference.p_above() == pytest.approx(stats.ttest_1samp([2, 3, 4], 0, alternative="greater").pvalue)


def test_pairs_are_of_one_seed_and_a_seed_that_one_side_lacks_has_none() -> None:
    a, b = array(3, 4, NAN, 6, 7), array(1, 2.5, 3, NAN, 4)
    expected = stats.ttest_rel([3, 4, 7], [1, 2.5, 4], alternative="greater")
    assert paired(a, b).p_above() == pytest.approx(expected.pvalue)
    assert paired(a, b).effect == pytest.approx((2 + 1.5 + 3) / 3)
    assert math.isnan(paired(array(1, NAN), array(1, 1)).p_above())


def test_equal_pairs_differ_by_nothing() -> None:
    assert paired(array(1, 2, 3), array(1, 2, 3)).p_above() == 1
    assert paired(array(2, 3, 4), array(1, 2, 3)).p_above() == 0


@pytest.mark.parametrize(
    ("a", "b", "probability"),
    [
        ([3, 4], [1, 2], 1.0),
        ([1, 2], [3, 4], 0.0),
        ([1, 2], [1, 2], 0.5),
        ([1, 1], [1, 1], 0.5),
        ([2, NAN], [1, 3, 2, NAN], 0.5),
        ([2], [1, 3, 3], 1 / 3),
    ],
)
def test_probability_above_counts_pairs_and_halves_ties(a: list[float], b: list[float], probability: float) -> None:
    assert probability_above(array(*a), array(*b)) == pytest.approx(probability)


def test_probability_above_of_nothing() -> None:
    assert math.isnan(probability_above(array(NAN), array(1)))


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


# --- what could have been seen -----------------------------------------------------------


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


def test_a_p_beyond_the_margin_is_two_sided() -> None:
    difference = Difference(effect=1.0, error=0.25, freedom=8)
    assert difference.p_beyond(0.5) == pytest.approx(2 * difference.p_above(0.5))
    assert Difference(effect=-1.0, error=0.25, freedom=8).p_beyond(0.5) == difference.p_beyond(0.5)
    assert Difference(effect=0.1, error=0.25, freedom=8).p_beyond(0.5) == 1.0
