"""Statistics on arrays of per-seed values.

Nothing here knows of claims or measures. scipy.stats and statsmodels take a second to
import, so the functions that need them import them themselves.
"""

import math
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import digamma, polygamma, stdtr, stdtrit  # the last two: Student's t and its quantiles

Array = NDArray[np.float64]

FEWEST_SEEDS = 3  # of a run, for a verdict or a p-value


def finite(values: Array) -> Array:
    """Return the finite values; a missing or diverged run is NaN."""
    return values[np.isfinite(values)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """An estimated difference, its standard error, and the error's degrees of freedom.

    The error is NaN where there were too few values; then every p is NaN. It is 0 where all
    values of each group were equal; then the difference is certain.
    """

    effect: float
    error: float
    freedom: float

    def p_above(self, threshold: float = 0.0) -> float:
        """Return the one-sided p for a true difference above `threshold`."""
        if self.error == 0:
            return 0.0 if self.effect > threshold else 1.0
        return float(stdtr(self.freedom, (threshold - self.effect) / self.error))

    def p_below(self, threshold: float = 0.0) -> float:
        """Return the one-sided p for a true difference below `threshold`."""
        return Difference(effect=-self.effect, error=self.error, freedom=self.freedom).p_above(-threshold)

    def lower(self, level: float) -> float:
        """Return the one-sided lower bound: `p_above` of any smaller threshold is below `level`."""
        return self.effect - self._half_width(level)

    def upper(self, level: float) -> float:
        """Return the one-sided upper bound."""
        return self.effect + self._half_width(level)

    def _half_width(self, level: float) -> float:
        return 0.0 if self.error == 0 else float(stdtrit(self.freedom, 1 - level)) * self.error

    def with_seeds(self, seeds: int) -> Self:
        """Return the difference of this mean and this deviation over another number of paired seeds."""
        return replace(self, error=self.error * math.sqrt((self.freedom + 1) / seeds), freedom=seeds - 1)


def _moments(values: Array) -> tuple[float, float]:
    """Return mean and variance, exactly where all values are equal: rounding is not spread."""
    # Use plain floats: numpy takes 20 times as long for ten values, and the calibration computes a million means.
    numbers, n = values.tolist(), len(values)
    if n < 2:
        return (numbers[0] if numbers else math.nan), math.nan
    mean = numbers[0] if min(numbers) == max(numbers) else math.fsum(numbers) / n
    return mean, math.fsum((number - mean) ** 2 for number in numbers) / (n - 1)


def welch(a: Array, b: Array) -> Difference:
    """Return Welch's difference of two means, a - b; the variances may differ, and NaN does not count.

    The degrees of freedom are Welch's and Satterthwaite's, rounded down. Unrounded, a 5 % test
    of three seeds with unequal spreads errs in up to 5.4 % of cases.
    """
    a, b = finite(a), finite(b)
    (mean_a, variance_a), (mean_b, variance_b) = _moments(a), _moments(b)
    part_a, part_b = variance_a / max(len(a), 1), variance_b / max(len(b), 1)
    error = math.sqrt(part_a + part_b)
    if not error > 0:
        return Difference(effect=mean_a - mean_b, error=error, freedom=math.inf if error == 0 else math.nan)
    freedom = (part_a + part_b) ** 2 / (part_a**2 / (len(a) - 1) + part_b**2 / (len(b) - 1))
    return Difference(effect=mean_a - mean_b, error=error, freedom=math.floor(freedom + 1e-9))


def paired(a: Array, b: Array) -> Difference:
    """Return the mean difference a - b over the seeds that both have; a[i] and b[i] share a seed."""
    differences = finite(a - b)
    mean, variance = _moments(differences)
    error = math.sqrt(variance / max(len(differences), 1))
    return Difference(effect=mean, error=error, freedom=float(len(differences) - 1))


def page_p(values: Array) -> float:
    """Return the p of Page's test that the columns rise from left to right; values[seed, column].

    Seeds with a NaN do not count. NaN for fewer than two seeds or three columns.
    """
    from scipy.stats import page_trend_test

    complete = values[np.isfinite(values).all(axis=1)]
    if complete.shape[0] < 2 or complete.shape[1] < 3:
        return float("nan")
    return float(page_trend_test(complete).pvalue)


def share_p(successes: int, n: int, alternative: str = "greater", share: float = 0.5) -> float:
    """Return the exact binomial p for a true share above `share`, or below it if `alternative` is "less"."""
    from scipy.stats import binomtest

    return float(binomtest(successes, n, share, alternative=alternative).pvalue)


def share_interval(successes: int, n: int, level: float = 0.9) -> tuple[float, float]:
    """Return the exact (Clopper-Pearson) interval of a share."""
    from scipy.stats import binomtest

    interval = binomtest(successes, n).proportion_ci(level, method="exact")
    return float(interval.low), float(interval.high)


def adjust(p_values: Array, method: str = "holm") -> Array:
    """Adjust p-values by Holm's method, or another that statsmodels names; NaN stays NaN and does not count."""
    adjusted = np.full(len(p_values), np.nan)
    known = ~np.isnan(p_values)
    if known.any():
        adjusted[known] = _holm(p_values[known]) if method == "holm" else _by_statsmodels(p_values[known], method)
    return adjusted


def _holm(p_values: Array) -> Array:
    # Write Holm's method out: statsmodels collects garbage in each call of it, which takes 0.1 s.
    order = np.argsort(p_values)
    products = np.maximum.accumulate(p_values[order] * np.arange(len(order), 0, -1))
    return np.minimum(1.0, products)[np.argsort(order)]


def _by_statsmodels(p_values: Array, method: str) -> Array:
    from statsmodels.stats.multitest import multipletests

    return np.asarray(multipletests(p_values, method=method)[1])


def shrunken_variances(variances: Array, freedoms: Array) -> tuple[Array, float]:
    """Return variances shrunk towards their common value, and the degrees of freedom that the prior adds.

    Empirical Bayes for scaled F variances: ten seeds can scatter little by luck (G. K. Smyth, Linear
    models and empirical Bayes methods, Statistical Applications in Genetics 3, 2004, section 6.2).
    NaN and zeros do not count for the prior. The prior is infinite where chance explains all differences.
    """
    known = (variances > 0) & (freedoms > 0)
    if known.sum() < 2:
        return variances, 0.0
    half = freedoms[known] / 2
    logs = np.log(variances[known]) - digamma(half) + np.log(half)
    excess = float(logs.var(ddof=1) - polygamma(1, half).mean())
    if excess <= 0:
        pooled = float(np.average(variances[known], weights=freedoms[known]))
        return np.full(len(variances), pooled), math.inf
    prior = 2 * _inverse_trigamma(excess)
    common = math.exp(logs.mean() + digamma(prior / 2) - math.log(prior / 2))
    return (prior * common + freedoms * variances) / (prior + freedoms), prior


def _inverse_trigamma(value: float) -> float:
    return float(brentq(lambda x: float(polygamma(1, x)) - value, 1e-8, 1e8))
