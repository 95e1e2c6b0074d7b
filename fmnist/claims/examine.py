"""One claim put to its test: the runs that it names, their values, and what its form says of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import NamedTuple

import numpy as np
import pandas as pd

from fmnist.analysis.statistics import FEWEST_SEEDS, Array
from fmnist.claims import forms
from fmnist.claims.claim_list import Claim, ClaimList
from fmnist.claims.compared_runs import KnownRuns, compared_runs, run_names
from fmnist.claims.forms import Limits, Outcome, ShareOutcome
from fmnist.claims.hindrances import hindrance
from fmnist.claims.scale import Scale, scale_of
from fmnist.claims.values import ClaimData, claim_data, curve_property
from fmnist.plan.experiments import seeds_needed
from fmnist.plan.names import ComparedRun

# Forms that compare whole seeds along an axis: only seeds that every run has count.
ALONG_AN_AXIS = ("rising", "falling", "plateau")


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """Everything that claims are tested on."""

    claims: ClaimList
    known: KnownRuns
    runs: pd.DataFrame  # runs.csv
    curves: pd.DataFrame  # loss.csv


class PValues(NamedTuple):
    """The p-values of a claim before Holm's correction; NaN where its form has no such test."""

    support: float = nan  # of the claim
    against: float = nan  # of its opposite
    equal: float = nan  # of no difference that matters
    small: float = nan  # of a difference that is smaller than matters


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """A claim with its runs and the outcome of its test; no outcome where it is not testable."""

    claim: Claim
    runs: Sequence[ComparedRun]
    names: Sequence[str]
    data: ClaimData | None
    scale: Scale
    values: Array  # [seed, run], on the scale
    limits: Limits
    n: int  # seeds that the test uses
    outcome: Outcome | ShareOutcome | None
    hindrance: tuple[str, str] | None

    def p_values(self) -> PValues:
        """Return the p-values, all NaN with too few seeds for a verdict."""
        outcome = self.outcome
        if outcome is None or self.n < FEWEST_SEEDS:
            return PValues()
        if isinstance(outcome, ShareOutcome):
            return PValues(outcome.support, outcome.against)
        tails = 2 if self.claim.tail == "two" and self.claim.form != "equivalent" else 1
        support, against = (min(1.0, tails * comparison.p) for comparison in (outcome.support, outcome.against))
        return PValues(support, against, outcome.equal.p if outcome.equal else nan, outcome.small)


def point_of(claim: Claim, runs: Sequence[ComparedRun]) -> int | None:
    """Return the index of the run where the claim's measure turns, or None where the claim names none."""
    return next((i for i, run in enumerate(runs) if run.value == claim.point), None)


def examine(claim: Claim, material: Material, few_seeds: bool = False) -> Examined:
    """Put a claim to its test, by the margin for its number of seeds or for few. Raises as `compared_runs` does."""
    runs, margin = compared_runs(claim, material.known), material.claims.margins[claim.measure]
    scale, data = scale_of(claim, margin.relative), _data(runs, claim, material)
    values = scale.tested(data.values) if data else np.empty((0, len(runs)))
    held = curve_property(claim, runs[0].run_id, material.curves) if claim.form == "curve" else []
    n = len(held) if claim.form == "curve" else _seeds(claim, values)
    matters = scale.tested_margin(margin.at(0 if few_seeds else n))
    limits = Limits(margin=matters, significance=material.claims.significance)
    printed = _printed(claim, runs[0], material.known)
    hindered, outcome = hindrance(claim, runs, data, n, printed), None
    if not hindered:
        on_scale = float(scale.tested(np.array(printed or nan)))
        outcome = forms.share(held) if held else _outcome(claim, values, limits, point_of(claim, runs), on_scale)
    return Examined(
        claim=claim,
        runs=runs,
        names=run_names(claim, runs, material.known.experiments),
        data=data,
        scale=scale,
        values=values,
        limits=limits,
        n=n,
        outcome=outcome,
        hindrance=hindered,
    )


def _data(runs: Sequence[ComparedRun], claim: Claim, material: Material) -> ClaimData | None:
    """The values of a claim's runs; None where the config lacks one of them."""
    run_ids = [run.run_id for run in runs if run.run_id is not None]
    if len(run_ids) < len(runs):
        return None
    planned = seeds_needed(material.known.experiments.values(), material.runs["seed"].nunique())
    return claim_data(claim, run_ids, material.runs, planned)


def _seeds(claim: Claim, values: Array) -> int:
    """The seeds that every run has, where the test compares whole seeds; else those of the run that has the fewest."""
    known = np.isfinite(values)
    return int(known.all(axis=1).sum() if claim.form in ALONG_AN_AXIS else known.sum(axis=0).min())


def _printed(claim: Claim, run: ComparedRun, known: KnownRuns) -> float | None:
    """The original's number for a run; None where it prints none."""
    printed = known.reported.runs.get((run.experiment, run.value))
    return getattr(printed, claim.measure, None)


def _outcome(claim: Claim, values: Array, limits: Limits, point: int | None, printed: float) -> Outcome:
    match claim.form:
        case "ranking":
            return forms.ranking(values, limits)
        case "rising" | "falling":
            return forms.rising(values, limits)
        case "plateau":
            return forms.plateau(values, limits, point or 0)
        case "rise_fall" | "fall_rise":
            return forms.rise_fall(values, limits, point)
        case "equivalent":
            return forms.equivalent(values, limits, claim.tail)
        case "value":
            return forms.value(values, limits, printed)
        case _:  # greater, best
            return forms.greater(values, limits)
