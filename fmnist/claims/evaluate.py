"""A verdict on every claim of the original, from the runs of many seeds.

In a terminal, from the project's folder, in seconds and without Snakemake:

    python -m fmnist.claims reference/runs.csv reference/loss.csv

The claims, their tests, margins and significance are in report/claims.yaml; the test of each form
is in fmnist/claims/forms.py, and the way from p-values to a verdict in fmnist/claims/verdicts.py.
"""

from collections.abc import Hashable, Mapping
from dataclasses import asdict, replace
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fmnist.analysis.statistics import holm, holm_factors
from fmnist.claims.claim_list import read_claims
from fmnist.claims.compared_runs import KnownRuns, runs_by_claim
from fmnist.claims.examine import Material, examine
from fmnist.claims.table_row import COLUMNS, TEXTS, Adjusted, ClaimRow, claim_row
from fmnist.claims.verdicts import CONTRADICTED
from fmnist.common.errors import DataError
from fmnist.plan.experiments import Experiment
from fmnist.plan.original import read_reported
from fmnist.runs.columns import MEASURES
from fmnist.runs.gathering import read_curves, read_runs

RUNS = ("run_id", "seed", *(column for column, _ in MEASURES.values()), "diverged", "device", "engine")
CURVES = ("run_id", "seed", "epoch", "train_loss")


def evaluate_claims(material: Material) -> pd.DataFrame:
    """Return claims.csv: one row a claim, with the columns of ClaimRow.

    Raises ConfigError for a claim about unknown runs, DataError for a run with two rows.
    """
    _check(material)
    few = replace(material, claims=material.claims.with_margins_of_few_seeds())
    rows = [_with_few(row, other) for row, other in zip(_judge(material), _judge(few), strict=True)]
    return pd.DataFrame([asdict(row) for row in rows], columns=list(COLUMNS))


def _judge(material: Material) -> list[ClaimRow]:
    compared = runs_by_claim(material.claims, material.known)
    found = [examine(claim, compared[claim.id], material) for claim in material.claims.claims]
    support = np.array([one.p_values().support for one in found])
    against = np.array([one.p_values().against for one in found])
    factors = holm_factors(support, material.claims.significance)
    adjusted = zip(holm(support), holm(against), factors, strict=True)
    return [claim_row(one, Adjusted(*own)) for one, own in zip(found, adjusted, strict=True)]


def _with_few(row: ClaimRow, few: ClaimRow) -> ClaimRow:
    """Add what the margin for the fewest seeds makes of the claim, where it is another margin."""
    if row.margin == few.margin or isnan(row.margin):
        return row
    return replace(row, few_seeds_margin=few.margin, few_seeds_verdict=few.verdict)


def _check(material: Material) -> None:
    for name, frame, needed in (("runs.csv", material.runs, RUNS), ("loss.csv", material.curves, CURVES)):
        if missing := [column for column in needed if column not in frame]:
            raise DataError(f"{name}: the required column {missing[0]!r} is missing.")
    twice = material.runs[material.runs.duplicated(["run_id", "seed"])]
    for run_id, seed in zip(twice["run_id"], twice["seed"], strict=True):
        raise DataError(f"runs.csv: the run {run_id!r} with seed {seed} has two rows; expected one.")


def read_verdicts(path: Path) -> pd.DataFrame:
    """Read a claims.csv: texts as text, NaN where there is no number."""
    return pd.read_csv(path, dtype=dict.fromkeys(TEXTS, "str"), keep_default_na=False, na_values=[""])


def verdict_table(table: pd.DataFrame) -> str:
    """Write claims.csv as lines for a terminal, and count the verdicts below them."""
    header = ("claim", "verdict", "effect (interval)", "n", "adjusted p")
    lines = [header, *(_line(row) for row in table.to_dict("records"))]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    texts = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    counts = ", ".join(f"{count} {verdict}" for verdict, count in table["verdict"].value_counts().items())
    return "\n".join([*texts, "", counts])


def _line(row: Mapping[Hashable, Any]) -> tuple[str, ...]:
    known = {name: value for name, value in row.items() if not pd.isna(value)}
    effect = f"{known['effect']:+.2f}" if "effect" in known else "-"
    interval = f" [{known['lower']:.2f}, {known['upper']:.2f}]" if "lower" in known else ""
    p = known.get("adjusted_p_against" if row["verdict"] == CONTRADICTED else "adjusted_p")
    return (
        row["id"],
        row["verdict"],
        f"{effect}{interval} {known.get('unit', '')}".strip(),
        str(row["n"]),
        "-" if p is None else f"{p:.4f}",
    )


def read_material(files: Mapping[str, Path], experiments: Mapping[str, Experiment]) -> Material:
    """Read all that claims are tested on.

    `files`: runs (a runs.csv), loss (a loss.csv), claims and reported (their YAML files). Raises
    ConfigError for a fault in one of the last two.
    """
    reported = read_reported(files["reported"])
    return Material(
        claims=read_claims(files["claims"]),
        known=KnownRuns(experiments=experiments, reported=reported, path=str(files["claims"])),
        runs=read_runs(files["runs"]),
        curves=read_curves(files["loss"]),
    )
