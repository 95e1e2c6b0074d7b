"""The difference of two means, by Welch's test and by pairs: against scipy and statsmodels, and where it has none."""

import math

import numpy as np
import pytest
from scipy import stats
from statistics_builders import NAN, array, noise
from statsmodels.stats.weightstats import ttost_ind

from fmnist.analysis.statistics import Difference, finite, paired, probability_above, welch


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


def test_a_p_beyond_the_margin_is_two_sided() -> None:
    difference = Difference(effect=1.0, error=0.25, freedom=8)
    assert difference.p_beyond(0.5) == pytest.approx(2 * difference.p_above(0.5))
    assert Difference(effect=-1.0, error=0.25, freedom=8).p_beyond(0.5) == difference.p_beyond(0.5)
    assert Difference(effect=0.1, error=0.25, freedom=8).p_beyond(0.5) == 1.0
