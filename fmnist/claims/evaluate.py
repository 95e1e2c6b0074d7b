"""A verdict on every claim of the original, from the runs of many seeds.

The claims, their tests, margins and significance are in report/claims.yaml; the test of each form
is in fmnist/claims/forms.py, and the way from p-values to a verdict in fmnist/claims/verdicts.py.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from fmnist.analysis.statistics import holm, holm_factors
from fmnist.claims.claim_list import read_claims
from fmnist.claims.compared_runs import KnownRuns
from fmnist.claims.examine import Material, examine
from fmnist.claims.table_row import COLUMNS, TEXTS, Adjusted, claim_row
from fmnist.claims.verdicts import CONTRADICTED
from fmnist.plan.experiments import Experiment
from fmnist.plan.original import read_reported
from fmnist.runs.gathering import read_runs_and_curves

HEADER = ("claim", "verdict", "effect (interval)", "n", "adjusted p")  # of the table for a terminal


def evaluate_claims(material: Material) -> pd.DataFrame:
    """Return claims.csv: one row a claim. Raises ConfigError for a claim about unknown runs."""
    table, few = _judge(material), _judge(material, few_seeds=True)
    other = few["margin"].notna() & (few["margin"] != table["margin"])
    table["few_seeds_margin"] = few["margin"].where(other)
    table["few_seeds_verdict"] = few["verdict"].where(other)
    return table


def _judge(material: Material, few_seeds: bool = False) -> pd.DataFrame:
    found = [examine(claim, material, few_seeds) for claim in material.claims.claims]
    support = np.array([one.p_values().support for one in found])
    against = np.array([one.p_values().against for one in found])
    factors = holm_factors(support, material.claims.significance)
    adjusted = map(Adjusted, holm(support), holm(against), factors)
    return pd.DataFrame(map(claim_row, found, adjusted), columns=list(COLUMNS))


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
    p = row["adjusted_p_against" if row["verdict"] == CONTRADICTED else "adjusted_p"]
    return row["id"], row["verdict"], effect + interval + unit, str(row["n"]), "-" if pd.isna(p) else f"{p:.4f}"


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
