"""The test of each form of claim, on made-up seeds with a known answer, and what more seeds can do to it."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some
from scipy import stats
from statsmodels.stats.weightstats import DescrStatsW

from fmnist.analysis.statistics import Array
from fmnist.claims.claim_list import Claim
from fmnist.claims.estimands import Comparison, Estimand, Extreme
from fmnist.claims.examine import claim_test
from fmnist.claims.forms import Directed, Level, PValues, Share, Trend, paired_differences
from fmnist.claims.values import PROPERTIES
from fmnist.claims.verdicts import FAILS, HOLDS, NO_DIFFERENCE, OPEN, SMALL, verdict

NAN = math.nan
# Five seeds that scatter by a quarter of a point, in four orders, so that runs do not move together.
SPREAD = np.array([-0.3, -0.2, 0.0, 0.2, 0.3])
ORDERS = ([0, 1, 2, 3, 4], [3, 0, 4, 1, 2], [1, 4, 2, 0, 3], [2, 3, 0, 4, 1])
GAIN = "level, only a gain"  # matters
FORMS = ("above", "best", "turn", "trend", "level", GAIN)


def runs(*means: float, spread: float = 1.0) -> Array:
    """Five seeds of runs with exactly these means: values[seed, run]."""
    return np.array([mean + spread * SPREAD[ORDERS[i % 4]] for i, mean in enumerate(means)]).T


def examined(form: str, values: Array, margin: float = 0.5) -> Directed | Trend | Level:
    claim = Claim.model_construct(form=form.split(",")[0], only_gain=form == GAIN)
    return claim_test(claim, values, margin)


def judged(test: Directed | Trend | Level | Share, significance: float = 0.05) -> str:
    return verdict(test.p, significance)


@pytest.mark.parametrize(
    ("form", "expected", "all_means"),
    [
        ("above", HOLDS, [(1, 0), (0.4, 0)]),
        ("above", FAILS, [(0, 1)]),
        ("above", NO_DIFFERENCE, [(0, 0), (0.1, 0), (0, 0.1)]),
        ("above", OPEN, [(0.25, 0), (0, 0.25)]),
        ("best", HOLDS, [(2, 1, 0, -1), (2, 1, 1, 1)]),
        ("best", FAILS, [(2, 1, 3, -1)]),
        ("best", OPEN, [(2, 2.3, 0, -1), (2, 1.75, 0, 0)]),
        ("turn", HOLDS, [(0, 1, 2, 1, 0), (0, 0, 1, 0)]),
        ("turn", FAILS, [(0, 1, 2, 3, 4), (4, 3, 2, 3, 4), (9, 3, 5, 8)]),
        ("turn", OPEN, [(0, 1, 2, 3, 2.8)]),
        ("trend", HOLDS, [(0, 1, 2, 3), (0, 1, 0.7, 2), (0, 2, 1, 3)]),
        ("trend", FAILS, [(3, 2, 1, 0), (3, 1, 2, 0)]),
        ("trend", OPEN, [(0, 3, 3, 0)]),
        ("level", HOLDS, [(0, 0), (0.1, 0), (0, 0.1)]),
        ("level", FAILS, [(2, 0), (0, 2), (0, 1, 2)]),
        ("level", OPEN, [(0.5, 0), (0, 0.25)]),
        (GAIN, HOLDS, [(0, 0), (0, 9)]),
        (GAIN, FAILS, [(2, 0)]),
        (GAIN, OPEN, [(0.5, 0)]),
    ],
)
def test_every_form_both_ways_and_undecided(form: str, expected: str, all_means: Sequence[Sequence[float]]) -> None:
    assert [judged(examined(form, runs(*means), 0.5)) for means in all_means] == [expected] * len(all_means)


@pytest.mark.parametrize(
    ("form", "means", "wide", "narrow"),
    [
        ("above", (0.2, 0), SMALL, HOLDS),
        ("best", (0.2, 0, 0), SMALL, HOLDS),
        ("best", (2, 2, 0), NO_DIFFERENCE, OPEN),
        ("turn", (0, 0.2, 0), SMALL, HOLDS),
        ("turn", (0, 2, 2), NO_DIFFERENCE, OPEN),
        ("trend", (0, 0.1, 0.3), SMALL, HOLDS),
        ("trend", (0, 0.1, 0), NO_DIFFERENCE, OPEN),
        ("above", (0, 0.2), FAILS, FAILS),  # less than matters, and still the opposite
        ("level", (0.2, 0), HOLDS, FAILS),
    ],
)
def test_what_the_margin_decides(form: str, means: Sequence[float], wide: str, narrow: str) -> None:
    values = runs(*means, spread=0.1)
    assert (judged(examined(form, values, 0.5)), judged(examined(form, values, 0.03))) == (wide, narrow)


def test_three_p_values_of_two_runs_are_those_of_scipy_and_statsmodels() -> None:
    values = runs(0.2, 0)
    difference = values[:, 0] - values[:, 1]
    both_bounds = DescrStatsW(difference).ttost_mean(-0.5, 0.5)[0]
    one_sided = [stats.ttest_rel(*values.T, alternative=side).pvalue for side in ("greater", "less")]
    assert examined("above", values).p == pytest.approx((one_sided[0], both_bounds, one_sided[1]))
    assert examined("level", values).p.holds == pytest.approx(both_bounds)
    gain = [stats.ttest_1samp(difference, 0.5, alternative=side).pvalue for side in ("less", "greater")]
    assert examined(GAIN, values).p == pytest.approx((gain[0], NAN, gain[1]), nan_ok=True)


def test_the_p_values_of_several_runs_by_hand() -> None:
    values = runs(0.5, 0, 0.1, -0.4)
    of = paired_differences(values)
    best, turn, level, trend = (examined(form, values).p for form in ("best", "turn", "level", "trend"))
    leads = [of(0, i) for i in (1, 2, 3)]
    within = [3 * min(lead.p_below(0.5) for lead in leads), max(lead.p_above(-0.5) for lead in leads)]
    assert best.holds == max(lead.p_above() for lead in leads)  # all of them: no correction
    assert best.no_difference == pytest.approx(min(1, max(within)))
    assert best.fails == min(1, 3 * min(lead.p_below() for lead in leads))  # one of them is enough
    peaks = [max(of(i, end).p_above() for end in (0, 3)) for i in (1, 2)]
    dips = [min(1, 2 * min(of(i, end).p_below() for end in (0, 3))) for i in (1, 2)]
    assert (turn.holds, turn.fails) == pytest.approx((min(1, 2 * min(peaks)), max(dips)))
    pairs = [of(i, j) for i in range(4) for j in range(4) if i != j]
    assert level.holds == trend.no_difference == max(pair.p_below(0.5) for pair in pairs)
    assert level.fails == pytest.approx(min(1, 12 * min(pair.p_above(0.5) for pair in pairs)))
    slopes = stats.ttest_1samp(values @ [-3, -1, 1, 3], 0, alternative="greater").pvalue  # a linear contrast
    by_ranks = [stats.page_trend_test(signed).pvalue for signed in (values, -values)]
    assert trend[::2] == pytest.approx((max(by_ranks[0], slopes), max(by_ranks[1], 1 - slopes)))


def test_the_comparison_that_decides_is_the_least_clear_one() -> None:
    decisive = [
        examined("best", runs(2, 0, 1.5, 1)),
        examined("turn", runs(0, 1, 3, 2)),
        examined("level", runs(0, 3, 1)),
    ]
    assert [(t.estimand.comparison.first, t.estimand.comparison.second) for t in decisive] == [(0, 2), (2, 3), (1, 0)]


@pytest.mark.parametrize(("count", "has_p"), [(1, False), (2, True), (3, True)])
@pytest.mark.parametrize("form", FORMS)
def test_one_seed_has_an_effect_and_no_p(form: str, count: int, has_p: bool) -> None:
    test = examined(form, runs(0, 1, 2)[:count], 0.5)
    assert np.isfinite([test.estimand.effect, test.p.decision]).tolist() == [True, has_p]


@pytest.mark.parametrize("form", ["above", "best", "turn", "level", GAIN])
def test_without_spread_every_difference_is_certain(form: str) -> None:
    assert judged(examined(form, np.full((5, 3), 89.2), 0.5)) == (HOLDS if form in ("level", GAIN) else NO_DIFFERENCE)
    assert judged(examined(form, runs(0, 1, 0, spread=0), 0.5)) == {"turn": HOLDS, GAIN: HOLDS}.get(form, FAILS)


def test_ties_and_equal_values_are_no_trend() -> None:
    assert judged(examined("trend", np.full((5, 3), 1.0))) == NO_DIFFERENCE
    tied = np.array([[1, 1, 2], [1, 2, 2], [1, 1, 1.0]])
    assert examined("trend", tied, 9).p.holds == stats.page_trend_test(tied).pvalue


@pytest.mark.parametrize("form", FORMS)
def test_a_seed_that_one_run_lacks_is_in_no_pair(form: str) -> None:
    values = runs(0.1, 0.3, 0.2)
    lacking = values.copy()
    lacking[2, 1] = NAN
    test, complete = examined(form, lacking, 0.5), examined(form, np.delete(values, 2, axis=0), 0.5)
    if form in ("above", GAIN, "trend"):  # the others have pairs without the run that lacks a seed
        assert test.p[::2] == complete.p[::2]
    assert np.isfinite(test.p.decision)
    lacking[:, 1] = NAN
    assert math.isnan(examined(form, lacking, 0.5).p.holds)


@pytest.mark.parametrize(
    ("share", "holds", "fails"),
    [
        (Share(5, 5), 1 / 32, 1),
        (Share(0, 5), 1, 1 / 32),
        (Share(1, 2), 0.75, 0.75),
        (Share(0, 0), NAN, NAN),
        (Share(5, 5, Share(5, 5)), 1 / 32, 1),  # shown beside it, and no part of the claim
        (Share(5, 5, Share(0, 4), contrast_lacks_it=True), 1 / 16, 1),
        (Share(5, 5, Share(4, 4), contrast_lacks_it=True), 1, 2 / 16),
        (Share(0, 5, Share(2, 4), contrast_lacks_it=True), 1, 2 / 32),
        (Share(5, 5, Share(0, 0), contrast_lacks_it=True), NAN, NAN),
    ],
)
def test_a_property_of_curves_is_a_share_of_seeds(share: Share, holds: float, fails: float) -> None:
    assert share.p == pytest.approx((holds, NAN, fails), nan_ok=True)


def test_shares_of_more_seeds_and_their_bounds_are_scipys() -> None:
    share = Share(8, 10, Share(1, 10)).with_seeds(20)
    assert (share.successes, share.n, share.contrast) == (16, 20, Share(2, 20))
    assert share.p.holds == stats.binomtest(16, 20, alternative="greater").pvalue
    assert share.interval(0.05) == tuple(stats.binomtest(16, 20).proportion_ci(0.9))


@pytest.mark.parametrize(
    ("losses", "falls", "rises"),
    [
        ([3, 2, 1], True, False),
        ([3, 1, 2], False, True),
        ([3, 2, 2], False, False),
        ([3, 2, NAN], False, True),
        ([NAN, NAN, NAN], False, True),
        ([3, math.inf, 1], False, True),
    ],
)
def test_which_curves_fall_and_which_rise(losses: list[float], falls: bool, rises: bool) -> None:
    found = {name: has(np.array(losses, dtype=float)) for name, has in PROPERTIES.items()}
    assert found == {"falls_at_every_epoch": falls, "rises_at_some_epoch": rises}


@pytest.mark.parametrize(
    ("p_values", "expected"),
    [
        ((0.01, 0.9, 1), HOLDS),
        ((0.01, 0.01, 1), SMALL),
        ((0.9, 0.9, 0.01), FAILS),
        ((0.9, 0.01, 0.01), FAILS),
        ((0.9, 0.01, 0.9), NO_DIFFERENCE),
        ((0.05, 0.05, 0.05), OPEN),
        ((NAN, NAN, NAN), OPEN),
        ((0.01, NAN, 1), HOLDS),
        ((1, NAN, 0.01), FAILS),
    ],
)
def test_verdicts(p_values: tuple[float, float, float], expected: str) -> None:
    assert verdict(PValues(*p_values), 0.05) == expected
    assert PValues(*p_values).decision == pytest.approx(np.fmin.reduce(p_values), nan_ok=True)


# Properties of every form, whatever the values.

numbers = some.floats(-2, 2)
tables = some.tuples(some.integers(2, 6), some.integers(2, 4)).flatmap(
    lambda shape: some.lists(numbers, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]).map(
        lambda cells: np.array(cells).reshape(shape)
    )
)
comparisons = some.builds(
    lambda effect, error, freedom: Comparison(effect=effect, error=error, freedom=freedom, first=0, second=1),
    numbers,
    some.floats(0.01, 2),
    some.integers(1, 40),
)


def extremes(parts: some.SearchStrategy[Estimand]) -> some.SearchStrategy[Estimand]:
    return some.builds(Extreme, some.lists(parts, min_size=1, max_size=4), some.booleans())


@settings(max_examples=300, deadline=None)
@given(some.recursive(comparisons, extremes, max_leaves=8), some.floats(-3, 3), some.floats(0.001, 0.2))
def test_a_bound_excludes_what_the_test_rejects(estimand: Estimand, threshold: float, at: float) -> None:
    lower, upper = estimand.lower(at), estimand.upper(at)
    assume(min(abs(lower - threshold), abs(upper - threshold)) > 1e-6)
    assert (estimand.p_above(threshold) < at, estimand.p_below(threshold) < at) == (
        threshold < lower,
        upper < threshold,
    )
    assert lower <= estimand.effect <= upper


# What a verdict may become with another seed; each may stay.
STRONGER = {OPEN: {HOLDS, SMALL, NO_DIFFERENCE, FAILS}, HOLDS: {SMALL}, NO_DIFFERENCE: {SMALL, FAILS}}


@settings(max_examples=300, deadline=None)
@given(tables, some.sampled_from(FORMS), some.floats(0.01, 2), some.sampled_from([0.05, 0.05 / 44]))
def test_another_seed_weakens_no_verdict(values: Array, form: str, margin: float, significance: float) -> None:
    assume(values.shape[1] > 2 or form not in ("turn", "trend"))
    test = examined(form, values, margin)
    found = [judged(test.with_seeds(n), significance) for n in (*range(len(values), 30), 50, 100, 1000)]
    assert all(later == one or later in STRONGER.get(one, ()) for one, later in pairwise(found)), found


@settings(max_examples=300, deadline=None)
@given(tables, some.sampled_from(FORMS), some.sampled_from([0.05, 0.002]))
def test_the_verdict_turns_at_the_turning_margin(values: Array, form: str, significance: float) -> None:
    assume(values.shape[1] > 2 or form not in ("turn", "trend"))
    test = examined(form, values, 0.5)
    margin = test.turning_margin(significance)
    just = (margin * 0.999, margin * 1.001) if margin > 0 else (1e-9, 1e9)  # NaN or 0: at no margin
    below, beyond = (judged(replace(test, margin=one), significance) for one in just)
    assert (below != beyond) == (margin > 0)
