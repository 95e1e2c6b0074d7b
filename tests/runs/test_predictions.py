"""Predictions: read where they are of their run, and all of them in one file."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sentences import refusal

from fmnist.runs.predictions import read_predictions, read_store, read_test_labels, write_predictions, write_store

LABELS = np.array([0, 1, 2, 9], dtype=np.uint8)
CLASSES = {("fc", 0): [0, 1, 9], ("fc", 4294967295): [0, 2, 9], ("lenet5__a=0.1", 0): [1, 1, 1]}
STORE = {pair: np.array(found, dtype=np.uint8) for pair, found in CLASSES.items()}


def classes(*numbers: int) -> Any:
    return np.array(numbers, dtype=np.uint8)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "predictions.npy"


def test_predictions_of_their_run_are_read(path: Path) -> None:
    write_predictions(path, classes(0, 1, 2, 2))
    assert read_predictions(path, LABELS, 0.75).tolist() == [0, 1, 2, 2]


@pytest.mark.parametrize(
    ("content", "accuracy", "fault"),
    [
        (classes(0, 1, 2), 0.75, "holds uint8 of shape (3,); expected uint8 of shape (4,)"),
        (classes(0, 1, 2, 9).astype(np.int64), 1.0, "holds int64 of shape (4,); expected uint8"),
        (classes(0, 1, 2, 10), 0.75, "holds the class 10; expected 0 to 9"),
        (classes(0, 1, 2, 2), 1.0, "has an accuracy of 0.75; expected 1, the test_accuracy of its run"),
        (classes(0, 1, 2, 2), float("nan"), "expected nan"),
        (np.array([object()]), 1.0, "cannot be read"),
        (b"\x93NUMPY", 1.0, "cannot be read"),
        (None, 1.0, "cannot be read"),
    ],
)
def test_predictions_of_another_run_are_refused_in_one_sentence(
    path: Path, content: Any, accuracy: float, fault: str
) -> None:
    if isinstance(content, np.ndarray):
        np.save(path, content)
    elif content is not None:
        path.write_bytes(content)
    message = refusal(read_predictions, path, LABELS, accuracy)
    assert message.startswith(str(path))
    assert fault in message
    assert message.endswith(f"; delete {path.parent} to train the run again.")


def test_a_file_without_labels_is_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=np.zeros(3))
    assert "a.npz cannot be read" in refusal(read_test_labels, tmp_path / "a.npz")


@pytest.mark.parametrize("store", [STORE, {}])
def test_what_is_stored_comes_back_and_is_always_the_same_bytes(path: Path, store: Any) -> None:
    write_store(path, store)
    before = path.read_bytes()
    write_store(path, store)
    assert path.read_bytes() == before
    assert {pair: found.tolist() for pair, found in read_store(path).items()} == (CLASSES if store else {})


@pytest.mark.parametrize(
    "changes", [{"run_id": np.array([object()])}, {"seed": np.array([0, 1])}, {"seed": np.array(0)}]
)
def test_a_store_that_is_pickled_or_lacks_numbers_is_refused(path: Path, changes: dict[str, Any]) -> None:
    arrays = {"run_id": np.array(["fc"]), "seed": np.array([0]), "classes": np.zeros((3, 1), np.uint8)}
    with path.open("wb") as stream:
        np.savez(stream, **{**arrays, **changes})
    assert str(path) in refusal(read_store, path)


def test_a_lone_array_and_a_store_that_is_cut_anywhere_are_refused(path: Path) -> None:
    np.save(path, np.zeros(3, np.uint8))
    assert "cannot be read" in refusal(read_store, path)
    write_store(path, STORE)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        assert "cannot be read" in refusal(read_store, path)


def test_a_store_that_unpacks_to_more_than_its_bound_is_refused(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("classes.npy", "w") as member:
        for _ in range(257):
            member.write(bytes(1 << 20))
    assert "unpacks to more than 256 MiB" in refusal(read_store, path)
