"""One line of claims.csv: the verdict on a claim, and the numbers that it rests on."""

from dataclasses import dataclass, fields
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


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimRow:
    """The columns of claims.csv. They describe the comparison that decides; p-values are one-sided."""

    id: str
    section: str
    form: str
    measure: str
    verdict: str
    hindrance: str | None = None  # why it is not testable: a kind of hindrances.py
    hindrance_runs: str | None = None  # the runs that are the reason
    first: str | None = None  # the two runs of the comparison, by name
    second: str | None = None
    first_run: str | None = None  # the same, by run id
    second_run: str | None = None
    need: str | None = None  # what the claim needs of the two: ABOVE to WITHIN of forms.py
    comparisons: int = 0  # how many such comparisons the claim needs
    expected_sign: int  # of the effect where the claim holds; 0: it claims no difference
    effect: float = nan  # first minus second, in `unit`
    lower: float = nan  # one-sided bounds of the effect, each at the significance level
    upper: float = nan
    unit: str | None = None
    margin: float = nan  # in `unit`
    few_seeds_margin: float = nan  # the margin for the fewest seeds, where it is another one
    few_seeds_verdict: str | None = None  # the verdict on the same runs with that margin
    n: int
    diverged: int
    missing: int
    p: float  # of the claim
    adjusted_p: float  # the same after Holm's correction over all claims
    p_against: float  # of the claim's opposite
    adjusted_p_against: float
    p_equal: float  # of no difference that matters
    paired_p: float = nan  # paired by seed, uncorrected; of the opposite where the claim is contradicted
    dunnett_p: float = nan
    prob_superiority: float = nan  # that one run of each comes out as claimed
    min_detectable_effect: float = nan  # in `unit`: shown in four of five cases, at Holm's level for this claim


COLUMNS = tuple(field.name for field in fields(ClaimRow))
TEXTS = tuple(field.name for field in fields(ClaimRow) if "str" in str(field.type))


class Adjusted(NamedTuple):
    """What Holm's correction over all claims makes of one of them; NaN where there is nothing to correct."""

    support: float  # p of the claim
    against: float  # p of its opposite
    factor: float  # the level at which this claim is decided is the significance divided by it


def claim_row(found: Examined, adjusted: Adjusted) -> ClaimRow:
    """Return a claim's line of claims.csv."""
    p_values, verdict = found.p_values(), _verdict(found, adjusted)
    level = found.limits.significance / (1 if isnan(adjusted.factor) else adjusted.factor)
    return ClaimRow(
        id=found.claim.id,
        section=found.claim.section,
        form=found.claim.form,
        measure=found.claim.measure,
        verdict=verdict,
        expected_sign=found.expected_sign,
        n=found.n,
        diverged=found.data.diverged if found.data else 0,
        missing=found.data.missing if found.data else 0,
        p=p_values.support,
        adjusted_p=adjusted.support,
        p_against=p_values.against,
        adjusted_p_against=adjusted.against,
        p_equal=p_values.equal,
        **_found_columns(found, verdict, level),
    )


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


def _found_columns(found: Examined, verdict: str, level: float) -> dict[str, Any]:
    """Return the columns that depend on the kind of outcome."""
    if isinstance(found.outcome, Outcome):
        return _comparison_columns(found, found.outcome, verdict, level)
    if isinstance(found.outcome, ShareOutcome):
        return _share_columns(found, found.outcome, level)
    return {"hindrance": found.hindrance.kind, "hindrance_runs": found.hindrance.runs} if found.hindrance else {}


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
        "paired_p": _paired_p(found, comparison, verdict == verdicts.CONTRADICTED),
        "dunnett_p": _dunnett_p(found),
        "prob_superiority": nan if of_one_run else probability_above(*_columns(found, comparison)),
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
    """The smallest difference that these seeds would have shown, or margin that they would have kept."""
    if comparison.need == ABOVE:
        return detectable_difference(*_columns(found, comparison), significance=level)
    sides = 2 if comparison.need == WITHIN else 1
    return detectable_margin(comparison.difference, sides, significance=level)


def _paired_p(found: Examined, comparison: Comparison, opposite: bool) -> float:
    """The p of the same comparison paired by seed, of the claim or of its opposite."""
    if found.claim.form == "value" or found.n < FEWEST_SEEDS:
        return nan
    difference, margin = paired(*_columns(found, comparison)), found.limits.margin
    of_claim, of_opposite = {
        ABOVE: (difference.p_above(), difference.p_below()),
        NOT_BELOW: (difference.p_above(-margin), difference.p_below()),
        NOT_ABOVE: (difference.p_below(margin), difference.p_above(margin)),
        WITHIN: (difference.p_within(margin), difference.p_beyond(margin)),
    }[comparison.need]
    return of_opposite if opposite else of_claim


def _dunnett_p(found: Examined) -> float:
    """Dunnett's p, for the best of several."""
    if found.claim.form != "best" or found.n < FEWEST_SEEDS:
        return nan
    winner, *others = found.values.T
    return dunnett_p(winner, others)
