"""The class that every run predicts for every test image, checked against what the run says of itself."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from fmnist.common.errors import DataError
from fmnist.data.idx import CLASSES

Classes = npt.NDArray[np.uint8]  # [image]
# A run that was reused can come without its predictions. Its predictions.npy is there all the same, with
# no image in it, so that a file that is not there is a fault, as it is for every other run.
NOT_KNOWN: Classes = np.zeros(0, dtype=np.uint8)


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
    """Yield (run id, seed, predicted classes) for the rows of `runs`, a runs.csv; `folder` is results/runs.

    Runs that were reused from where their predictions were not known are left out. Raises DataError
    where a file is missing or not that of its run.
    """
    for run_id, seed, accuracy in zip(runs["run_id"], runs["seed"], runs["test_accuracy"], strict=True):
        path = folder / str(run_id) / f"seed={seed}" / "predictions.npy"
        predicted = read_predictions(path, labels, float(accuracy))
        if predicted is not None:
            yield str(run_id), int(seed), predicted


def read_predictions(path: Path, labels: Classes, accuracy: float) -> Classes | None:
    """Read a predictions.npy, whose run has this test accuracy (a fraction); None where they are NOT_KNOWN.

    Raises DataError where it does not hold one class for every label, or has another accuracy.
    """
    mend = f"delete {path.parent} to train the run anew."
    try:
        predicted: Classes = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"{path} cannot be read ({error}); {mend}") from None
    if predicted.dtype == NOT_KNOWN.dtype and predicted.shape == NOT_KNOWN.shape:
        return None
    if fault := fault_of(predicted, labels, accuracy):
        raise DataError(f"{path} {fault}; {mend}")
    return predicted


def fault_of(predicted: Classes, labels: Classes, accuracy: float) -> str | None:
    """Say what keeps an array from being the predictions of a run with this test accuracy; None where nothing does."""
    if predicted.dtype != np.uint8 or predicted.shape != labels.shape:
        return (
            f"holds {predicted.dtype} of shape {predicted.shape}; allowed: uint8 of shape {labels.shape}, a "
            "class for every test image"
        )
    if predicted.max(initial=0) >= CLASSES:
        return f"holds the class {predicted.max()}; allowed: 0 to {CLASSES - 1}"
    found = float(np.mean(predicted == labels))
    if not same_accuracy(found, accuracy, len(labels)):
        return f"has an accuracy of {found:g}, and its run's test_accuracy is {accuracy:g}; allowed: the same"
    return None


def same_accuracy(one: float, other: float, images: int) -> bool:
    """Tell whether two accuracies (fractions) on as many images are of equally many; NaN is no accuracy."""
    return abs(one - other) < 0.5 / images  # half an image: what rounding cannot be
