"""One line of claims.csv: the verdict on a claim, and the numbers that it rests on."""

from math import nan
from typing import Any, NamedTuple

import numpy as np

from fmnist.analysis.statistics import FEWEST_SEEDS
from fmnist.claims import verdicts
from fmnist.claims.examine import Examined, claim_test
from fmnist.claims.forms import ClaimTest, Directed, Level, PValues, Share, Trend
from fmnist.claims.scale import SHARE

MOST_SEEDS = 1000  # beyond them, nobody would train a claim's runs again

# The columns of claims.csv. They describe the comparison that decides; p-values are one-sided.
COLUMNS = (
    *("id", "section", "form", "measure", "verdict"),
    *("hindrance", "hindrance_runs"),  # why it is not testable (hindrances.py), and the runs that are the reason
    *("first", "second", "first_run", "second_run"),  # by name and by run id; the first is claimed to be above
    *("effect", "lower", "upper", "unit"),  # first over second, above zero as claimed; one-sided 95 % bounds
    "margin",  # from which difference on it matters, in `unit`
    "turning_margin",  # the margin at which the verdict would change
    *("n", "unpaired", "diverged"),  # shared seeds; seeds that not every run has; runs that diverged
    *("p_holds", "p_no_difference", "p_fails"),
    *("p", "adjusted_p"),  # the smallest of the three, and after Holm's correction over all claims
    "as_claimed",  # the share of seeds that alone come out as claimed
    "contrast",  # of a curve: the share of the contrast's seeds that have the property
    "steps_back",  # of a trend: the steps against it
    "seeds_to_decide",  # of an open claim: how many would decide it, for the same means and deviations
)
TEXTS = (*COLUMNS[: COLUMNS.index("effect")], "unit", "steps_back")


class Correction(NamedTuple):
    """What the correction over all claims makes of one: its adjusted p, and the factor for its other p-values."""

    adjusted: float
    factor: float

    def of(self, p_values: PValues) -> PValues:
        """Return the three p-values, corrected."""
        return PValues(*(max(self.adjusted, min(1.0, self.factor * p)) if p == p else p for p in p_values))


def corrected_verdict(found: Examined, correction: Correction, significance: float) -> str:
    """Return the verdict on one claim, its other readings aside."""
    if found.hindrance:
        return verdicts.NOT_TESTABLE
    if found.n < FEWEST_SEEDS:
        return verdicts.TOO_FEW
    return verdicts.verdict(correction.of(found.p), significance)


def claim_row(found: Examined, correction: Correction, verdict: str, significance: float) -> dict[str, Any]:
    """Return a claim's line of claims.csv; a column that it lacks is empty."""
    claim, p_values = found.claim, found.p
    row = {
        **{key: getattr(claim, key) for key in ("id", "section", "form", "measure")},
        "verdict": verdict,
        "n": found.n,
        "unpaired": int(np.isfinite(found.values).any(axis=1).sum()) - found.n if claim.form != "curve" else 0,
        "diverged": found.data.diverged if found.data else 0,
        **dict(zip(("p_holds", "p_no_difference", "p_fails"), p_values, strict=True)),
        "p": p_values.decision,
        "adjusted_p": correction.adjusted,
    }
    if found.test is None:
        return row | dict(zip(("hindrance", "hindrance_runs"), found.hindrance or (), strict=False))
    if verdict == verdicts.OPEN:
        row["seeds_to_decide"] = _seeds_to_decide(found.test, found.n, significance / correction.factor)
    if isinstance(found.test, Share):
        return row | _share_columns(found, found.test, significance)
    return row | _comparison_columns(found, found.test, significance, correction.factor)


def _seeds_to_decide(test: ClaimTest, seeds: int, level: float) -> float:
    """Return the fewest seeds whose p would be below the level; NaN where MOST_SEEDS would not do."""
    decide = (n for n in range(seeds + 1, MOST_SEEDS + 1) if test.with_seeds(n).p.decision < level)
    return next(decide, nan)


def _share_columns(found: Examined, share: Share, significance: float) -> dict[str, Any]:
    lower, upper = share.interval(significance) if share.n else (nan, nan)
    return {
        **_names(found, 0, 1),
        "effect": 100 * share.share,
        "lower": 100 * lower,
        "upper": 100 * upper,
        "unit": SHARE,
        "as_claimed": share.share,
        "contrast": 100 * share.contrast.share if share.contrast else nan,
    }


def _comparison_columns(
    found: Examined, test: Directed | Trend | Level, significance: float, factor: float
) -> dict[str, Any]:
    scale, comparison = found.scale, test.estimand.comparison
    pair = comparison.first, comparison.second
    return {
        **_names(found, *(pair[::-1] if scale.falls else pair)),  # the run that is claimed to be above first
        "effect": scale.effect(test.estimand.effect),
        "lower": scale.effect(test.estimand.lower(significance)),
        "upper": scale.effect(test.estimand.upper(significance)),
        "unit": scale.unit,
        "margin": scale.effect(found.margin),
        "turning_margin": scale.effect(test.turning_margin(significance / factor)),
        "as_claimed": _as_claimed(found),
        "steps_back": _steps_back(found, test) if isinstance(test, Trend) else None,
    }


def _names(found: Examined, first: int, second: int) -> dict[str, Any]:
    return {
        "first": found.names[first],
        "second": found.names[second],
        "first_run": found.runs[first].run_id,
        "second_run": found.runs[second].run_id,
    }


def _as_claimed(found: Examined) -> float:
    """Return the share of seeds that alone come out as claimed; NaN without a shared seed."""
    seeds = found.values[np.isfinite(found.values).all(axis=1)]
    effects = [claim_test(found.claim, np.stack([seed, seed]), found.margin).estimand.effect for seed in seeds]
    limit = found.margin if found.claim.form == "level" else 0.0
    as_claimed = [effect < limit if found.claim.form == "level" else effect > limit for effect in effects]
    return float(np.mean(as_claimed)) if as_claimed else nan


def _steps_back(found: Examined, trend: Trend) -> str:
    """Name the steps against a trend, such as `batch size 20 to batch size 40 (0.12 points)`."""
    scale = found.scale
    return ", ".join(
        f"{found.names[step.second]} to {found.names[step.first]} ({scale.effect(-step.effect):.2f} {scale.unit})"
        for step in trend.steps_back
    )
