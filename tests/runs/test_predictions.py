"""Predictions are read only where they are those of their run."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders import runs_frame

from fmnist.common.errors import DataError
from fmnist.runs.predictions import NOT_KNOWN, Classes, all_predictions, read_predictions, read_test_labels

LABELS = np.array([0, 1, 2, 9], dtype=np.uint8)


def written(folder: Path, classes: Any) -> Path:
    path = folder / "fc/seed=0/predictions.npy"
    path.parent.mkdir(parents=True)
    np.save(path, classes)
    return path


def classes(*numbers: int) -> Classes:
    return np.array(numbers, dtype=np.uint8)


def test_every_row_of_runs_csv_gives_its_predictions(tmp_path: Path) -> None:
    for run_id, seed, predicted in (("fc", 0, classes(0, 1, 2, 9)), ("lenet5", 3, classes(0, 1, 2, 2))):
        path = tmp_path / run_id / f"seed={seed}"
        path.mkdir(parents=True)
        np.save(path / "predictions.npy", predicted)
    runs = runs_frame([("lenet5", 3, 0.75, 0.1), ("fc", 0, 1.0, None)])
    found = [(run_id, seed, p.tolist()) for run_id, seed, p in all_predictions(runs, tmp_path, LABELS)]
    assert found == [("lenet5", 3, [0, 1, 2, 2]), ("fc", 0, [0, 1, 2, 9])]


def test_a_run_that_came_without_its_predictions_is_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, NOT_KNOWN)
    assert read_predictions(path, LABELS, 0.5) is None
    assert list(all_predictions(runs_frame([("fc", 0, 0.5, 0.1)]), tmp_path, LABELS)) == []


@pytest.mark.parametrize(
    ("content", "accuracy", "fault"),
    [
        (classes(0, 1, 2), 0.75, r"holds uint8 of shape \(3,\); allowed: uint8 of shape \(4,\)"),
        (classes(0, 1, 2, 9).astype(np.int64), 1.0, r"holds int64 of shape \(4,\); allowed: uint8"),
        (classes(0, 1, 2, 10), 0.75, "holds the class 10; allowed: 0 to 9"),
        (classes(0, 1, 2, 2), 1.0, "has an accuracy of 0.75, and its run's test_accuracy is 1; allowed: the same"),
        (classes(0, 1, 2, 2), float("nan"), "test_accuracy is nan"),
        (np.array([object()]), 1.0, "cannot be read"),
    ],
    ids=["short", "type", "class", "accuracy", "no accuracy", "pickled"],
)
def test_predictions_of_another_run_are_refused_in_one_sentence(
    tmp_path: Path, content: Any, accuracy: float, fault: str
) -> None:
    path = written(tmp_path, content)
    with pytest.raises(DataError, match=fault) as caught:
        read_predictions(path, LABELS, accuracy)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert message.endswith(f"; delete {path.parent} to train the run anew.")
    assert "\n" not in message


@pytest.mark.parametrize("content", [None, b"", b"\x93NUMPY"], ids=["missing", "empty", "cut"])
def test_a_file_that_is_no_array_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = written(tmp_path, classes(0))
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=r"predictions\.npy cannot be read"):
        read_predictions(path, LABELS, 1.0)


def test_labels_are_those_of_the_test_images(arrays: Path, sample: Any) -> None:
    assert read_test_labels(arrays).tolist() == sample.test_labels.tolist()


def test_a_file_without_labels_is_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=np.zeros(3))
    with pytest.raises(DataError, match=r"a\.npz is no prepared Fashion-MNIST file .*; delete it"):
        read_test_labels(tmp_path / "a.npz")
