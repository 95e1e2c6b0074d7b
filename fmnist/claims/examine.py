"""One claim put to its test: the runs that it names, their values, and what its form says of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fmnist.analysis.statistics import FEWEST_SEEDS, Array
from fmnist.claims import forms as forms
from fmnist.claims.claim_list import Claim, ClaimList
from fmnist.claims.compared_runs import KnownRuns, fewest_runs
from fmnist.claims.curves import ShareOutcome, share
from fmnist.claims.forms import Limits, Outcome
from fmnist.claims.values import ClaimData, claim_data, curve_property
from fmnist.common.wording import counted
from fmnist.plan.names import ComparedRun, name

# Forms whose runs are compared seed by seed along an axis: only seeds that all of them have count.
ALONG_AN_AXIS = ("rising", "falling", "plateau")


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """Everything that claims are tested on."""

    claims: ClaimList
    known: KnownRuns
    runs: pd.DataFrame  # runs.csv
    curves: pd.DataFrame  # loss.csv


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """A claim with its runs and what its test says of them; no outcome where there is nothing to test."""

    claim: Claim
    runs: Sequence[ComparedRun]
    names: Sequence[str]
    data: ClaimData | None
    values: Array  # as tested: logarithms of relative measures, negated where less is claimed
    limits: Limits
    relative: bool
    n: int  # seeds that the test goes by
    outcome: Outcome | ShareOutcome | None
    hindrance: str | None  # why it is not testable

    @property
    def sign(self) -> int:
        """-1 where the values are negated."""
        return sign(self.claim)

    @property
    def towards(self) -> int:
        """The sign that the effect has where the claim holds; 0 where it claims no difference."""
        return 0 if self.claim.form in ("equivalent", "value", "curve") else self.sign

    @property
    def point(self) -> int | None:
        """The index of the run where the claim's measure turns, or from which it stays level."""
        return _point(self.claim, self.runs)

    def p_values(self) -> tuple[float, float, float, float]:
        """P for the claim, for its opposite, of no difference that matters, of a small one; NaN: no such test."""
        outcome, nothing = self.outcome, float("nan")
        if outcome is None or self.n < FEWEST_SEEDS:
            return nothing, nothing, nothing, nothing
        if isinstance(outcome, ShareOutcome):
            return outcome.support, outcome.against, nothing, nothing
        factor = 2 if self.claim.tail == "two" and self.claim.form != "equivalent" else 1
        support, against = (min(1.0, factor * evidence.p) for evidence in (outcome.support, outcome.against))
        return support, against, outcome.equal.p if outcome.equal else nothing, outcome.small


def sign(claim: Claim) -> int:
    """Return -1 where the claim is that a measure is lower, or falls; else 1."""
    lowest = claim.form == "best" and claim.measure == "train_loss"
    return -1 if lowest or claim.form in ("falling", "fall_rise") else 1


def examine(claim: Claim, compared: Sequence[ComparedRun], material: Material) -> Examined:
    """Put a claim to its test. `compared` is what `compared_runs` returns of it."""
    margin = material.claims.margins[claim.measure]
    run_ids = [run.run_id for run in compared if run.run_id is not None]
    whole = len(run_ids) == len(compared)
    data = claim_data(claim, run_ids, material.runs, material.known.seeds_needed) if whole else None
    values = _as_tested(claim, data, margin.relative) if data else np.empty((0, len(compared)))
    held = curve_property(claim, compared[0].run_id or "", material.curves) if claim.form == "curve" else []
    n = len(held) if claim.form == "curve" else _seeds(claim, values)
    size = margin.at(n)
    limits = Limits(
        margin=float(np.log1p(size)) if margin.relative else size, significance=material.claims.significance
    )
    printed = _reported(claim, compared[0], material.known, margin.relative)
    hindrance = _hindrance(claim, compared, data, n)
    if claim.form == "value" and printed is None:
        hindrance = hindrance or "The original prints no such number."
    return Examined(
        claim=claim,
        runs=compared,
        names=[name(run, material.known.experiments, within=claim.experiment is not None) for run in compared],
        data=data,
        values=values,
        limits=limits,
        relative=margin.relative,
        n=n,
        outcome=None if hindrance else _outcome(claim, compared, values, held, limits, printed),
        hindrance=hindrance,
    )


def _as_tested(claim: Claim, data: ClaimData, relative: bool) -> Array:
    """Logarithms of what is compared relatively, and the sign that makes more the better."""
    values = data.values
    if relative:
        values = np.log(np.where(values > 0, values, np.nan))
    return sign(claim) * values


def _seeds(claim: Claim, values: Array) -> int:
    """The seeds that every run has, where the test goes by whole seeds; else those of the run that has the fewest."""
    known = np.isfinite(values)
    if not known.size:
        return 0
    return int(known.all(axis=1).sum()) if claim.form in ALONG_AN_AXIS else int(known.sum(axis=0).min())


def _hindrance(claim: Claim, compared: Sequence[ComparedRun], data: ClaimData | None, n: int) -> str | None:
    if data is None:
        missing = [run for run in compared if run.run_id is None]
        what = "It needs an extension that was not run" if claim.extension else "The config in use does not hold"
        return f"{what}: {_listed(missing)}."
    if len(compared) < fewest_runs(claim):
        same = ", ".join(str(run.run_id) for run in compared)
        return f"In this config, all that it names is {counted(len(compared), 'run')} ({same})."
    absent = [run for run in compared if run.run_id in data.absent]
    if absent:
        return f"Not run: {_listed(absent)}."
    if n == 0:
        lost = f" {data.diverged} of the runs diverged." if data.diverged else ""
        return f"No seed has a number for every run that is compared.{lost}"
    if claim.measure == "seconds" and data.places > 1:
        return "The runs were made on different devices or engines, between which times do not compare."
    return None


def _listed(runs: Sequence[ComparedRun]) -> str:
    names = [f"{run.experiment} ({run.value})" for run in runs]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _reported(claim: Claim, run: ComparedRun, known: KnownRuns, relative: bool) -> float | None:
    """The original's number for a run, as tested; None where it prints none."""
    printed = known.reported.runs.get((run.experiment, run.value))
    if printed is None:
        return None
    number = {"accuracy": printed.accuracy, "train_loss": printed.train_loss}.get(claim.measure)
    return float(np.log(number)) if relative and number else number


def _point(claim: Claim, runs: Sequence[ComparedRun]) -> int | None:
    return next((i for i, run in enumerate(runs) if run.value == claim.point), None)


def _outcome(
    claim: Claim,
    compared: Sequence[ComparedRun],
    values: Array,
    held: Sequence[bool],
    limits: Limits,
    printed: float | None,
) -> Outcome | ShareOutcome:
    point = _point(claim, compared)
    tests: Mapping[str, Callable[[], Outcome | ShareOutcome]] = {
        "greater": lambda: forms.greater(values, limits),
        "best": lambda: forms.best(values, limits),
        "ranking": lambda: forms.ranking(values, limits),
        "rising": lambda: forms.rising(values, limits),
        "falling": lambda: forms.rising(values, limits),
        "plateau": lambda: forms.plateau(values, limits, point or 0),
        "rise_fall": lambda: forms.rise_fall(values, limits, point),
        "fall_rise": lambda: forms.rise_fall(values, limits, point),
        "equivalent": lambda: forms.equivalent(values, limits, claim.tail),
        "value": lambda: forms.value(values, limits, printed or 0.0),
        "curve": lambda: share(held),
    }
    return tests[claim.form]()
