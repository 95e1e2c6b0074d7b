"""One line of claims.csv: what a tested claim's verdict rests on, in units and words for a reader."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from fmnist.analysis.statistics import (
    FEWEST_SEEDS,
    Array,
    detectable_difference,
    detectable_margin,
    detectable_share,
    dunnett_p,
    paired,
    probability_above,
    share_interval,
)
from fmnist.claims import verdicts
from fmnist.claims.curves import ShareOutcome
from fmnist.claims.examine import Examined
from fmnist.claims.forms import ABOVE, NOT_ABOVE, NOT_BELOW, WITHIN, Comparison, Outcome
from fmnist.claims.wording import PERCENT, POINTS, SHARE, Basis, Shown, amount, reason, share_reason, what_is_tested
from fmnist.common.wording import counted

COLUMNS = (
    "id",
    "section",
    "form",
    "measure",
    "verdict",
    "first",
    "second",
    "first_run",
    "second_run",
    "effect",
    "lower",
    "upper",
    "unit",
    "margin",
    "n",
    "diverged",
    "missing",
    "p",
    "adjusted_p",
    "p_against",
    "adjusted_p_against",
    "p_equal",
    "probability",
    "paired_p",
    "dunnett_p",
    "detectable",
    "towards",
    "tested",
    "reason",
    "few_seeds_margin",
    "few_seeds_verdict",
)


class Adjusted(NamedTuple):
    """What Holm's correction over all claims makes of one of them; NaN where there is nothing to correct."""

    support: float  # p of the claim
    against: float  # p of its opposite
    factor: float  # what the significance is divided by to give the level at which this claim is decided


def claim_row(found: Examined, adjusted: Adjusted) -> dict[str, object]:
    """Return a claim's line, by COLUMNS; a column that says nothing of its form is missing."""
    support, against, equal, _ = found.p_values()
    judged = _verdict(found, adjusted)
    level = found.limits.significance / (1 if np.isnan(adjusted.factor) else adjusted.factor)
    row: dict[str, object] = {
        "id": found.claim.id,
        "section": found.claim.section,
        "form": found.claim.form,
        "measure": found.claim.measure,
        "verdict": judged,
        "n": found.n,
        "diverged": found.data.diverged if found.data else 0,
        "missing": found.data.missing if found.data else 0,
        "p": support,
        "adjusted_p": adjusted.support,
        "p_against": against,
        "adjusted_p_against": adjusted.against,
        "p_equal": equal,
        "towards": found.towards,
        "tested": what_is_tested(found.claim, found.names, found.point),
        "reason": found.hindrance,
    }
    if isinstance(found.outcome, ShareOutcome):
        return row | _of_share(found, found.outcome, judged, level)
    if found.outcome is not None:
        return row | _of_comparison(found, found.outcome, judged, level)
    return row


def _verdict(found: Examined, adjusted: Adjusted) -> str:
    if found.hindrance:
        return verdicts.NOT_TESTABLE
    _, _, equal, small = found.p_values()
    return verdicts.without_verdict(found.n) or verdicts.verdict(
        support=adjusted.support,
        against=adjusted.against,
        equal=equal,
        small=small,
        significance=found.limits.significance,
    )


def _of_share(found: Examined, outcome: ShareOutcome, judged: str, level: float) -> dict[str, object]:
    lower, upper = (100 * bound for bound in share_interval(outcome.successes, outcome.n, found.limits.level()))
    effect = 100 * outcome.successes / outcome.n
    least = 100 * detectable_share(outcome.n, level)
    shown = Shown(first=found.names[0], second="", need="", effect=effect, lower=lower, upper=upper, unit=SHARE)
    return {
        "first": found.names[0],
        "first_run": found.runs[0].run_id,
        "effect": effect,
        "lower": lower,
        "upper": upper,
        "unit": SHARE,
        "detectable": least,
        "reason": share_reason(judged, found.claim, shown, outcome.n, least),
    }


def _of_comparison(found: Examined, outcome: Outcome, judged: str, level: float) -> dict[str, object]:
    comparison = _decisive(outcome, judged)
    shown = _shown(found, comparison)
    margin, least = (_size(found, size) for size in (found.limits.margin, _detectable(found, comparison, level)))
    basis = Basis(
        shown=shown,
        measure=found.claim.measure,
        comparisons=outcome.comparisons,
        margin=amount(margin, shown.unit),
        seeds=found.n,
        detectable=amount(least, shown.unit),
        alone=_alone(found),
    )
    return {
        "first": shown.first,
        "second": shown.second,
        "first_run": found.runs[comparison.first].run_id,
        "second_run": None if found.claim.form == "value" else found.runs[comparison.second].run_id,
        "effect": shown.effect,
        "lower": shown.lower,
        "upper": shown.upper,
        "unit": shown.unit,
        "margin": margin,
        "probability": _probability(found, comparison),
        "paired_p": _paired_p(found, comparison, judged == verdicts.CONTRADICTED),
        "dunnett_p": _dunnett_p(found),
        "detectable": least,
        "reason": reason(judged, basis) + _left_out(found),
    }


def _left_out(found: Examined) -> str:
    """Say which runs a comparison of losses goes without, and what that does to it."""
    count = found.data.diverged if found.data and found.claim.measure == "train_loss" else 0
    return f" Without {counted(count, 'run')} that diverged, whose loss was the highest of all." if count else ""


def _alone(found: Examined) -> str | None:
    """What the claim's own test shows, without the correction for the number of claims."""
    support, against, _, _ = found.p_values()
    shown = [words for words, p in (("This", support), ("The opposite", against)) if p < found.limits.significance]
    return shown[0] if shown else None


def _decisive(outcome: Outcome, judged: str) -> Comparison:
    """The comparison that the verdict rests on; where there is none, the one that is least clear."""
    if judged in (verdicts.SUPPORTED, verdicts.SMALL):
        return outcome.headline
    if judged == verdicts.CONTRADICTED:
        return outcome.against.comparison
    if judged == verdicts.EQUIVALENT and outcome.equal:
        return outcome.equal.comparison
    return outcome.support.comparison


def _columns(found: Examined, comparison: Comparison) -> tuple[Array, Array]:
    """The tested values of the two runs, seed by seed."""
    return found.values[:, comparison.first], found.values[:, comparison.second]


def _shown(found: Examined, comparison: Comparison) -> Shown:
    """The comparison as measured: the signs of what was negated are put back, logarithms become percent."""
    ends = [found.sign * end for end in (comparison.lower, comparison.upper)]
    of_one_run = found.claim.form == "value"
    return Shown(
        first=found.names[comparison.first],
        second="the reported number" if of_one_run else found.names[comparison.second],
        need=comparison.need,
        effect=_size(found, found.sign * comparison.difference.effect),
        lower=_size(found, min(ends)),
        upper=_size(found, max(ends)),
        unit=_unit(found),
    )


def _unit(found: Examined) -> str:
    return PERCENT if found.relative else POINTS


def _size(found: Examined, size: float) -> float:
    """Put a difference of tested values into its unit."""
    return float(100 * np.expm1(size)) if found.relative else size


def _detectable(found: Examined, comparison: Comparison, level: float) -> float:
    """The difference, or where the claim is that there is none, the margin that so many seeds would have shown."""
    if comparison.need == ABOVE:
        return detectable_difference(*_columns(found, comparison), significance=level)
    sides = 2 if comparison.need == WITHIN else 1
    return detectable_margin(comparison.difference, sides, significance=level)


def _probability(found: Examined, comparison: Comparison) -> float:
    if found.claim.form == "value":
        return float("nan")
    return probability_above(*_columns(found, comparison))


def _paired_p(found: Examined, comparison: Comparison, against: bool) -> float:
    """The p of the same comparison, seed by seed: a check of how much the verdict owes to the test.

    `against`: of the claim's opposite.
    """
    if found.claim.form == "value" or found.n < FEWEST_SEEDS:
        return float("nan")
    difference, margin = paired(*_columns(found, comparison)), found.limits.margin
    p_values: dict[str, tuple[Callable[[], float], Callable[[], float]]] = {
        ABOVE: (difference.p_above, difference.p_below),
        NOT_BELOW: (lambda: difference.p_above(-margin), difference.p_below),
        NOT_ABOVE: (lambda: difference.p_below(margin), lambda: difference.p_above(margin)),
        WITHIN: (lambda: difference.p_within(margin), lambda: difference.p_beyond(margin)),
    }
    return p_values[comparison.need][against]()


def _dunnett_p(found: Examined) -> float:
    """Dunnett's p beside the one that decides, for the best of several."""
    if found.claim.form != "best" or found.n < FEWEST_SEEDS:
        return float("nan")
    winner, *others = found.values.T
    return dunnett_p(winner, others)
