"""One line of claims.csv: the verdict on a claim, and the numbers that it rests on."""

from math import isnan, nan
from typing import Any, NamedTuple

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
from fmnist.claims.examine import Examined
from fmnist.claims.forms import ABOVE, NOT_ABOVE, NOT_BELOW, WITHIN, Comparison, Outcome, ShareOutcome
from fmnist.claims.scale import SHARE

# The columns of claims.csv. They describe the comparison that decides; p-values are one-sided.
COLUMNS = (
    *("id", "section", "form", "measure", "verdict"),
    *("hindrance", "hindrance_runs"),  # why it is not testable (hindrances.py), and the runs that are the reason
    *("first", "second", "first_run", "second_run"),  # the two runs of the comparison, by name and by run id
    "need",  # what the claim needs of the two: ABOVE to WITHIN of forms.py
    "comparisons",  # how many such comparisons the claim needs
    "expected_sign",  # of the effect where the claim holds; 0: it claims no difference
    *("effect", "lower", "upper", "unit"),  # first minus second, with one-sided bounds at the significance level
    *("margin", "few_seeds_margin"),  # in `unit`; the second for the fewest seeds, where it is another one
    "few_seeds_verdict",  # the verdict on the same runs with that margin
    *("n", "diverged", "missing"),
    *("p", "adjusted_p"),  # of the claim, and after Holm's correction over all claims
    *("p_against", "adjusted_p_against"),  # of the claim's opposite
    "p_equal",  # of no difference that matters
    "paired_p",  # paired by seed, uncorrected; of the opposite where the claim is contradicted
    "dunnett_p",
    "prob_superiority",  # that one run of each comes out as claimed
    "min_detectable_effect",  # in `unit`: shown in four of five cases, at Holm's level for this claim
)
TEXTS = (*COLUMNS[: COLUMNS.index("comparisons")], "unit", "few_seeds_verdict")


class Adjusted(NamedTuple):
    """What Holm's correction over all claims makes of one of them; NaN where there is nothing to correct."""

    support: float  # p of the claim
    against: float  # p of its opposite
    factor: float  # the level at which this claim is decided is the significance divided by it


def claim_row(found: Examined, adjusted: Adjusted) -> dict[str, Any]:
    """Return a claim's line of claims.csv; a column that it lacks is empty."""
    claim, p_values, verdict = found.claim, found.p_values(), _verdict(found, adjusted)
    level = found.limits.significance / (1 if isnan(adjusted.factor) else adjusted.factor)
    row = {
        **{key: getattr(claim, key) for key in ("id", "section", "form", "measure")},
        "verdict": verdict,
        "comparisons": 0,
        "expected_sign": 0 if claim.form in ("equivalent", "value", "curve") else found.scale.sign,
        "n": found.n,
        "diverged": found.data.diverged if found.data else 0,
        "missing": found.data.missing if found.data else 0,
        "p": p_values.support,
        "adjusted_p": adjusted.support,
        "p_against": p_values.against,
        "adjusted_p_against": adjusted.against,
        "p_equal": p_values.equal,
    }
    if isinstance(found.outcome, Outcome):
        return row | _comparison_columns(found, found.outcome, verdict, level)
    if isinstance(found.outcome, ShareOutcome):
        return row | _share_columns(found, found.outcome, level)
    return row | dict(zip(("hindrance", "hindrance_runs"), found.hindrance or (), strict=False))


def _verdict(found: Examined, adjusted: Adjusted) -> str:
    if found.hindrance or found.n < FEWEST_SEEDS:
        return verdicts.WITHOUT_VERDICT[0 if found.hindrance else found.n]
    p_values = found.p_values()
    return verdicts.verdict(
        support=adjusted.support,
        against=adjusted.against,
        equal=p_values.equal,
        small=p_values.small,
        significance=found.limits.significance,
    )


def _share_columns(found: Examined, outcome: ShareOutcome, level: float) -> dict[str, Any]:
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


def _comparison_columns(found: Examined, outcome: Outcome, verdict: str, level: float) -> dict[str, Any]:
    comparison, scale = _decisive(outcome, verdict), found.scale
    first, second, of_two = comparison.first, comparison.second, found.claim.form != "value"
    columns = found.values[:, first], found.values[:, second]
    lower, upper = sorted((scale.effect(comparison.lower), scale.effect(comparison.upper)))
    by_seed = of_two and found.n >= FEWEST_SEEDS
    opposite = verdict == verdicts.CONTRADICTED
    return {
        "first": found.names[first],
        "second": found.names[second] if of_two else "the reported number",
        "first_run": found.runs[first].run_id,
        "second_run": found.runs[second].run_id if of_two else None,
        "need": comparison.need,
        "comparisons": outcome.comparisons,
        "effect": scale.effect(comparison.difference.effect),
        "lower": lower,
        "upper": upper,
        "unit": scale.unit,
        "margin": scale.size(found.limits.margin),
        "paired_p": _paired_p(*columns, comparison.need, found.limits.margin, opposite) if by_seed else nan,
        "dunnett_p": _dunnett_p(found),
        "prob_superiority": probability_above(*columns) if of_two else nan,
        "min_detectable_effect": scale.size(_detectable(*columns, comparison, level)),
    }


def _decisive(outcome: Outcome, verdict: str) -> Comparison:
    """The comparison that the verdict rests on; where there is none, the one that is least clear."""
    decisive = {
        verdicts.SUPPORTED: outcome.headline,
        verdicts.SMALL: outcome.headline,
        verdicts.CONTRADICTED: outcome.against,
        verdicts.EQUIVALENT: outcome.equal,
    }
    return decisive.get(verdict) or outcome.support


def _detectable(a: Array, b: Array, comparison: Comparison, level: float) -> float:
    """The smallest difference that these seeds would have shown, or margin that they would have kept."""
    if comparison.need == ABOVE:
        return detectable_difference(a, b, significance=level)
    return detectable_margin(comparison.difference, 2 if comparison.need == WITHIN else 1, significance=level)


def _paired_p(a: Array, b: Array, need: str, margin: float, opposite: bool) -> float:
    """The p of the same comparison paired by seed, of the claim or of its opposite."""
    difference = paired(a, b)
    of_claim, of_opposite = {
        ABOVE: (difference.p_above(), difference.p_below()),
        NOT_BELOW: (difference.p_above(-margin), difference.p_below()),
        NOT_ABOVE: (difference.p_below(margin), difference.p_above(margin)),
        WITHIN: (difference.p_within(margin), difference.p_beyond(margin)),
    }[need]
    return of_opposite if opposite else of_claim


def _dunnett_p(found: Examined) -> float:
    """Dunnett's p, for the best of several."""
    if found.claim.form != "best" or found.n < FEWEST_SEEDS:
        return nan
    winner, *others = found.values.T
    return dunnett_p(winner, others)
