"""The test of each form of claim, on made-up seeds with a known answer: shown, opposite shown, neither."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from fmnist.analysis.statistics import Array, page_p, welch
from fmnist.claims.forms import (
    NOT_BELOW,
    Limits,
    Outcome,
    equivalent,
    greater,
    plateau,
    ranking,
    rise_fall,
    rising,
    share,
    value,
)
from fmnist.claims.values import PROPERTIES
from fmnist.claims.verdicts import CONTRADICTED, EQUIVALENT, INCONCLUSIVE, SMALL, SUPPORTED, verdict

LIMITS = Limits(margin=0.5)
NAN = math.nan
# Five seeds that scatter by a quarter of a point, in four orders, so that runs do not move together.
SPREAD = np.array([-0.3, -0.2, 0.0, 0.2, 0.3])
ORDERS = ([0, 1, 2, 3, 4], [3, 0, 4, 1, 2], [1, 4, 2, 0, 3], [2, 3, 0, 4, 1])

Form = Callable[[Array, Limits], Outcome]
one_sided: Form = partial(equivalent, tail="one")


def runs(*means: float, spread: float = 1.0) -> Array:
    """Five seeds of runs with exactly these means: values[seed, run]."""
    return np.array([mean + spread * SPREAD[ORDERS[i % 4]] for i, mean in enumerate(means)]).T


def judged(outcome: Outcome) -> str:
    """The verdict on this claim alone."""
    p_values: dict[str, Any] = {"equal": outcome.equal.p if outcome.equal else NAN, "small": outcome.small}
    return verdict(support=outcome.support.p, against=outcome.against.p, significance=0.05, **p_values)


def named(turn: int) -> Form:
    return partial(rise_fall, turn=turn)


def level_from(start: int) -> Form:
    return partial(plateau, start=start)


def reported(number: float) -> Form:
    return partial(value, reported=number)


@pytest.mark.parametrize(
    ("form", "means", "expected"),
    [
        (greater, (1, 0), SUPPORTED),
        (greater, (0, 1), CONTRADICTED),
        (greater, (0, 0), EQUIVALENT),
        (greater, (0.25, 0), INCONCLUSIVE),
        (greater, (2, 1, 0, -1), SUPPORTED),
        (greater, (2, 1, 3, -1), CONTRADICTED),
        (greater, (2, 2.3, 0, -1), INCONCLUSIVE),
        (ranking, (3, 2, 1), SUPPORTED),
        (ranking, (3, 1, 2), CONTRADICTED),
        (ranking, (1, 2, 3), CONTRADICTED),
        (ranking, (3, 2, 1.75), INCONCLUSIVE),
        (rising, (0, 1, 2, 3), SUPPORTED),
        (rising, (0, 1, 1, 2), SUPPORTED),
        (rising, (3, 2, 1, 0), CONTRADICTED),
        (rising, (0, 2, 1, 3), CONTRADICTED),
        (rising, (0, 1, 0.7, 2), INCONCLUSIVE),
        # Page's test says nothing of two runs: there the second has to be higher.
        (rising, (0, 2), SUPPORTED),
        (rising, (2, 0), CONTRADICTED),
        (rising, (0, 0), EQUIVALENT),
        (level_from(2), (0, 1, 2, 2, 2), SUPPORTED),
        (level_from(2), (2, 1, 0, 0, 0), CONTRADICTED),
        (level_from(2), (0, 1, 2, 2, 4), CONTRADICTED),
        (level_from(2), (0, 1, 2, 2, 2.5), INCONCLUSIVE),
        (level_from(1), (0, 2, 2, 2), SUPPORTED),
        (level_from(1), (2, 0, 0, 0), CONTRADICTED),
        (rise_fall, (0, 1, 2, 1, 0), SUPPORTED),
        (rise_fall, (0, 1, 2, 3, 4), CONTRADICTED),
        (rise_fall, (4, 3, 2, 3, 4), CONTRADICTED),
        (rise_fall, (0, 1, 2, 3, 3), INCONCLUSIVE),
        (named(2), (0, 1, 2, 1, 0), SUPPORTED),
        (named(2), (0, 1, 2, 3, 0), CONTRADICTED),
        (named(2), (0, 1, 2, 1.8, 0), INCONCLUSIVE),
        (equivalent, (0, 0), SUPPORTED),
        (equivalent, (2, 0), CONTRADICTED),
        (equivalent, (0, 2), CONTRADICTED),
        (equivalent, (0.5, 0), INCONCLUSIVE),
        (one_sided, (0, 0), SUPPORTED),
        (one_sided, (0, 9), SUPPORTED),
        (one_sided, (2, 0), CONTRADICTED),
        (one_sided, (0.5, 0), INCONCLUSIVE),
        (reported(0.3), (0,), INCONCLUSIVE),
        (reported(3), (0,), CONTRADICTED),
        (reported(-3), (0,), CONTRADICTED),
    ],
)
def test_every_form_both_ways_and_undecided(form: Form, means: tuple[float, ...], expected: str) -> None:
    assert judged(form(runs(*means), LIMITS)) == expected


@pytest.mark.parametrize(
    ("form", "means", "expected", "by_small_margin"),
    [
        (greater, (0.2, 0), SMALL, SUPPORTED),
        (ranking, (0.4, 0.2, 0), SMALL, SUPPORTED),
        (greater, (0.2, 0, 0, 0), SMALL, SUPPORTED),
        (named(1), (0, 0.2, 0), SMALL, SUPPORTED),
        (rise_fall, (0, 0.2, 0), SMALL, SUPPORTED),
        # An opposite that is smaller than matters contradicts nothing.
        (greater, (0, 0.2), EQUIVALENT, CONTRADICTED),
        (ranking, (0, 0.2, -9), EQUIVALENT, CONTRADICTED),
        (rising, (0.2, 0, 9, 18), SUPPORTED, CONTRADICTED),
    ],
)
def test_what_the_margin_decides(form: Form, means: tuple[float, ...], expected: str, by_small_margin: str) -> None:
    values = runs(*means, spread=0.1)
    assert judged(form(values, LIMITS)) == expected
    assert judged(form(values, Limits(margin=0.1))) == by_small_margin


def test_all_of_several_need_no_correction_and_one_of_several_does() -> None:
    values = runs(0.5, 0, 0.1, -0.4)
    pairs = [welch(values[:, 0], values[:, other]) for other in (1, 2, 3)]
    outcome, opposite = greater(values, LIMITS), greater(-values, Limits(margin=0.01))
    assert (outcome.support.p, outcome.comparisons) == (max(pair.p_above() for pair in pairs), 3)
    assert opposite.against.p == pytest.approx(3 * min(pair.p_above() for pair in pairs))
    assert opposite.against.second == 3


def test_the_interval_of_the_smallest_lead_spans_what_the_tests_answer() -> None:
    values = runs(0.6, 0, 0.1)
    outcome = greater(values, LIMITS)
    pairs = [welch(values[:, 0], values[:, other]) for other in (1, 2)]
    assert outcome.headline.second == 2
    assert outcome.headline.lower == min(pair.interval(0.9)[0] for pair in pairs)
    assert outcome.headline.upper == min(pair.interval(0.95)[1] for pair in pairs)
    assert (outcome.headline.lower > 0) == (outcome.support.p < 0.05)


def test_a_rise_is_a_trend_and_no_step_back() -> None:
    values = runs(0, 1, 2, 3)
    outcome = rising(values, LIMITS)
    steps = [welch(values[:, i + 1], values[:, i]).p_above(-0.5) for i in range(3)]
    assert outcome.support.p == max(page_p(values), *steps)
    assert (outcome.headline.first, outcome.headline.second) == (3, 0)
    # A single step back below the margin is no contradiction, and is what an open claim shows.
    open_step = rising(runs(0, 1, 0.7, 2), LIMITS).support
    assert (open_step.first, open_step.second, open_step.need) == (2, 1, NOT_BELOW)


def test_the_p_of_a_peak_that_may_be_anywhere_is_multiplied() -> None:
    values = runs(0, 0.1, 0.6, 0)
    peaks = [max(welch(values[:, i], values[:, end]).p_above() for end in (0, 3)) for i in (1, 2)]
    outcome = rise_fall(values, LIMITS)
    assert (outcome.support.p, outcome.headline.first) == (2 * min(peaks), 2)


def test_a_difference_of_exactly_the_margin_is_neither_inside_nor_beyond() -> None:
    outcome = equivalent(runs(0.5, 0), LIMITS)
    assert (outcome.support.p, outcome.against.p) == pytest.approx((0.5, 1))


@pytest.mark.parametrize("form", [greater, ranking, rising, rise_fall, named(1)])
def test_equal_values_everywhere_show_no_difference_that_matters(form: Form) -> None:
    assert judged(form(np.full((5, 4), 89.2), LIMITS)) == EQUIVALENT


@pytest.mark.parametrize("form", [greater, ranking, rising, rise_fall, named(1), equivalent])
def test_one_seed_has_an_effect_and_no_p(form: Form) -> None:
    outcome = form(runs(0, 1, 2)[:1], LIMITS)
    assert math.isnan(outcome.support.p)
    assert math.isfinite(outcome.headline.difference.effect)


def test_with_one_seed_the_least_clear_comparison_is_the_one_that_is_shown() -> None:
    assert greater(runs(2, 0, 1.5, 1)[:1], LIMITS).headline.second == 2
    assert ranking(runs(3, 2, 2.5)[:1], LIMITS).headline.first == 1


@pytest.mark.parametrize("form", [greater, rising])
def test_a_seed_that_one_run_lacks(form: Form) -> None:
    values = runs(0, 1, 2, 3) if form is rising else runs(1, 0)
    values[2, 1] = NAN
    assert judged(form(values, LIMITS)) == SUPPORTED


def test_a_reported_number_contradicts_just_outside_the_prediction_interval() -> None:
    # Deviations -0.3 .. 0.3: s = 0.25495, t(0.975, 4) = 2.7764.
    edge = 2.77645 * float(np.std(SPREAD, ddof=1)) * math.sqrt(1 + 1 / 5)
    assert value(runs(0), LIMITS, edge).against.p == pytest.approx(0.05, abs=1e-5)
    assert judged(value(runs(0), Limits(margin=2), 0)) == SUPPORTED


@pytest.mark.parametrize(
    ("holds", "support", "against"),
    [([True] * 5, 1 / 32, 1), ([False] * 5, 1, 1 / 32), ([True, False], 0.75, 0.75)],
)
def test_a_property_of_curves_is_a_share_of_seeds(holds: list[bool], support: float, against: float) -> None:
    assert share(holds) == pytest.approx((sum(holds), len(holds), support, against))


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
