"""Confusion matrices: how many test images of each class a run assigns to each class."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from fmnist.analysis.statistics import Array
from fmnist.runs.predictions import Classes

COLUMNS = ("run_id", "seed", "true_class", "predicted_class", "images")
TEXTS = ("run_id", "true_class", "predicted_class")


def confusion_table(
    predictions: Iterable[tuple[str, int, Classes]], labels: Classes, names: Sequence[str]
) -> pd.DataFrame:
    """Return confusion.csv: one row for every run, seed and pair of classes that occurs.

    `predictions` are (run id, seed, predicted classes), `labels` the true classes, `names` those of the classes.
    """
    rows = []
    for run_id, seed, predicted in predictions:
        matrix = np.zeros((len(names), len(names)), dtype=int)
        np.add.at(matrix, (labels, predicted), 1)
        for true, taken in np.argwhere(matrix):
            rows.append((run_id, seed, names[true], names[taken], matrix[true, taken]))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def confusion_matrices(table: pd.DataFrame, names: Sequence[str]) -> dict[str, Array]:
    """Return every run's matrices by run id: images[seed, true class, predicted class], in the order of `names`."""
    place_of = {name: place for place, name in enumerate(names)}
    found = {}
    for run_id, rows in table.groupby("run_id", sort=False):
        seeds, place = np.unique(rows["seed"], return_inverse=True)
        matrices = np.zeros((len(seeds), len(names), len(names)))
        true, taken = (rows[side].map(place_of) for side in ("true_class", "predicted_class"))
        matrices[place, true, taken] = rows["images"]
        found[str(run_id)] = matrices
    return found


def in_percent(matrices: Array) -> Array:
    """Return [..., true class, predicted class] in percent of the true class; NaN for a class without images."""
    images = matrices.sum(axis=-1, keepdims=True)
    percent: Array = np.divide(100 * matrices, images, out=np.full_like(matrices, np.nan), where=images > 0)
    return percent


def class_accuracies(matrices: Array) -> Array:
    """Return [..., class]: percent of each class's images that are recognised."""
    return np.diagonal(in_percent(matrices), axis1=-2, axis2=-1)


def accuracies(matrices: Array) -> Array:
    """Return the percent of all images that each matrix counts as recognised."""
    percent: Array = 100 * np.trace(matrices, axis1=-2, axis2=-1) / matrices.sum(axis=(-2, -1))
    return percent
