"""The test of each form of claim, on a matrix of per-seed values: values[seed, run].

A row is a seed and a column a run, in the order of fmnist.claims.compared_runs.compared_runs; a missing
or diverged run is NaN. Every form expects more to be better: for a claim that a measure falls,
the caller hands over the negated values. Two rules keep false verdicts below the significance
level (benchmarks/calibration.py shows it): where all of several comparisons have to hold, the
largest p decides as it is; where one of several is enough, the smallest p counts times their
number (Bonferroni).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fmnist.analysis.statistics import Array, Difference, finite, page_p, welch

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
        """Of two-sided intervals whose ends are one-sided bounds, when one of so many is picked."""
        return 1 - 2 * self.significance / among


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Two columns held against each other; `difference` is the first minus the second.

    `lower` and `upper` are one-sided bounds, each at the significance level, and take into
    account from how many comparisons this one was picked.
    """

    first: int
    second: int
    difference: Difference
    lower: float
    upper: float
    need: str = ABOVE


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """A p-value and the comparison that decides it."""

    p: float
    comparison: Comparison


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What the runs say about one claim, before any correction for the number of claims."""

    support: Evidence  # the claim holds
    against: Evidence  # its opposite holds
    equal: Evidence | None  # there is no difference that matters where the claim needs one
    headline: Comparison  # what to show of the claim where it is supported
    small: float  # p that the headline's difference is smaller than matters; NaN where that says nothing
    comparisons: int = 1  # how many the claim needs


Rule = Callable[[Difference], float]


def _times(count: int, p: float) -> float:
    """Bonferroni's correction; NaN stays NaN."""
    return float(np.minimum(1.0, count * p))


def _above(difference: Difference) -> float:
    return difference.p_above()


def _opposite(limits: Limits) -> Rule:
    """P that the first is below the second; 1 where the two are shown to differ by less than matters."""

    def rule(difference: Difference) -> float:
        trivial = difference.p_within(limits.margin) < limits.significance
        return 1.0 if trivial else difference.p_below()

    return rule


def _smaller(limits: Limits) -> Rule:
    return lambda difference: difference.p_below(limits.margin)


def _within(limits: Limits) -> Rule:
    return lambda difference: difference.p_within(limits.margin)


def _beyond(limits: Limits) -> Rule:
    return lambda difference: difference.p_beyond(limits.margin)


def _compare(values: Array, limits: Limits, first: int, second: int, need: str = ABOVE) -> Comparison:
    difference = welch(values[:, first], values[:, second])
    lower, upper = difference.interval(limits.level())
    return Comparison(first=first, second=second, difference=difference, lower=lower, upper=upper, need=need)


def _all(comparisons: Iterable[Comparison], rule: Rule) -> Evidence:
    """All have to hold: the largest p as it is; of equal ones, the smallest difference."""
    return max(_evidence(comparisons, rule), key=_order)


def _one(comparisons: Sequence[Comparison], rule: Rule, limits: Limits, among: int | None = None) -> Evidence:
    """One is enough: the smallest p times the number of comparisons, and as wide an interval."""
    among = among or len(comparisons)
    best = min(_evidence(comparisons, rule), key=_order)
    lower, upper = best.comparison.difference.interval(limits.level(among))
    return Evidence(p=_times(among, best.p), comparison=replace(best.comparison, lower=lower, upper=upper))


def _evidence(comparisons: Iterable[Comparison], rule: Rule) -> list[Evidence]:
    return [Evidence(p=rule(comparison.difference), comparison=comparison) for comparison in comparisons]


def _order(evidence: Evidence) -> tuple[float, float]:
    """Sorts by p, and by the difference where p says nothing: two tiny ones, or one seed."""
    return (0.0 if np.isnan(evidence.p) else evidence.p, -evidence.comparison.difference.effect)


def _smallest_lead(evidence: Evidence, comparisons: Sequence[Comparison], limits: Limits) -> Evidence:
    """Show the smallest of several differences, with bounds for the smallest true one.

    That one is above the lowest of the bounds that hold for each taken alone, and below the
    lowest of the bounds that hold for all at once.
    """
    smallest = min(comparisons, key=_effect)
    lower = min(comparison.lower for comparison in comparisons)
    upper = min(comparison.difference.interval(limits.level(len(comparisons)))[1] for comparison in comparisons)
    return replace(evidence, comparison=replace(smallest, lower=lower, upper=upper))


def _effect(comparison: Comparison) -> float:
    return comparison.difference.effect


def _each_above(values: Array, limits: Limits, pairs: Sequence[tuple[int, int]]) -> Outcome:
    comparisons = [_compare(values, limits, first, second) for first, second in pairs]
    support = _smallest_lead(_all(comparisons, _above), comparisons, limits)
    return Outcome(
        support=support,
        against=_one(comparisons, _opposite(limits), limits),
        equal=_one(comparisons, _within(limits), limits),
        headline=support.comparison,
        small=_one(comparisons, _smaller(limits), limits).p,
        comparisons=len(pairs),
    )


def greater(values: Array, limits: Limits) -> Outcome:
    """The first run exceeds every other: Welch's test of each pair."""
    return _each_above(values, limits, [(0, other) for other in range(1, values.shape[1])])


# The named winner exceeds every other. Dunnett's test would assume one variance for all runs;
# where the winner scatters more than the others, it errs in up to 16% of cases instead of 5%
# (benchmarks/calibration.csv), so that it stands beside the verdict and does not decide it.
best = greater


def ranking(values: Array, limits: Limits) -> Outcome:
    """Every run exceeds the one that comes next."""
    return _each_above(values, limits, [(i, i + 1) for i in range(values.shape[1] - 1)])


def rising(values: Array, limits: Limits) -> Outcome:
    """Page's test finds a trend, and every step back beyond the margin is ruled out.

    The opposite is shown by a falling trend, or by one step back. Of two columns, which are no
    trend, the second exceeds the first.
    """
    last = values.shape[1] - 1
    if last == 1:
        return _each_above(values, limits, [(1, 0)])
    ends = _compare(values, limits, last, 0)
    steps = [_compare(values, limits, i + 1, i, NOT_BELOW) for i in range(last)]
    steady = _all(steps, lambda difference: difference.p_above(-limits.margin))
    trend = Evidence(p=page_p(values), comparison=ends)
    return Outcome(
        support=max(trend, _smallest_lead(steady, steps, limits), key=_order),
        against=_against_rising(values, ends, steps, limits),
        equal=_all([ends, *steps], _within(limits)),
        headline=ends,
        small=ends.difference.p_below(limits.margin),
    )


def _against_rising(values: Array, ends: Comparison, steps: Sequence[Comparison], limits: Limits) -> Evidence:
    among = len(steps) + 1  # the steps, and the trend as a whole
    trivial = ends.difference.p_within(limits.margin) < limits.significance
    fall = Evidence(p=1.0 if trivial else _times(among, page_p(-values)), comparison=ends)
    return min(fall, _one(steps, _opposite(limits), limits, among), key=_order)


def plateau(values: Array, limits: Limits, start: int) -> Outcome:
    """Rises up to the column `start`, from which on no column differs from it by what matters."""
    rise = rising(values[:, : start + 1], limits)
    later = [_compare(values, limits, other, start, WITHIN) for other in range(start + 1, values.shape[1])]
    flat = _envelope(_all(later, _within(limits)), later)
    against = min(rise.against, _one(later, _beyond(limits), limits), key=_order)
    assert rise.equal is not None
    return Outcome(
        support=max(rise.support, flat, key=_order),
        against=replace(against, p=_times(2, against.p)),  # either is enough
        equal=max(rise.equal, flat, key=_order),
        headline=rise.headline,
        small=rise.small,
    )


def _envelope(evidence: Evidence, comparisons: Sequence[Comparison]) -> Evidence:
    """Give one of several comparisons the bounds that hold for all of them."""
    lower = min(comparison.lower for comparison in comparisons)
    upper = max(comparison.upper for comparison in comparisons)
    return replace(evidence, comparison=replace(evidence.comparison, lower=lower, upper=upper))


def rise_fall(values: Array, limits: Limits, turn: int | None = None) -> Outcome:
    """Some inner column exceeds both ends; where `turn` names it, it exceeds every other column.

    The opposite is shown where every inner column is below one of the ends.
    """
    count = values.shape[1]
    if turn is not None:
        return _each_above(values, limits, [(turn, other) for other in range(count) if other != turn])
    leads = [[_compare(values, limits, i, end) for end in (0, count - 1)] for i in range(1, count - 1)]
    support = _peak(leads, limits)
    edges = [_one(lead, _opposite(limits), limits) for lead in leads]
    small = [_one(lead, _smaller(limits), limits) for lead in leads]
    return Outcome(
        support=support,
        against=max(edges, key=_order),
        equal=_all([comparison for lead in leads for comparison in lead], _within(limits)),
        headline=support.comparison,
        small=max(small, key=_order).p,
    )


def _peak(leads: Sequence[Sequence[Comparison]], limits: Limits) -> Evidence:
    """The inner column that is clearest above both ends; any of them would do, so that its p counts for each."""
    among = len(leads)
    p = min((_all(lead, _above) for lead in leads), key=_order).p
    highest = max((min(lead, key=_effect) for lead in leads), key=_effect)
    lower = max(min(c.difference.interval(limits.level(among))[0] for c in lead) for lead in leads)
    upper = max(min(c.difference.interval(limits.level(2))[1] for c in lead) for lead in leads)
    return Evidence(p=_times(among, p), comparison=replace(highest, lower=lower, upper=upper))


def equivalent(values: Array, limits: Limits, tail: str = "two") -> Outcome:
    """The first run differs from the second by less than the margin (TOST).

    With `tail` one, it only has to stay below the second plus the margin.
    """
    pair = _compare(values, limits, 0, 1, WITHIN if tail == "two" else NOT_ABOVE)
    margin = limits.margin
    inside = pair.difference.p_within(margin) if tail == "two" else pair.difference.p_below(margin)
    beyond = _beyond(limits)(pair.difference) if tail == "two" else pair.difference.p_above(margin)
    return Outcome(
        support=Evidence(p=inside, comparison=pair),
        against=Evidence(p=beyond, comparison=pair),
        equal=None,
        headline=pair,
        small=float("nan"),
    )


def value(values: Array, limits: Limits, reported: float) -> Outcome:
    """The original's one number differs from ours by less than the margin.

    Its own seed noise is unknown and taken for ours: the error is that of a prediction. The
    opposite is shown where the number lies outside the prediction interval.
    """
    ours = finite(values[:, 0])
    n = len(ours)
    error = float(np.std(ours, ddof=1) * np.sqrt(1 + 1 / n)) if n > 1 else float("nan")
    difference = Difference(effect=float(ours.mean()) - reported, error=error, freedom=n - 1)
    lower, upper = difference.interval(limits.level())
    pair = Comparison(first=0, second=0, difference=difference, lower=lower, upper=upper, need=WITHIN)
    return Outcome(
        support=Evidence(p=difference.p_within(limits.margin), comparison=pair),
        against=Evidence(p=_times(2, min(difference.p_above(), difference.p_below())), comparison=pair),
        equal=None,
        headline=pair,
        small=float("nan"),
    )
