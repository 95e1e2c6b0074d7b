"""Hold results against reference results, run by run: same, within seed noise, or different."""

import numpy as np
import pandas as pd
from scipy import stats

from fmnist.analysis.statistics import holm
from fmnist.runs.columns import measured

SIGNIFICANCE = 0.05  # of the whole table, after Holm's correction

COLUMNS = ("run_id", "n", "n_reference", "mean", "mean_reference", "difference", "adjusted_p", "verdict")


def compare_runs(runs: pd.DataFrame, reference: pd.DataFrame) -> pd.DataFrame:
    """Compare the test accuracies (percent) of every run that either side holds.

    Both arguments are runs.csv. Seed noise is the standard deviation over seeds within a
    run: the run's own or that of all runs pooled, whichever is larger, since a few seeds
    underestimate it easily. Verdicts: "identical" where equal seeds gave equal accuracies,
    "within seed noise", "differs" (Holm-adjusted p < 0.05), "no verdict: one seed" where
    no run has two seeds, "only in results" and "only in reference".
    """
    ours, theirs = _accuracies(runs), _accuracies(reference)
    pooled = _pooled_deviation([*ours.values(), *theirs.values()])
    rows = [_row(run_id, ours.get(run_id), theirs.get(run_id), pooled) for run_id in {**ours, **theirs}]
    table = pd.DataFrame(rows)
    table["adjusted_p"] = holm(table["p"].to_numpy())
    table["verdict"] = [_verdict(row, pooled) for _, row in table.iterrows()]
    return table[list(COLUMNS)]


def _accuracies(runs: pd.DataFrame) -> dict[str, pd.Series]:
    """Test accuracy in percent by seed, for each run id."""
    return {str(run_id): measured(rows.set_index("seed"), "accuracy") for run_id, rows in runs.groupby("run_id")}


def _pooled_deviation(groups: list[pd.Series]) -> tuple[float, int]:
    """Standard deviation within groups of two or more, and its degrees of freedom."""
    several = [group for group in groups if len(group) > 1]
    freedom = sum(len(group) - 1 for group in several)
    squares = sum(float(((group - group.mean()) ** 2).sum()) for group in several)
    return (float(np.sqrt(squares / freedom)) if freedom else float("nan"), freedom)


def _row(run_id: str, ours: pd.Series | None, theirs: pd.Series | None, pooled: tuple[float, int]) -> dict[str, object]:
    row: dict[str, object] = {
        "run_id": run_id,
        "n": 0 if ours is None else len(ours),
        "n_reference": 0 if theirs is None else len(theirs),
        "mean": float("nan") if ours is None else ours.mean(),
        "mean_reference": float("nan") if theirs is None else theirs.mean(),
        "difference": float("nan"),
        "identical": False,
        "p": float("nan"),
    }
    if ours is not None and theirs is not None:
        row["difference"] = ours.mean() - theirs.mean()
        row["identical"] = _identical(ours, theirs)
        row["p"] = _p_value(ours, theirs, pooled)
    return row


def _identical(ours: pd.Series, theirs: pd.Series) -> bool:
    shared = ours.index.intersection(theirs.index)
    return len(shared) > 0 and bool((ours[shared] == theirs[shared]).all())


def _p_value(ours: pd.Series, theirs: pd.Series, pooled: tuple[float, int]) -> float:
    """Two-sided p of the difference between two means, under the larger seed noise."""
    deviation, freedom = pooled
    if freedom == 0:
        return float("nan")
    own, _ = _pooled_deviation([ours, theirs])
    noise = np.nanmax([deviation, own]) * np.sqrt(1 / len(ours) + 1 / len(theirs))
    difference = abs(ours.mean() - theirs.mean())
    if noise == 0:
        return 1.0 if difference == 0 else 0.0
    return float(2 * stats.t.sf(difference / noise, freedom))


def _verdict(row: pd.Series, pooled: tuple[float, int]) -> str:
    if row["n_reference"] == 0:
        return "only in results"
    if row["n"] == 0:
        return "only in reference"
    if row["identical"]:
        return "identical"
    if pooled[1] == 0:
        return "no verdict: one seed"
    return "differs" if row["adjusted_p"] < SIGNIFICANCE else "within seed noise"
