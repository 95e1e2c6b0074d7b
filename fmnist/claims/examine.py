"""One claim put to its test: the runs that it names, their values, and what its form says of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from fmnist.analysis.statistics import FEWEST_SEEDS, Array, Difference, paired, welch
from fmnist.claims import forms
from fmnist.claims.claim_list import Claim, ClaimList
from fmnist.claims.compared_runs import KnownRuns, compared_runs, run_names
from fmnist.claims.forms import ClaimTest, Differences, Directed, Level, PValues, Share, Trend
from fmnist.claims.hindrances import hindrance
from fmnist.claims.scale import Scale
from fmnist.claims.values import SAME, ClaimData, claim_data, curve_property, shared_seeds, without_effect
from fmnist.plan.names import ComparedRun
from fmnist.runs.columns import MEASURES


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """Everything that claims are tested on."""

    claims: ClaimList
    known: KnownRuns
    runs: pd.DataFrame  # runs.csv
    curves: pd.DataFrame  # loss.csv
    measures: Mapping[str, tuple[str, float]] = field(default_factory=lambda: MEASURES)  # column and factor by name
    same: Sequence[str] = SAME  # columns that are equal where two runs are the same training


class Choices(NamedTuple):
    """What another analyst might choose. The defaults are the protocol's."""

    difference: Callable[[Array, Array], Difference] = paired
    margin_factor: float = 1.0
    correction: str = "holm"  # as statsmodels names it; "none": no correction for the number of claims


PROTOCOL = Choices()
UNPAIRED = Choices(difference=welch)


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """A claim with its runs and its test; no test where it is not testable."""

    claim: Claim
    runs: Sequence[ComparedRun]
    names: Sequence[str]
    data: ClaimData | None
    scale: Scale
    values: Array  # [seed, run], on the scale
    margin: float  # on the scale
    n: int  # seeds that the test uses
    test: ClaimTest | None
    hindrance: tuple[str, str] | None

    @property
    def p(self) -> PValues:
        """The p-values, all NaN with too few seeds for a verdict."""
        return self.test.p if self.test and self.n >= FEWEST_SEEDS else PValues()


def examine_all(material: Material, choices: Choices = PROTOCOL) -> list[Examined]:
    """Put every claim to its test. Raises ConfigError for a claim about unknown runs."""
    idle = without_effect(material.runs, material.same)
    return [examine(claim, material, choices, idle) for claim in material.claims.tested]


def examine(claim: Claim, material: Material, choices: Choices, idle: Mapping[str, str]) -> Examined:
    """Put a claim to its test; `idle` is from `without_effect`. Raises as `compared_runs` does."""
    runs, margin = compared_runs(claim, material.known), material.claims.margins[claim.measure]
    scale, data = Scale(margin.relative, claim.falls), _data(runs, claim, material)
    values = scale.tested(data.values) if data else np.empty((0, len(runs)))
    held = [curve_property(claim, run.run_id, material.curves) for run in runs] if claim.form == "curve" else []
    n = len(held[0]) if held else shared_seeds(values)
    hindered = hindrance(claim, runs, data, n, idle)
    matters = scale.tested_margin(choices.margin_factor * margin.margin)
    test: ClaimTest | None = None
    if not hindered:
        test = _share(claim, held) if held else claim_test(claim, values, matters, choices.difference)
    return Examined(
        claim=claim,
        runs=runs,
        names=run_names(claim, runs, material.known.experiments),
        data=data,
        scale=scale,
        values=values,
        margin=matters,
        n=n,
        test=test,
        hindrance=hindered,
    )


def _data(runs: Sequence[ComparedRun], claim: Claim, material: Material) -> ClaimData | None:
    """The values of a claim's runs; None where the config lacks one of them."""
    run_ids = [run.run_id for run in runs if run.run_id is not None]
    return None if len(run_ids) < len(runs) else claim_data(claim, run_ids, material.runs, material.measures)


def claim_test(
    claim: Claim, values: Array, margin: float, difference: Callable[[Array, Array], Difference] = paired
) -> Directed | Trend | Level:
    """Return the test of a claim on values[seed, run], all on its scale."""
    return claim_test_by(claim, lambda first, second: difference(values[:, first], values[:, second]), values, margin)


def claim_test_by(claim: Claim, differences: Differences, values: Array, margin: float) -> Directed | Trend | Level:
    """Return the test of a claim by the differences of its runs; of a trend, `values` give Page's p."""
    count = values.shape[1]
    match claim.form:
        case "best":
            return forms.best(differences, count, margin)
        case "turn":
            return forms.turn(differences, count, margin)
        case "level":
            return forms.level(differences, count, margin, claim.only_gain)
        case "trend":
            return forms.trend(values, margin, differences)
        case _:
            return forms.above(differences, margin)


def _share(claim: Claim, held: Sequence[Sequence[bool]]) -> Share:
    run, contrast = (Share(sum(one), len(one)) for one in held)
    return Share(run.successes, run.n, contrast, claim.contrast_lacks_it)
