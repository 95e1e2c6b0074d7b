"""Every statistic against scipy, statsmodels or a value by hand, and at its edges: few, equal or missing values."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from fmnist.analysis.statistics import Array, Difference, adjust, finite, page_p, paired, share_interval, share_p, welch

NAN = math.nan
either = pytest.mark.parametrize("difference", [paired, welch])
Test = Callable[[Array, Array], Difference]


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


@pytest.mark.parametrize("n", [2, 3, 10])
def test_pairs_are_scipys(n: int) -> None:
    a, b = 0.3 + noise(1, n), noise(2, n)
    ours = paired(a, b)
    for threshold in (-0.2, 0.0, 0.5):
        theirs = [stats.ttest_rel(a - threshold, b, alternative=side).pvalue for side in ("greater", "less")]
        assert [ours.p_above(threshold), ours.p_below(threshold)] == pytest.approx(theirs)
    interval = stats.ttest_rel(a, b).confidence_interval(0.9)
    assert (ours.lower(0.05), ours.upper(0.05)) == pytest.approx(tuple(interval))


@either
def test_turned_around_everything_changes_its_sign(difference: Test) -> None:
    one, other = (difference(*pair) for pair in ((noise(1, 4), noise(2, 4)), (noise(2, 4), noise(1, 4))))
    assert (one.effect, one.p_above(0.2), one.lower(0.1)) == pytest.approx(
        (-other.effect, other.p_below(-0.2), -other.upper(0.1))
    )


@either
def test_more_seeds_of_the_same_deviation_narrow_the_error(difference: Test) -> None:
    of_five = difference(noise(1, 5), noise(2, 5)).with_seeds(5)
    of_twenty = of_five.with_seeds(20)
    assert (of_twenty.effect, of_twenty.freedom) == (of_five.effect, 19)
    assert of_twenty.error == pytest.approx(of_five.error / 2)
    assert paired(noise(1, 5), noise(2, 5)) == paired(noise(1, 5), noise(2, 5)).with_seeds(5)


def test_missing_values_do_not_count() -> None:
    assert list(finite(array(1, NAN, -math.inf))) == [1]
    assert welch(array(3, NAN, 4, 5), array(1, 2, math.inf, 3)) == welch(array(3, 4, 5), array(1, 2, 3))
    assert paired(array(3, 4, NAN, 6, 7), array(1, 2.5, 3, NAN, 4)) == paired(array(3, 4, 7), array(1, 2.5, 4))


@either
@pytest.mark.parametrize(("a", "b"), [([1.0], [2.0]), ([1.0], [1.0]), ([1, NAN], [1, NAN]), ([NAN], [1]), ([], [])])
def test_with_fewer_than_two_values_there_is_no_p(difference: Test, a: list[float], b: list[float]) -> None:
    found = difference(array(*a), array(*b))
    complete = bool(a) and not math.isnan(a[0])
    assert found.effect == pytest.approx(a[0] - b[0] if complete else NAN, nan_ok=True)
    assert np.isnan((found.p_above(), found.p_below(), found.lower(0.05), found.upper(0.05))).all()


@either
def test_without_any_spread_a_difference_is_certain(difference: Test) -> None:
    apart, same = difference(array(2, 2, 2), array(1, 1, 1)), difference(array(*[0.1] * 7), array(*[0.1] * 7))
    assert (apart.p_above(), apart.p_below(), apart.lower(0.05), apart.upper(0.05)) == (0, 1, 1, 1)
    assert (apart.p_above(0.5), apart.p_above(1.5), apart.p_below(1.5)) == (0, 1, 0)
    assert (same.effect, same.p_above(), same.p_below(), same.p_below(0.1)) == (0, 1, 1, 0)


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


def test_shares_by_hand() -> None:
    assert (share_p(5, 5), share_p(0, 5, alternative="less")) == pytest.approx((1 / 32, 1 / 32))
    assert share_p(2, 2, share=0.05) == pytest.approx(0.0025)
    assert share_interval(5, 5) == pytest.approx((0.05 ** (1 / 5), 1))
    assert share_interval(0, 5) == pytest.approx((0, 1 - 0.05 ** (1 / 5)))


@pytest.mark.parametrize(
    ("method", "p_values", "adjusted"),
    [
        # Sorted 0.01, 0.02, 0.03, 0.04 times 4, 3, 2, 1, never falling.
        ("holm", [0.03, 0.01, 0.04, 0.02], [0.06, 0.04, 0.06, 0.06]),
        ("holm", [0.5, 0.6], [1.0, 1.0]),
        ("holm", [NAN, 0.01, NAN, 0.04], [NAN, 0.02, NAN, 0.04]),
        ("fdr_bh", [0.03, 0.01, NAN, 0.02], [0.03, 0.03, NAN, 0.03]),
        ("holm", [NAN], [NAN]),
        ("holm", [], []),
    ],
)
def test_adjusted_by_hand(method: str, p_values: list[float], adjusted: list[float]) -> None:
    np.testing.assert_allclose(adjust(array(*p_values), method), adjusted, rtol=1e-12)


@pytest.mark.parametrize("stream", range(5))
def test_holm_is_statsmodels(stream: int) -> None:
    p_values = np.random.default_rng(stream).random(9).round(1 + stream % 3) / (1 + 9 * (stream % 2))
    np.testing.assert_allclose(adjust(p_values), multipletests(p_values, method="holm")[1])
