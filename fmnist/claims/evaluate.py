"""A verdict on every claim of the original, from the runs of many seeds.

The claims, their tests, margins and significance are in report/claims.yaml; the test of each form
is in fmnist/claims/forms.py, and the way from p-values to a verdict in fmnist/claims/verdicts.py.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from fmnist.analysis.statistics import adjust
from fmnist.claims.claim_list import read_claims
from fmnist.claims.compared_runs import KnownRuns
from fmnist.claims.examine import PROTOCOL, Choices, Examined, Material, examine_all
from fmnist.claims.forms import PValues
from fmnist.claims.table_row import COLUMNS, TEXTS, Correction, claim_row, corrected_verdict
from fmnist.claims.table_runs import read_run_table, table_experiments
from fmnist.claims.verdicts import DEPENDS, opposite
from fmnist.common.errors import ConfigError
from fmnist.plan.experiments import Experiment
from fmnist.plan.original import Reported, read_reported
from fmnist.runs.gathering import read_runs_and_curves

HEADER = ("claim", "verdict", "effect (interval)", "n", "adjusted p")  # of the table for a terminal


class Judged(NamedTuple):
    """A claim with its test, its correction among all claims, and the verdict."""

    found: Examined
    correction: Correction
    verdict: str


def evaluate_claims(material: Material, choices: Choices = PROTOCOL) -> pd.DataFrame:
    """Return claims.csv: one row a claim. Raises ConfigError for a claim about unknown runs."""
    rows = [claim_row(*one, material.claims.significance) for one in judge(material, choices)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def judge(material: Material, choices: Choices = PROTOCOL) -> list[Judged]:
    """Return the verdict on every claim. Raises ConfigError for a claim about unknown runs."""
    found, significance = examine_all(material, choices), material.claims.significance
    corrections = corrected([one.p for one in found], choices.correction, significance)
    verdicts = [corrected_verdict(one, own, significance) for one, own in zip(found, corrections, strict=True)]
    return list(map(Judged, found, corrections, _by_reading(found, verdicts)))


def corrected(p_values: Sequence[PValues], method: str, significance: float = 0.05) -> list[Correction]:
    """Return the correction of every claim, on the p of its decision; NaN does not count.

    An undecided claim has the factor of the next one to be decided: the others being as they are, it
    would be decided below significance / factor.
    """
    decisions = np.array([p.decision for p in p_values])
    if method == "none":
        return [Correction(p, 1.0) for p in decisions]
    adjusted, known = adjust(decisions, method), int((~np.isnan(decisions)).sum())
    decided = adjusted < significance
    following = int(decided.sum()) + 1
    ranks = pd.Series(decisions).rank(method="first").to_numpy()  # from 1
    holm = known + 1 - np.where(np.isnan(ranks), known, np.minimum(ranks, following))
    factors = holm if method == "holm" else known / np.where(decided, following - 1, following)
    return list(map(Correction, adjusted, factors))


def _by_reading(found: Sequence[Examined], judged: Sequence[str]) -> list[str]:
    """Let a claim depend on its reading where another reading of the same sentence comes out opposite."""
    by_id = {one.claim.id: verdict for one, verdict in zip(found, judged, strict=True)}
    others = [by_id.get(one.claim.other_reading or "", "") for one in found]
    return [DEPENDS if opposite(own, other) else own for own, other in zip(judged, others, strict=True)]


def read_verdicts(path: Path) -> pd.DataFrame:
    """Read a claims.csv: texts as text, NaN where there is no number."""
    return pd.read_csv(path, dtype=dict.fromkeys(TEXTS, "str"), keep_default_na=False, na_values=[""])


def verdict_table(table: pd.DataFrame) -> str:
    """Write claims.csv as lines for a terminal, and count the verdicts below them."""
    lines = [HEADER, *(_line(row) for _, row in table.iterrows())]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    texts = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    counts = ", ".join(f"{count} {verdict}" for verdict, count in table["verdict"].value_counts().items())
    return "\n".join([*texts, "", counts])


def _line(row: pd.Series) -> tuple[str, ...]:
    effect = "-" if pd.isna(row["effect"]) else f"{row['effect']:+.2f}"
    interval = "" if pd.isna(row["lower"]) else f" [{row['lower']:.2f}, {row['upper']:.2f}]"
    unit = "" if pd.isna(row["unit"]) else f" {row['unit']}"
    p = row["adjusted_p"]
    return row["id"], row["verdict"], effect + interval + unit, str(row["n"]), "-" if pd.isna(p) else f"{p:.4f}"


def material_of(inputs: Any, experiments: Mapping[str, Mapping[str, Any]]) -> Material:
    """Return what claims are tested on, from the named inputs of a job and the experiments among its params."""
    files = {name: Path(getattr(inputs, name)) for name in ("runs", "loss", "claims", "reported")}
    return read_material(files, {name: Experiment.from_dict(plain) for name, plain in experiments.items()})


def read_material(files: Mapping[str, Path], experiments: Mapping[str, Experiment]) -> Material:
    """Read all that claims are tested on.

    `files`: runs (a runs.csv), loss (a loss.csv), claims and reported (their YAML files). Raises
    ConfigError or DataError for a fault in one of them.
    """
    runs, curves = read_runs_and_curves(files["runs"], files["loss"])
    return Material(
        claims=read_claims(files["claims"]),
        known=KnownRuns(experiments=experiments, reported=read_reported(files["reported"]), path=str(files["claims"])),
        runs=runs,
        curves=curves,
    )


def table_material(runs: Path, claims: Path) -> Material:
    """Read a table of runs that another tool wrote, and claims about it.

    Raises ConfigError or DataError for a fault in one of them.
    """
    judged = read_claims(claims)
    if judged.table is None:
        raise ConfigError(f"{claims}: the required key table is missing; expected how to read {runs}.")
    measures = judged.table.measure_columns(judged.margins)
    columns = [column for column, _ in measures.values()]
    found = read_run_table(runs, judged.table, columns)
    experiments = table_experiments(judged.table, found, claims)
    return Material(
        claims=judged,
        known=KnownRuns(experiments=experiments, reported=Reported(runs={}), path=str(claims)),
        runs=found.rows,
        curves=pd.DataFrame(),
        measures=measures,
        same=columns,
    )
