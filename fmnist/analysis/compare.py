"""Compare results with reference results, run by run: python -m fmnist.analysis.compare. It never trains."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from fmnist.analysis.statistics import Array, adjust
from fmnist.analysis.tables import to_csv
from fmnist.common.errors import DataError, FmnistError
from fmnist.common.files import write_text
from fmnist.runs.columns import measured
from fmnist.runs.gathering import read_runs
from fmnist.runs.reuse import read_summary

SIGNIFICANCE = 0.05  # of the whole table, after Holm's correction

COLUMNS = ("run_id", "n", "n_reference", "mean", "mean_reference", "difference", "adjusted_p", "verdict")


def compare_runs(runs: pd.DataFrame, reference: pd.DataFrame) -> pd.DataFrame:
    """Compare the mean test accuracies (percent) of two runs.csv; one row per run that either holds.

    Verdicts: "identical" where equal seeds gave equal accuracies, "within seed noise",
    "differs" (Holm-adjusted p < 0.05), "no verdict: one seed" where no run has two seeds,
    "only in results" and "only in reference".
    """
    ours, theirs = _by_run(runs), _by_run(reference)
    run_ids = ours.index.union(theirs.index, sort=False)
    table = ours.reindex(run_ids).join(theirs.add_suffix("_reference"))
    counts = ["n", "n_reference"]
    table[counts] = table[counts].fillna(0).astype(int)
    # Two means of equal values can differ in the last digit.
    table["difference"] = (table["mean"] - table["mean_reference"]).round(9)
    table["adjusted_p"] = adjust(_p_values(table))
    several_seeds = bool((table[counts] > 1).any(axis=None))
    table["verdict"] = np.select(
        [
            table["n_reference"] == 0,
            table["n"] == 0,
            run_ids.isin(_identical(runs, reference)),
            np.full(len(table), not several_seeds),
            table["adjusted_p"] < SIGNIFICANCE,
        ],
        ["only in results", "only in reference", "identical", "no verdict: one seed", "differs"],
        default="within seed noise",
    )
    return table.reset_index()[list(COLUMNS)]


def _by_run(runs: pd.DataFrame) -> pd.DataFrame:
    """Return n, mean and sum of squared deviations of each run's accuracies; no squares for one seed."""
    accuracies = measured(runs, "accuracy").groupby(runs["run_id"])
    n = accuracies.size()
    return pd.DataFrame({"n": n, "mean": accuracies.mean(), "squares": accuracies.var() * (n - 1)})


def _identical(runs: pd.DataFrame, reference: pd.DataFrame) -> list[str]:
    """Return the ids of the runs whose shared seeds all have equal accuracies."""
    shared = runs.merge(reference, on=["run_id", "seed"], suffixes=("", "_reference"))
    equal = (shared["test_accuracy"] == shared["test_accuracy_reference"]).groupby(shared["run_id"]).all()
    return list(equal.index[equal])


def _p_values(table: pd.DataFrame) -> Array:
    """Return the two-sided p of each difference; NaN where one side is missing or no run has two seeds.

    The variance is the run's own or the pooled one of all runs, whichever is larger: a few
    seeds easily underestimate it.
    """
    squares = table[["squares", "squares_reference"]].sum(axis=1)
    freedom = (table[["n", "n_reference"]] - 1).clip(lower=0).sum(axis=1)
    pooled = squares.sum() / freedom.sum() if freedom.sum() else np.nan
    variance = np.fmax(squares / freedom.where(freedom > 0), pooled)
    error = np.sqrt(variance * (1 / table["n"] + 1 / table["n_reference"]))
    p_values: Array = 2 * stats.t.sf(table["difference"].abs() / error, freedom.sum())
    p_values[(error == 0) & (table["difference"] == 0)] = 1.0
    return p_values


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the comparison of a result folder with the reference, and write it to compare.csv in that folder."""
    reference = Path(__file__).resolve().parents[2] / "reference"
    parser = argparse.ArgumentParser(prog="python -m fmnist.analysis.compare", description=main.__doc__)
    parser.add_argument("--results", type=Path, default=Path("results"), help="default: results")
    parser.add_argument("--reference", type=Path, default=reference, help="default: the project's reference/")
    options = parser.parse_args(arguments)
    try:
        print(_compared(options.results, options.reference))
    except (FmnistError, OSError) as error:
        sys.exit(f"Error: {error}")


def _compared(results: Path, reference: Path) -> str:
    """Compare two folders and write compare.csv; returns what to print. Raises where their images differ."""
    if not (results / "runs.csv").exists():
        raise DataError(f"{results}/runs.csv does not exist; expected a finished make report.")
    images, theirs = (read_summary(folder / "provenance.json").data_sha256 for folder in (results, reference))
    if images != theirs:
        raise DataError(f"{results} cannot be compared with {reference}: its runs were trained on other images.")
    files = [folder / "runs.csv" for folder in (results, reference)]
    table = compare_runs(*map(read_runs, files))
    write_text(results / "compare.csv", to_csv(table))
    counts = ", ".join(f"{count} {verdict}" for verdict, count in table["verdict"].value_counts().items())
    rows = table.to_string(index=False, float_format="{:.3f}".format, na_rep="-")
    return f"{rows}\n\n{counts}\nCompared: {files[0]} with {files[1]}; this table is {results}/compare.csv."


if __name__ == "__main__":
    main()
