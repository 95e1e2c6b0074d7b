"""The class that every run predicts for every test image: a file for each training, and one for all runs."""

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from fmnist.common.errors import DataError
from fmnist.common.files import atomic, read_arrays, read_bytes
from fmnist.data.idx import CLASSES

Classes = npt.NDArray[np.uint8]  # [image]
Store = dict[tuple[str, int], Classes]  # by run id and seed


def read_test_labels(arrays: Path) -> Classes:
    """Return the true class of every test image. Raises DataError where the prepared arrays lack it."""
    labels: Classes
    (labels,) = read_arrays(arrays, ["test_labels"], "delete it to remake it")
    return labels


def write_predictions(path: Path, predictions: Classes) -> None:
    """Write predictions.npy: the predicted class of every test image."""
    _write(path, lambda stream: np.save(stream, predictions, allow_pickle=False))


def _write(path: Path, save: Callable[[IO[bytes]], None]) -> None:
    content = io.BytesIO()  # numpy's own writing to a file does not say that the disk is full
    save(content)
    with atomic(path) as temporary:
        temporary.write_bytes(content.getvalue())


def read_predictions(path: Path, labels: Classes, accuracy: float) -> Classes:
    """Return the predictions.npy of a run with this test accuracy, a fraction. Raises DataError where it is another."""
    try:
        predicted: Classes = np.lib.format.read_array(io.BytesIO(read_bytes(path)), allow_pickle=False)
        check_predictions(str(path), predicted, labels, accuracy)
    except Exception as error:  # a broken file can raise nearly anything
        fault = str(error)[:-1] if isinstance(error, DataError) else f"{path} cannot be read ({error!r:.100})"
        raise DataError(f"{fault}; delete {path.parent} to train the run again.") from None
    return predicted


def check_predictions(place: str, predicted: Classes, labels: Classes, accuracy: float) -> None:
    """Raise DataError where an array is not one class for every label, with this accuracy (a fraction)."""
    if predicted.dtype != np.uint8 or predicted.shape != labels.shape:
        found, wanted = f"{predicted.dtype} of shape {predicted.shape}", f"uint8 of shape {labels.shape}"
        raise DataError(f"{place} holds {found}; expected {wanted}, a class for every test image.")
    if predicted.max(initial=0) >= CLASSES:
        raise DataError(f"{place} holds the class {predicted.max()}; expected 0 to {CLASSES - 1}.")
    share = float(np.mean(predicted == labels))
    if not same_accuracy(share, accuracy, len(labels)):
        raise DataError(f"{place} has an accuracy of {share:g}; expected {accuracy:g}, the test_accuracy of its run.")


def same_accuracy(one: float, other: float, images: int) -> bool:
    """Tell whether two accuracies (fractions) are of equally many images recognised; NaN equals none."""
    return abs(one - other) < 0.5 / images  # half an image: no rounding amounts to that


def write_store(path: Path, predictions: Mapping[tuple[str, int], Classes]) -> None:
    """Write predictions.npz: the predictions of many runs, all of as many images.

    The classes are [image, run]: most images have the same class in nearly all runs, and so 410 runs of
    10,000 images compress to 0.35 MB instead of 0.85.
    """
    run_ids, seeds = [run_id for run_id, _ in predictions], [seed for _, seed in predictions]
    classes = np.stack(list(predictions.values()), axis=1) if predictions else np.zeros((0, 0), np.uint8)
    names, numbers = np.array(run_ids, dtype=str), np.array(seeds, dtype=np.int64)
    _write(path, lambda stream: np.savez_compressed(stream, run_id=names, seed=numbers, classes=classes))


def read_store(path: Path) -> Store:
    """Read a predictions.npz. Raises DataError where it cannot be read; `check_predictions` checks what is in it."""
    remedy = "expected predictions.npz as make report writes it"
    run_ids, seeds, classes = read_arrays(path, ["run_id", "seed", "classes"], remedy)
    if (run_ids.ndim, seeds.ndim, classes.ndim) != (1, 1, 2) or not len(run_ids) == len(seeds) == classes.shape[1]:
        raise DataError(f"{path} does not hold a run id and a seed for every run; {remedy}.")
    return dict(zip(zip(run_ids.tolist(), seeds.tolist(), strict=True), np.ascontiguousarray(classes.T), strict=True))
