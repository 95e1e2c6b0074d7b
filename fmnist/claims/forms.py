"""The test of each form of claim: three p-values, of the claim, of no difference that matters, of the opposite.

The three are tested side by side, after J. Goeman, A. Solari and T. Stijnen, Three-sided hypothesis
testing, Statistics in Medicine 29, 2010. Each is wrong in at most 5 % of cases by itself. Every form
takes the differences between runs, in the order of fmnist.claims.compared_runs, and expects the first
run above the others: for a claim that a measure falls, the caller negates the values.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise, permutations
from math import nan
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from fmnist.analysis.statistics import Array, Difference, page_p, paired, share_interval, share_p
from fmnist.claims.estimands import Comparison, Estimand, Extreme, smallest

Differences = Callable[[int, int], Difference]  # of two runs, by their columns


class PValues(NamedTuple):
    """The p-values of a claim before Holm's correction; NaN where its form has no such test."""

    holds: float = nan
    no_difference: float = nan  # that matters
    fails: float = nan  # of the claim's opposite

    @property
    def decision(self) -> float:
        """The smallest of the three: on it the verdict rests. NaN where there is none."""
        return float(np.nanmin(self)) if not np.isnan(self).all() else nan


@dataclass(frozen=True, kw_only=True, slots=True)
class Directed:
    """The estimand is above zero."""

    estimand: Estimand
    margin: float

    @property
    def p(self) -> PValues:
        """The three p-values."""
        trivial = np.maximum(self.estimand.p_below(self.margin), self.estimand.p_above(-self.margin))
        return PValues(self.estimand.p_above(), float(trivial), self.estimand.p_below())

    def turning_margin(self, level: float) -> float:
        """Return the margin at which the verdict at this level would change; NaN where none would."""
        lower, upper = self.estimand.lower(level), self.estimand.upper(level)
        return nan if upper < 0 else max(upper, -lower)

    def with_seeds(self, seeds: int) -> "Directed":
        """Return the test for the same means and deviations over another number of seeds."""
        return replace(self, estimand=self.estimand.with_seeds(seeds))


@dataclass(frozen=True, kw_only=True, slots=True)
class Trend:
    """The values rise along an axis. Steps back are named, and not fatal."""

    estimand: Estimand  # the last value over the first
    spread: Estimand  # the largest difference of any two values
    margin: float
    rises: float  # p
    falls: float
    steps: tuple[Comparison, ...]  # of each value over the one before

    @property
    def p(self) -> PValues:
        """The three p-values."""
        return PValues(self.rises, self.spread.p_below(self.margin), self.falls)

    @property
    def steps_back(self) -> list[Comparison]:
        """The steps against the trend."""
        return [step for step in self.steps if step.effect < 0]

    def turning_margin(self, level: float) -> float:
        """Return the margin at which the verdict at this level would change; NaN where none would."""
        return nan if self.falls < level else self.spread.upper(level)

    def with_seeds(self, seeds: int) -> "Trend":
        """Return the test for the same means and deviations over another number of seeds."""
        growth = (seeds / (self.estimand.comparison.freedom + 1)) ** 0.5
        return replace(
            self,
            estimand=self.estimand.with_seeds(seeds),
            spread=self.spread.with_seeds(seeds),
            rises=float(ndtr(growth * ndtri(self.rises))),
            falls=float(ndtr(growth * ndtri(self.falls))),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """The estimand is below the margin."""

    estimand: Estimand
    margin: float

    @property
    def p(self) -> PValues:
        """The three p-values."""
        return PValues(holds=self.estimand.p_below(self.margin), fails=self.estimand.p_above(self.margin))

    def turning_margin(self, level: float) -> float:
        """Return the margin at which the verdict at this level would change; NaN where none would."""
        lower = self.estimand.lower(level)
        return lower if lower > self.margin else max(self.estimand.upper(level), 0.0)

    def with_seeds(self, seeds: int) -> "Level":
        """Return the test for the same means and deviations over another number of seeds."""
        return replace(self, estimand=self.estimand.with_seeds(seeds))


@dataclass(frozen=True, slots=True)
class Share:
    """A property holds in most runs, and in few of the contrast where the claim says so: exact binomial tests."""

    successes: int
    n: int
    contrast: "Share | None" = None  # the same property of another setting
    contrast_lacks_it: bool = False

    @property
    def p(self) -> PValues:
        """The three p-values."""
        if not self.n:
            return PValues()
        holds, fails = share_p(self.successes, self.n), share_p(self.successes, self.n, alternative="less")
        if not self.contrast_lacks_it or self.contrast is None:
            return PValues(holds, nan, fails)
        other = self.contrast.p
        return PValues(float(np.maximum(holds, other.fails)), nan, smallest([fails, other.holds]))

    @property
    def share(self) -> float:
        """In how many of the seeds the property holds, as a fraction."""
        return self.successes / self.n if self.n else nan

    def interval(self, level: float) -> tuple[float, float]:
        """Return the exact one-sided bounds of the share."""
        return share_interval(self.successes, self.n, 1 - 2 * level)

    def with_seeds(self, seeds: int) -> "Share":
        """Return the test for the same means and deviations over another number of seeds."""
        contrast = self.contrast.with_seeds(seeds) if self.contrast else None
        return replace(self, successes=round(self.share * seeds), n=seeds, contrast=contrast)


ClaimTest = Directed | Trend | Level | Share


def above(differences: Differences, margin: float) -> Directed:
    """The first run exceeds the second."""
    return Directed(estimand=_compare(differences, 0, 1), margin=margin)


def best(differences: Differences, count: int, margin: float) -> Directed:
    """The first of `count` runs exceeds the best of the others."""
    leads = [_compare(differences, 0, other) for other in range(1, count)]
    return Directed(estimand=Extreme(leads, greatest=False), margin=margin)


def turn(differences: Differences, count: int, margin: float) -> Directed:
    """Some inner run exceeds both ends."""
    over_ends = [[_compare(differences, i, end) for end in (0, count - 1)] for i in range(1, count - 1)]
    leads = [Extreme(both, greatest=False) for both in over_ends]
    return Directed(estimand=Extreme(leads, greatest=True), margin=margin)


def trend(values: Array, margin: float, differences: Differences | None = None) -> Trend:
    """The runs rise from the first to the last, by Page's test and by the mean slope over the seeds; values[seed, run].

    Page's test alone compares ranks: where one run scatters far more than the others, it errs in more than 5 %.
    """
    of = differences or paired_differences(values)
    count = values.shape[1]
    slope = slope_over_seeds(values)
    return Trend(
        estimand=_compare(of, count - 1, 0),
        spread=Extreme([_compare(of, *pair) for pair in permutations(range(count), 2)], greatest=True),
        margin=margin,
        rises=float(np.maximum(page_p(values), slope.p_above())),
        falls=float(np.maximum(page_p(-values), slope.p_below())),
        steps=tuple(_compare(of, later, earlier) for earlier, later in pairwise(range(count))),
    )


def weights_of_slope(count: int) -> Array:
    """Return the weights of a linear contrast over `count` runs."""
    return np.arange(count, dtype=np.float64) - (count - 1) / 2


def slope_over_seeds(values: Array) -> Difference:
    """Return the mean over the complete seeds of their linear contrast over values[seed, run]."""
    return paired(values @ weights_of_slope(values.shape[1]), np.zeros(len(values)))


def level(differences: Differences, count: int, margin: float, only_gain: bool = False) -> Level:
    """No two runs differ by the margin; with `only_gain`, the first does not exceed the second by it."""
    pairs = [(0, 1)] if only_gain else list(permutations(range(count), 2))
    return Level(estimand=Extreme([_compare(differences, *pair) for pair in pairs], greatest=True), margin=margin)


def paired_differences(values: Array) -> Differences:
    """Return the differences of values[seed, run], paired by seed."""
    return lambda first, second: paired(values[:, first], values[:, second])


def _compare(differences: Differences, first: int, second: int) -> Comparison:
    found = differences(first, second)
    return Comparison(effect=found.effect, error=found.error, freedom=found.freedom, first=first, second=second)
