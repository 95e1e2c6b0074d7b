"""Small, pure statistics on arrays of per-seed values.

Nothing here knows of claims or measures. scipy.stats and statsmodels take a second to
import: the functions that need them import them themselves.
"""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, stdtr, stdtrit  # t and binomial quantiles; scipy.stats takes a second to import

Array = NDArray[np.float64]

FEWEST_SEEDS = 3  # of a run, for a verdict or a p-value


def prediction_interval(values: Sequence[float], level: float = 0.95) -> tuple[float, float] | None:
    """Where one further run should fall: mean +- t * s * sqrt(1 + 1/n).

    One reported number without variance is held against this interval. None for fewer
    than two finite values, since one run says nothing about spread.
    """
    finite = [value for value in values if np.isfinite(value)]
    if len(finite) < 2:
        return None
    n = len(finite)
    t = stdtrit(n - 1, (1 + level) / 2)
    half_width = float(t * np.std(finite, ddof=1) * np.sqrt(1 + 1 / n))
    mean = float(np.mean(finite))
    return mean - half_width, mean + half_width


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """An estimated difference, its standard error, and the error's degrees of freedom.

    An error of NaN says that there were too few values to know it: every p is then NaN. An
    error of 0 says that no value differed from its group's: a difference is then certain.
    """

    effect: float
    error: float
    freedom: float

    def p_above(self, threshold: float = 0.0) -> float:
        """One-sided p of the hypothesis that the true difference is at most `threshold`."""
        if self.error == 0:
            return 0.0 if self.effect > threshold else 1.0
        return float(stdtr(self.freedom, (threshold - self.effect) / self.error))

    def p_below(self, threshold: float = 0.0) -> float:
        """One-sided p of the hypothesis that the true difference is at least `threshold`."""
        return Difference(effect=-self.effect, error=self.error, freedom=self.freedom).p_above(-threshold)

    def p_within(self, margin: float) -> float:
        """P of two one-sided tests (TOST) that the true difference is not within +-margin."""
        return max(self.p_above(-margin), self.p_below(margin))

    def p_beyond(self, margin: float) -> float:
        """Two-sided p of the hypothesis that the true difference is within +-margin."""
        return float(np.minimum(1.0, 2 * min(self.p_above(margin), self.p_below(-margin))))

    def interval(self, level: float = 0.9) -> tuple[float, float]:
        """Two-sided t interval; each end is a one-sided bound at (1 + level) / 2."""
        half_width = 0.0 if self.error == 0 else float(stdtrit(self.freedom, (1 + level) / 2)) * self.error
        return self.effect - half_width, self.effect + half_width


def finite(values: Array) -> Array:
    """Return the values that are numbers: a missing or diverged run is NaN."""
    return values[np.isfinite(values)]


def _moments(values: Array) -> tuple[float, float]:
    """Mean and variance; exact where all values are equal, so that rounding is no spread."""
    # Plain floats: for ten values numpy takes twenty times as long, and the calibration takes a million means.
    numbers, n = values.tolist(), len(values)
    if n == 0:
        return math.nan, math.nan
    if n == 1:
        return numbers[0], math.nan
    mean = numbers[0] if min(numbers) == max(numbers) else math.fsum(numbers) / n
    return mean, math.fsum((number - mean) ** 2 for number in numbers) / (n - 1)


def welch(a: Array, b: Array) -> Difference:
    """Welch's difference of two means, a - b: the variances may differ.

    NaN does not count. The degrees of freedom are Welch's and Satterthwaite's, rounded down:
    with three seeds and unequal spreads, unrounded ones let a 5% test err in up to 5.4% of
    cases.
    """
    a, b = finite(a), finite(b)
    (mean_a, variance_a), (mean_b, variance_b) = _moments(a), _moments(b)
    own_a, own_b = variance_a / max(len(a), 1), variance_b / max(len(b), 1)
    error = math.sqrt(own_a + own_b)
    if not error > 0:
        return Difference(effect=mean_a - mean_b, error=error, freedom=math.inf if error == 0 else math.nan)
    freedom = (own_a + own_b) ** 2 / (own_a**2 / (len(a) - 1) + own_b**2 / (len(b) - 1))
    return Difference(effect=mean_a - mean_b, error=error, freedom=math.floor(freedom + 1e-9))


def paired(a: Array, b: Array) -> Difference:
    """The mean difference a - b over the seeds that both have; a[i] and b[i] are of one seed."""
    differences = finite(a - b)
    mean, variance = _moments(differences)
    error = math.sqrt(variance / max(len(differences), 1))
    return Difference(effect=mean, error=error, freedom=float(len(differences) - 1))


def probability_above(a: Array, b: Array) -> float:
    """The share of all pairs in which a exceeds b, a tie counting half: P(A > B)."""
    pairs = np.sign(finite(a)[:, None] - finite(b)[None, :])
    return float((pairs.mean() + 1) / 2) if pairs.size else float("nan")


def page_p(values: Array) -> float:
    """P of Page's test that the columns rise from left to right; values[seed, column].

    Seeds with a NaN do not count; NaN for fewer than two seeds or three columns.
    """
    from scipy.stats import page_trend_test

    whole = values[np.isfinite(values).all(axis=1)]
    if whole.shape[0] < 2 or whole.shape[1] < 3:
        return float("nan")
    return float(page_trend_test(whole).pvalue)


def dunnett_p(control: Array, others: Sequence[Array]) -> float:
    """P of Dunnett's test that the control's mean exceeds each other's: the largest of its p.

    It assumes one variance in all groups. NaN where a group has fewer than two values, or
    where no group has any spread.
    """
    from scipy.stats import dunnett

    groups = [finite(other) for other in others]
    control = finite(control)
    if min(map(len, [control, *groups])) < 2 or all(np.ptp(group) == 0 for group in [control, *groups]):
        return float("nan")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of a group whose values are all equal, which is no fault
        # Its p is integrated by random points: a fixed seed gives the same p each time.
        found = dunnett(*groups, control=control, alternative="less", rng=np.random.default_rng(0))
    return float(max(found.pvalue))


def share_p(successes: int, n: int, alternative: str = "greater", share: float = 0.5) -> float:
    """Exact binomial p of the hypothesis that a property holds in a share of all cases (half of them) or fewer."""
    from scipy.stats import binomtest

    return float(binomtest(successes, n, share, alternative=alternative).pvalue)


def share_interval(successes: int, n: int, level: float = 0.9) -> tuple[float, float]:
    """The exact (Clopper-Pearson) interval of a share."""
    tail = (1 - level) / 2
    lower = float(betaincinv(successes, n - successes + 1, tail)) if successes > 0 else 0.0
    upper = float(betaincinv(successes + 1, n - successes, 1 - tail)) if successes < n else 1.0
    return lower, upper


def detectable_difference(a: Array, b: Array, significance: float = 0.05, power: float = 0.8) -> float:
    """The true difference that a one-sided test of so many values, so spread, finds with this power.

    NaN for fewer than two values on a side; 0 where nothing is spread.
    """
    from statsmodels.stats.power import TTestIndPower

    a, b = finite(a), finite(b)
    deviation = np.sqrt((_moments(a)[1] + _moments(b)[1]) / 2)
    if not deviation > 0:
        return float(deviation)
    size = TTestIndPower().solve_power(
        nobs1=len(a), ratio=len(b) / len(a), alpha=significance, power=power, alternative="larger"
    )
    return float(np.squeeze(size) * deviation)


def detectable_margin(difference: Difference, sides: int, significance: float = 0.05, power: float = 0.8) -> float:
    """The margin that a test of equivalence keeps with this power where there is no difference.

    `sides` is 2 for two one-sided tests, 1 for one of them.
    """
    if difference.error == 0:
        return 0.0
    quantiles = stdtrit(difference.freedom, [1 - significance, 1 - (1 - power) / sides])
    return float(quantiles.sum() * difference.error)


def detectable_share(n: int, significance: float = 0.05, power: float = 0.8) -> float:
    """The smallest true share that `share_p` tells from a half with this power; NaN for too few runs."""
    enough = [successes for successes in range(n + 1) if share_p(successes, n) < significance]
    # The share at which at least so many successes come with probability `power`.
    return float(betaincinv(enough[0], n - enough[0] + 1, power)) if enough else float("nan")


def holm(p_values: Array) -> Array:
    """Adjust p-values by Holm's method; NaN stays NaN and does not count."""
    from statsmodels.stats.multitest import multipletests

    adjusted = np.full(len(p_values), np.nan)
    known = ~np.isnan(p_values)
    if known.any():
        adjusted[known] = multipletests(p_values[known], method="holm")[1]
    return adjusted


def holm_factors(p_values: Array, significance: float) -> Array:
    """Return what Holm's method divides the significance by for each p, all others being as they are.

    A p below the quotient is rejected, one above it is not. NaN stays NaN and does not count.
    """
    known = sorted(p for p in p_values.tolist() if not math.isnan(p))
    return np.array([math.nan if math.isnan(p) else _factor(p, known, significance) for p in p_values.tolist()])


def _factor(p: float, known: Sequence[float], significance: float) -> float:
    others = list(known)
    others.remove(p)
    for rejected, other in enumerate(others):
        if other * (len(known) - rejected) >= significance:
            return len(known) - rejected
    return 1
