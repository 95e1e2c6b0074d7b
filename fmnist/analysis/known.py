"""Numbers of reused runs whose predictions were not kept, from the folder's confusion.csv and image_noise.csv.

Some runs of reference/ were trained before there was a predictions.npz (seeds 0 to 4 of the original's 41).
Delete this module, its tests, and `known` in the rules and scripts `confusion` and `image_noise` once those
runs have been trained again.
"""

from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from pydantic import Field, create_model

from fmnist.analysis import confusion, image_noise
from fmnist.common.errors import DataError
from fmnist.data.fashion_mnist import CLASS_NAMES
from fmnist.runs.checks import read_rows
from fmnist.runs.columns import Part, Training
from fmnist.runs.gathering import read_runs
from fmnist.runs.predictions import same_accuracy

PAIR = ["run_id", "seed"]
ClassName = Annotated[str, Field(pattern=f"^({'|'.join(CLASS_NAMES)})$", json_schema_extra={"expected": "a class"})]
Points = Annotated[float, Field(ge=-100, le=100)] | None  # None: of too few seeds
Positive = Annotated[float, Field(ge=0, le=60_000)] | None


class KnownConfusion(Training):
    """A row of confusion.csv."""

    true_class: ClassName
    predicted_class: ClassName
    images: Annotated[int, Field(ge=1, le=60_000)]


_FROM_EFFECT = image_noise.COLUMNS[image_noise.COLUMNS.index("effect") :]
_NOISE: dict[str, Any] = {
    **dict.fromkeys(image_noise.TEXTS, str),
    **dict.fromkeys(("first_seeds", "second_seeds", "images"), Annotated[int, Field(ge=0, le=60_000)]),
    **{column: Points if column.endswith(("lower", "upper")) else Positive for column in _FROM_EFFECT},
    "effect": Annotated[float, Field(ge=-100, le=100)],
}
KnownNoise = create_model("KnownNoise", __base__=Part, **_NOISE)


def with_known_confusion(table: pd.DataFrame, path: Path, runs: pd.DataFrame) -> pd.DataFrame:
    """Add the rows of another confusion.csv for the runs of a runs.csv that a confusion table lacks.

    Raises DataError where their accuracy is not the run's test accuracy.
    """
    lacking = ~pd.MultiIndex.from_frame(runs[PAIR]).isin(pd.MultiIndex.from_frame(table[PAIR]))
    known = pd.DataFrame(read_rows(path, KnownConfusion), columns=list(confusion.COLUMNS))
    added = known.merge(runs.loc[lacking, [*PAIR, "test_accuracy"]], on=PAIR)
    for (run_id, seed), rows in added.groupby(PAIR):
        images, right = rows["images"].sum(), rows.loc[rows["true_class"] == rows["predicted_class"], "images"].sum()
        wanted = rows["test_accuracy"].iloc[0]
        if not same_accuracy(right / images, wanted, int(images)):
            where = f"{path}: run {run_id}, seed {seed}"
            raise DataError(f"{where} has an accuracy of {right / images:g}; expected {wanted:g}, its test_accuracy.")
    columns = list(confusion.COLUMNS)
    return runs[PAIR].merge(pd.concat([table, added[columns]]), on=PAIR)[columns]


def with_known_noise(table: pd.DataFrame, path: Path, theirs: Path, ours: pd.DataFrame) -> pd.DataFrame:
    """Take the numbers of a pair of runs from another image_noise.csv if they are from more seeds.

    `theirs` is the runs.csv beside it, `ours` the report's. A row counts if it is of all seeds that
    `theirs` has of both runs, and if `ours` has the same accuracies for these seeds.
    """
    columns = image_noise.COLUMNS
    by_runs = {(row["first_run"], row["second_run"]): row for row in read_rows(path, KnownNoise)}
    their_runs, rows = read_runs(theirs), table.to_dict("records")
    for row in rows:
        other = by_runs.get((row["first_run"], row["second_run"]))
        if other and _seeds(other) > _seeds(row) and _is_of(other, their_runs, ours):
            row |= {column: other[column] for column in columns[columns.index("first_seeds") :]}
    return pd.DataFrame(rows, columns=list(columns))


def _seeds(row: dict[Any, Any]) -> int:
    return int(row["first_seeds"] + row["second_seeds"])


def _is_of(row: dict[Any, Any], theirs: pd.DataFrame, ours: pd.DataFrame) -> bool:
    """Return whether a row is of all seeds that `theirs` has of its two runs, and `ours` has these, too."""
    runs = [row["first_run"], row["second_run"]]
    kept = theirs[theirs["run_id"].isin(runs)]
    shared = kept.merge(ours, on=[*PAIR, "test_accuracy"])
    first, second = (kept.loc[kept["run_id"] == run, "test_accuracy"] for run in runs)
    if len(shared) < len(kept) or (len(first), len(second)) != (row["first_seeds"], row["second_seeds"]):
        return False
    difference = 100 * (first.mean() - second.mean())
    return bool(abs(difference - row["effect"]) <= 1e-6)  # an image_noise.csv has six decimals
