"""The test of each form of claim, on a matrix of per-seed values: values[seed, run].

A row is a seed and a column a run, in the order of fmnist.claims.compared_runs; a missing or
diverged run is NaN. Every form expects its first run above the others: for a claim that a measure
falls, the caller negates the values. Two rules keep false verdicts below the significance level
(benchmarks/calibration.py shows it): where all of several comparisons must hold, the largest p
decides as it is; where one of several is enough, the smallest p is multiplied by their number
(Bonferroni).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import nan
from typing import NamedTuple

import numpy as np

from fmnist.analysis.statistics import Array, Difference, finite, page_p, share_p, welch

# What a claim needs of a comparison of two runs.
ABOVE = "above"  # the first exceeds the second
NOT_BELOW = "not below"  # it does not fall below the second by the margin
NOT_ABOVE = "not above"  # it does not exceed the second by the margin
WITHIN = "within"  # the two differ by less than the margin


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What was fixed in advance: from which difference on it matters, and the level of every test."""

    margin: float  # in the unit of the values
    significance: float = 0.05

    def level(self, among: int = 1) -> float:
        """The level of a two-sided interval with one-sided bounds as its ends, one picked among several."""
        return 1 - 2 * self.significance / among

    # Rules that give a difference its p-value.
    def opposite(self, difference: Difference) -> float:
        """P that the first is below the second; 1 where the two are shown to differ by less than matters."""
        return 1.0 if self.within(difference) < self.significance else difference.p_below()

    def smaller(self, difference: Difference) -> float:
        """P that the first does not exceed the second by the margin."""
        return difference.p_below(self.margin)

    def within(self, difference: Difference) -> float:
        """P that the two differ by less than the margin."""
        return difference.p_within(self.margin)

    def beyond(self, difference: Difference) -> float:
        """P that the two differ by more than the margin."""
        return difference.p_beyond(self.margin)


Rule = Callable[[Difference], float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Two columns held against each other; `difference` is the first minus the second.

    `lower` and `upper` are one-sided bounds, each at the significance level. They are wider
    where this comparison was picked among several. `p` is of what the comparison decides.
    """

    first: int
    second: int
    difference: Difference
    lower: float
    upper: float
    need: str = ABOVE
    p: float = nan


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What the runs say about one claim, before any correction for the number of claims."""

    support: Comparison  # the claim holds
    against: Comparison  # its opposite holds
    equal: Comparison | None = None  # there is no difference that matters where the claim needs one
    headline: Comparison  # what to show of the claim where it is supported
    small: float = nan  # p that the headline's difference is smaller than matters; NaN where that says nothing
    comparisons: int = 1  # how many the claim needs


class ShareOutcome(NamedTuple):
    """In how many seeds a property holds, and the exact p that it holds in most, or in few."""

    successes: int
    n: int
    support: float
    against: float


def greater(values: Array, limits: Limits) -> Outcome:
    """The first run exceeds every other: Welch's test of each pair.

    This also tests the form `best`. Dunnett's test would assume one variance for all runs; where
    the first run scatters more than the others, it errs in up to 16% of cases instead of 5%
    (benchmarks/calibration.csv). So it is shown beside the verdict and does not decide.
    """
    return _each_above(values, limits, [(0, other) for other in range(1, values.shape[1])])


def ranking(values: Array, limits: Limits) -> Outcome:
    """Every run exceeds the next one."""
    return _each_above(values, limits, [(i, i + 1) for i in range(values.shape[1] - 1)])


def rising(values: Array, limits: Limits) -> Outcome:
    """Page's test finds a trend, and every step back by the margin is ruled out.

    The opposite is shown by a falling trend, or by one step back. Two columns are no trend: there
    the second has to exceed the first.
    """
    last = values.shape[1] - 1
    if last == 1:
        return _each_above(values, limits, [(1, 0)])
    ends = _compare(values, limits, last, 0)
    steps = [_compare(values, limits, i + 1, i, NOT_BELOW) for i in range(last)]
    steady = _all(steps, lambda difference: difference.p_above(-limits.margin))
    trivial = limits.within(ends.difference) < limits.significance
    fall = 1.0 if trivial else _times(last + 1, page_p(-values))  # the steps, and the trend as a whole
    return Outcome(
        support=max(replace(ends, p=page_p(values)), _smallest_lead(steady.p, steps, limits), key=_order),
        against=min(replace(ends, p=fall), _one(steps, limits.opposite, limits, last + 1), key=_order),
        equal=_all([ends, *steps], limits.within),
        headline=ends,
        small=limits.smaller(ends.difference),
    )


def plateau(values: Array, limits: Limits, start: int) -> Outcome:
    """Rises up to the column `start`, and every later column differs from it by less than the margin."""
    rise = rising(values[:, : start + 1], limits)
    later = [_compare(values, limits, other, start, WITHIN) for other in range(start + 1, values.shape[1])]
    # The bounds hold for all of the later columns.
    lower, upper = min(one.lower for one in later), max(one.upper for one in later)
    flat = replace(_all(later, limits.within), lower=lower, upper=upper)
    against = min(rise.against, _one(later, limits.beyond, limits), key=_order)
    return Outcome(
        support=max(rise.support, flat, key=_order),
        against=replace(against, p=_times(2, against.p)),  # either is enough
        equal=max(rise.equal or flat, flat, key=_order),
        headline=rise.headline,
        small=rise.small,
    )


def rise_fall(values: Array, limits: Limits, turn: int | None = None) -> Outcome:
    """Some inner column exceeds both ends; where `turn` names it, it exceeds every other column.

    The opposite is shown where every inner column is below one of the ends.
    """
    count = values.shape[1]
    if turn is not None:
        return _each_above(values, limits, [(turn, other) for other in range(count) if other != turn])
    leads = [[_compare(values, limits, i, end) for end in (0, count - 1)] for i in range(1, count - 1)]
    support = _peak(leads, limits)
    return Outcome(
        support=support,
        against=max((_one(lead, limits.opposite, limits) for lead in leads), key=_order),
        equal=_all([comparison for lead in leads for comparison in lead], limits.within),
        headline=support,
        small=max((_one(lead, limits.smaller, limits) for lead in leads), key=_order).p,
    )


def _peak(leads: Sequence[Sequence[Comparison]], limits: Limits) -> Comparison:
    """The inner column that is clearest above both ends; any would do, so its p is multiplied by their number."""
    p = min((_all(lead, Difference.p_above) for lead in leads), key=_order).p
    highest = max((min(lead, key=_effect) for lead in leads), key=_effect)
    lower = max(min(c.difference.interval(limits.level(len(leads)))[0] for c in lead) for lead in leads)
    upper = max(min(c.difference.interval(limits.level(2))[1] for c in lead) for lead in leads)
    return replace(highest, lower=lower, upper=upper, p=_times(len(leads), p))


def equivalent(values: Array, limits: Limits, tail: str = "two") -> Outcome:
    """The first run differs from the second by less than the margin (TOST).

    With `tail` one, it only has to stay below the second plus the margin.
    """
    if tail == "two":
        pair = _compare(values, limits, 0, 1, WITHIN)
        return _of_one_pair(pair, limits.within(pair.difference), limits.beyond(pair.difference))
    pair = _compare(values, limits, 0, 1, NOT_ABOVE)
    return _of_one_pair(pair, limits.smaller(pair.difference), pair.difference.p_above(limits.margin))


def value(values: Array, limits: Limits, reported: float) -> Outcome:
    """The original's one number differs from ours by less than the margin.

    Its own seed noise is unknown and taken for ours: the error is that of a prediction. The
    opposite is shown where the number lies outside the prediction interval.
    """
    ours = finite(values[:, 0])
    n = len(ours)
    error = float(np.std(ours, ddof=1) * np.sqrt(1 + 1 / n)) if n > 1 else nan
    difference = Difference(effect=float(ours.mean()) - reported, error=error, freedom=n - 1)
    pair = _comparison(0, 0, difference, limits, WITHIN)
    return _of_one_pair(pair, limits.within(difference), difference.p_beyond(0))


def share(holds: Sequence[bool]) -> ShareOutcome:
    """A property of a run holds in more than half of all seeds; the opposite: in fewer than half."""
    successes, n = sum(holds), len(holds)
    return ShareOutcome(successes, n, share_p(successes, n), share_p(successes, n, alternative="less"))


def _of_one_pair(pair: Comparison, support: float, against: float) -> Outcome:
    return Outcome(support=replace(pair, p=support), against=replace(pair, p=against), headline=pair)


def _each_above(values: Array, limits: Limits, pairs: Sequence[tuple[int, int]]) -> Outcome:
    comparisons = [_compare(values, limits, first, second) for first, second in pairs]
    support = _smallest_lead(_all(comparisons, Difference.p_above).p, comparisons, limits)
    return Outcome(
        support=support,
        against=_one(comparisons, limits.opposite, limits),
        equal=_one(comparisons, limits.within, limits),
        headline=support,
        small=_one(comparisons, limits.smaller, limits).p,
        comparisons=len(pairs),
    )


def _compare(values: Array, limits: Limits, first: int, second: int, need: str = ABOVE) -> Comparison:
    return _comparison(first, second, welch(values[:, first], values[:, second]), limits, need)


def _comparison(first: int, second: int, difference: Difference, limits: Limits, need: str) -> Comparison:
    lower, upper = difference.interval(limits.level())
    return Comparison(first=first, second=second, difference=difference, lower=lower, upper=upper, need=need)


def _all(comparisons: Sequence[Comparison], rule: Rule) -> Comparison:
    """All have to hold: the largest p as it is; of equal ones, the smallest difference."""
    return max((replace(one, p=rule(one.difference)) for one in comparisons), key=_order)


def _one(comparisons: Sequence[Comparison], rule: Rule, limits: Limits, among: int | None = None) -> Comparison:
    """One is enough: the smallest p times the number of comparisons, and as wide an interval."""
    among = among or len(comparisons)
    best = min((replace(one, p=rule(one.difference)) for one in comparisons), key=_order)
    lower, upper = best.difference.interval(limits.level(among))
    return replace(best, lower=lower, upper=upper, p=_times(among, best.p))


def _times(count: int, p: float) -> float:
    """Bonferroni's correction; NaN stays NaN."""
    return float(np.minimum(1.0, count * p))


def _order(comparison: Comparison) -> tuple[float, float]:
    """Sort by p, and by the difference where p says nothing: two tiny ones, or one seed."""
    return (0.0 if np.isnan(comparison.p) else comparison.p, -_effect(comparison))


def _effect(comparison: Comparison) -> float:
    return comparison.difference.effect


def _smallest_lead(p: float, comparisons: Sequence[Comparison], limits: Limits) -> Comparison:
    """Return the smallest of several differences, with `p` and with bounds for the smallest true one.

    That one is above the lowest of the bounds that hold for each taken alone, and below the
    lowest of the bounds that hold for all at once.
    """
    lower = min(comparison.lower for comparison in comparisons)
    upper = min(comparison.difference.interval(limits.level(len(comparisons)))[1] for comparison in comparisons)
    return replace(min(comparisons, key=_effect), lower=lower, upper=upper, p=p)
