"""The class that every run predicts for every test image, checked against what the run says of itself."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from fmnist.errors import DataError
from fmnist.idx import CLASSES

Classes = npt.NDArray[np.uint8]  # [image]


def read_test_labels(arrays: Path) -> Classes:
    """Read the true class of every test image from the prepared arrays.

    Raises DataError where the file cannot be read or holds no test labels.
    """
    try:
        with np.load(arrays, allow_pickle=False) as prepared:
            labels: Classes = prepared["test_labels"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{arrays} is no prepared Fashion-MNIST file ({error}); delete it to have it made anew."
        ) from None
    return labels


def all_predictions(runs: pd.DataFrame, folder: Path, labels: Classes) -> Iterator[tuple[str, int, Classes]]:
    """Yield (run id, seed, predicted classes) for every row of `runs`, a runs.csv; `folder` is results/runs.

    Raises DataError where a file is missing or not that of its run.
    """
    for run_id, seed, accuracy in zip(runs["run_id"], runs["seed"], runs["test_accuracy"], strict=True):
        path = folder / str(run_id) / f"seed={seed}" / "predictions.npy"
        yield str(run_id), int(seed), read_predictions(path, labels, float(accuracy))


def read_predictions(path: Path, labels: Classes, accuracy: float) -> Classes:
    """Read a predictions.npy, whose run has this test accuracy (a fraction).

    Raises DataError where it does not hold one class for every label, or has another accuracy.
    """
    mend = f"delete {path.parent} to train the run anew."
    try:
        predicted: Classes = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"{path} cannot be read ({error}); {mend}") from None
    if predicted.dtype != np.uint8 or predicted.shape != labels.shape:
        raise DataError(
            f"{path} holds {predicted.dtype} of shape {predicted.shape}; allowed: uint8 of shape {labels.shape}, a "
            f"class for every test image; {mend}"
        )
    if predicted.max(initial=0) >= CLASSES:
        raise DataError(f"{path} holds the class {predicted.max()}; allowed: 0 to {CLASSES - 1}; {mend}")
    found = float(np.mean(predicted == labels))
    if not abs(found - accuracy) < 0.5 / len(labels):  # half an image: what rounding cannot be
        raise DataError(
            f"{path} has an accuracy of {found:g}, and its run's test_accuracy is {accuracy:g}; allowed: the same; "
            f"{mend}"
        )
    return predicted
