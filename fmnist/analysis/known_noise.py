"""What another image_noise.csv knows of pairs of runs whose predictions are here no more.

The folder whose runs are reused can have kept what its predictions came to, and not the predictions.
"""

from typing import Any

import pandas as pd

from fmnist.analysis.image_noise import COLUMNS

NUMBERS = COLUMNS[COLUMNS.index("first_seeds") :]  # what a row says of its two runs; the rest names them
ROUNDED = 1e-6  # points: an image_noise.csv has six decimals


def with_known(table: pd.DataFrame, known: pd.DataFrame, theirs: pd.DataFrame, ours: pd.DataFrame) -> pd.DataFrame:
    """Take the numbers of a pair from another table where they rest on more seeds.

    `theirs` is the runs.csv beside that table, `ours` that of the report. A row of it counts only where it
    is of all its folder's seeds of both runs, has their accuracies, and all of them are ours, too.
    """
    by_runs = {(row["first_run"], row["second_run"]): row for row in known.to_dict("records")}
    rows = []
    for row in table.to_dict("records"):
        other = by_runs.get((row["first_run"], row["second_run"]))
        if other and _seeds(other) > _seeds(row) and _is_of(other, theirs, ours):
            row |= {column: other[column] for column in NUMBERS}
        rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _seeds(row: dict[Any, Any]) -> int:
    return int(row["first_seeds"] + row["second_seeds"])


def _is_of(row: dict[Any, Any], theirs: pd.DataFrame, ours: pd.DataFrame) -> bool:
    means = []
    for side in ("first", "second"):
        found, here = (_accuracies(runs, row[f"{side}_run"]) for runs in (theirs, ours))
        if len(found) != row[f"{side}_seeds"] or not found.items() <= here.items():
            return False
        means.append(sum(found.values()) / len(found))
    return abs(100 * (means[0] - means[1]) - float(row["effect"])) <= ROUNDED


def _accuracies(runs: pd.DataFrame, run_id: str) -> dict[int, float]:
    """Return the test accuracy of each seed of a run."""
    own = runs[runs["run_id"] == run_id]
    return dict(zip(own["seed"], own["test_accuracy"], strict=True))
