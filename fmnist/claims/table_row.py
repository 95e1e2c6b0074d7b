"""One line of claims.csv: the verdict on a claim, and the numbers that it rests on."""

from math import isnan, nan
from typing import NamedTuple

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
from fmnist.claims.scale import SHARE

TEXTS = (
    "id",
    "section",
    "form",
    "measure",
    "verdict",
    "few_seeds_verdict",
    "hindrance",
    "hindrance_runs",
    "first",
    "second",
    "first_run",
    "second_run",
    "need",
    "unit",
)
NUMBERS = (
    "expected_sign",
    "effect",
    "lower",
    "upper",
    "margin",
    "few_seeds_margin",
    "n",
    "diverged",
    "missing",
    "comparisons",
    "p",
    "adjusted_p",
    "p_against",
    "adjusted_p_against",
    "p_equal",
    "paired_p",
    "dunnett_p",
    "prob_superiority",
    "min_detectable_effect",
)
COLUMNS = TEXTS + NUMBERS


class Adjusted(NamedTuple):
    """What Holm's correction over all claims makes of one of them; NaN where there is nothing to correct."""

    support: float  # p of the claim
    against: float  # p of its opposite
    factor: float  # the level at which this claim is decided is the significance divided by it


def claim_row(found: Examined, adjusted: Adjusted) -> dict[str, object]:
    """Return a claim's line, by COLUMNS. Columns that do not apply to its form are missing."""
    p_values = found.p_values()
    verdict = _verdict(found, adjusted)
    level = found.limits.significance / (1 if isnan(adjusted.factor) else adjusted.factor)
    row: dict[str, object] = {
        "id": found.claim.id,
        "section": found.claim.section,
        "form": found.claim.form,
        "measure": found.claim.measure,
        "verdict": verdict,
        "expected_sign": found.expected_sign,
        "n": found.n,
        "diverged": found.data.diverged if found.data else 0,
        "missing": found.data.missing if found.data else 0,
        "p": p_values.support,
        "adjusted_p": adjusted.support,
        "p_against": p_values.against,
        "adjusted_p_against": adjusted.against,
        "p_equal": p_values.equal,
    }
    if found.hindrance:
        return row | {"hindrance": found.hindrance.kind, "hindrance_runs": found.hindrance.runs}
    if isinstance(found.outcome, ShareOutcome):
        return row | _share_columns(found, found.outcome, level)
    if found.outcome is not None:
        return row | _comparison_columns(found, found.outcome, verdict, level)
    return row


def _verdict(found: Examined, adjusted: Adjusted) -> str:
    if found.hindrance:
        return verdicts.NOT_TESTABLE
    p_values = found.p_values()
    return verdicts.without_verdict(found.n) or verdicts.verdict(
        support=adjusted.support,
        against=adjusted.against,
        equal=p_values.equal,
        small=p_values.small,
        significance=found.limits.significance,
    )


def _share_columns(found: Examined, outcome: ShareOutcome, level: float) -> dict[str, object]:
    lower, upper = share_interval(outcome.successes, outcome.n, found.limits.level())
    return {
        "first": found.names[0],
        "first_run": found.runs[0].run_id,
        "effect": 100 * outcome.successes / outcome.n,
        "lower": 100 * lower,
        "upper": 100 * upper,
        "unit": SHARE,
        "min_detectable_effect": 100 * detectable_share(outcome.n, level),
    }


def _comparison_columns(found: Examined, outcome: Outcome, verdict: str, level: float) -> dict[str, object]:
    comparison = _decisive(outcome, verdict)
    scale, of_one_run = found.scale, found.claim.form == "value"
    lower, upper = scale.interval(comparison.lower, comparison.upper)
    return {
        "first": found.names[comparison.first],
        "second": "the reported number" if of_one_run else found.names[comparison.second],
        "first_run": found.runs[comparison.first].run_id,
        "second_run": None if of_one_run else found.runs[comparison.second].run_id,
        "need": comparison.need,
        "comparisons": outcome.comparisons,
        "effect": scale.effect(comparison.difference.effect),
        "lower": lower,
        "upper": upper,
        "unit": scale.unit,
        "margin": scale.size(found.limits.margin),
        "prob_superiority": nan if of_one_run else probability_above(*_columns(found, comparison)),
        "paired_p": _paired_p(found, comparison, verdict == verdicts.CONTRADICTED),
        "dunnett_p": _dunnett_p(found),
        "min_detectable_effect": scale.size(_detectable(found, comparison, level)),
    }


def _decisive(outcome: Outcome, verdict: str) -> Comparison:
    """The comparison that the verdict rests on; where there is none, the one that is least clear."""
    if verdict in (verdicts.SUPPORTED, verdicts.SMALL):
        return outcome.headline
    if verdict == verdicts.CONTRADICTED:
        return outcome.against.comparison
    if verdict == verdicts.EQUIVALENT and outcome.equal:
        return outcome.equal.comparison
    return outcome.support.comparison


def _columns(found: Examined, comparison: Comparison) -> tuple[Array, Array]:
    """The tested values of the two runs, seed by seed."""
    return found.values[:, comparison.first], found.values[:, comparison.second]


def _detectable(found: Examined, comparison: Comparison, level: float) -> float:
    """The smallest difference that these seeds would have shown in four of five cases.

    Where the claim is that there is no difference: the smallest margin they would have kept.
    """
    if comparison.need == ABOVE:
        return detectable_difference(*_columns(found, comparison), significance=level)
    sides = 2 if comparison.need == WITHIN else 1
    return detectable_margin(comparison.difference, sides, significance=level)


def _paired_p(found: Examined, comparison: Comparison, opposite: bool) -> float:
    """The p of the same comparison paired by seed, of the claim or of its opposite: a check of the test's choice."""
    if found.claim.form == "value" or found.n < FEWEST_SEEDS:
        return nan
    difference, margin = paired(*_columns(found, comparison)), found.limits.margin
    if opposite:
        return {
            ABOVE: difference.p_below(),
            NOT_BELOW: difference.p_below(),
            NOT_ABOVE: difference.p_above(margin),
            WITHIN: difference.p_beyond(margin),
        }[comparison.need]
    return {
        ABOVE: difference.p_above(),
        NOT_BELOW: difference.p_above(-margin),
        NOT_ABOVE: difference.p_below(margin),
        WITHIN: difference.p_within(margin),
    }[comparison.need]


def _dunnett_p(found: Examined) -> float:
    """Dunnett's p, for the best of several: it assumes one variance for all runs and does not decide."""
    if found.claim.form != "best" or found.n < FEWEST_SEEDS:
        return nan
    winner, *others = found.values.T
    return dunnett_p(winner, others)
