"""Numbers of reused runs whose predictions were not kept, from the folder's confusion.csv.

Some runs of reference/ were trained before there was a predictions.npz (seeds 0 to 4 of the original's 41).
Delete this module, its tests, and `known` in the rule and script `confusion` once those runs have been trained again.
"""

from pathlib import Path

import pandas as pd

from fmnist.analysis import confusion
from fmnist.common.errors import DataError
from fmnist.data.fashion_mnist import CLASS_NAMES
from fmnist.runs.predictions import same_accuracy

PAIR = ["run_id", "seed"]


def with_known_confusion(table: pd.DataFrame, path: Path, runs: pd.DataFrame) -> pd.DataFrame:
    """Add the rows of another confusion.csv for the runs of a runs.csv that a confusion table lacks.

    Raises DataError where their accuracy is not the run's test accuracy.
    """
    lacking = ~pd.MultiIndex.from_frame(runs[PAIR]).isin(pd.MultiIndex.from_frame(table[PAIR]))
    added = _read(path).merge(runs.loc[lacking, [*PAIR, "test_accuracy"]], on=PAIR)
    for (run_id, seed), rows in added.groupby(PAIR):
        images, right = rows["images"].sum(), rows.loc[rows["true_class"] == rows["predicted_class"], "images"].sum()
        wanted = rows["test_accuracy"].iloc[0]
        if not same_accuracy(right / images, wanted, int(images)) or not set(rows["true_class"]) <= set(CLASS_NAMES):
            where = f"{path}: run {run_id}, seed {seed}"
            raise DataError(f"{where} has an accuracy of {right / images:g}; expected {wanted:g}, its test_accuracy.")
    columns = list(confusion.COLUMNS)
    return runs[PAIR].merge(pd.concat([table, added[columns]]), on=PAIR)[columns]


def _read(path: Path) -> pd.DataFrame:
    types = {column: "str" if column in confusion.TEXTS else "int64" for column in confusion.COLUMNS}
    try:
        return pd.read_csv(path, dtype=types)[list(confusion.COLUMNS)]
    except (KeyError, ValueError) as error:
        raise DataError(f"{path} cannot be read ({error}); expected what make report writes.") from None
