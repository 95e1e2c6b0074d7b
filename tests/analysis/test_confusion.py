"""Confusion matrices: every image counted once, in its row and column."""

from pathlib import Path

import numpy as np
import pytest

from fmnist.analysis.confusion import TEXTS, accuracies, class_accuracies, confusion_matrices, confusion_table
from fmnist.analysis.tables import read_table, to_csv
from fmnist.data.datasets import CLASS_NAMES

LABELS = np.array([0, 0, 0, 6, 6, 9], dtype=np.uint8)
FIRST = np.array([0, 0, 6, 6, 0, 9], dtype=np.uint8)
SECOND = np.array([0, 6, 6, 6, 6, 7], dtype=np.uint8)


def table_of(*runs: tuple[str, int, "np.typing.NDArray[np.uint8]"]) -> str:
    return to_csv(confusion_table(runs, LABELS, CLASS_NAMES))


def test_the_table_has_a_row_for_every_pair_of_classes_that_occurs() -> None:
    assert table_of(("fc", 0, FIRST)).splitlines() == [
        "run_id,seed,true_class,predicted_class,images",
        "fc,0,T-shirt/top,T-shirt/top,2",
        "fc,0,T-shirt/top,Shirt,1",
        "fc,0,Shirt,T-shirt/top,1",
        "fc,0,Shirt,Shirt,1",
        "fc,0,Ankle boot,Ankle boot,1",
    ]


def test_matrices_come_back_from_the_table(tmp_path: Path) -> None:
    path = tmp_path / "confusion.csv"
    path.write_text(table_of(("fc", 3, SECOND), ("fc", 0, FIRST), ("lenet5", 0, FIRST)), encoding="utf-8")
    matrices = confusion_matrices(read_table(path, TEXTS), CLASS_NAMES)
    assert {run_id: found.shape for run_id, found in matrices.items()} == {"fc": (2, 10, 10), "lenet5": (1, 10, 10)}
    for found, predicted in zip(matrices["fc"], (FIRST, SECOND), strict=True):  # in the order of the seeds
        expected = np.zeros((10, 10))
        np.add.at(expected, (LABELS, predicted), 1)
        np.testing.assert_array_equal(found, expected)


def test_percentages_are_of_the_true_class() -> None:
    matrices = confusion_matrices(
        confusion_table([("fc", 0, FIRST), ("fc", 1, SECOND)], LABELS, CLASS_NAMES), CLASS_NAMES
    )["fc"]
    shirt, top = CLASS_NAMES.index("Shirt"), CLASS_NAMES.index("T-shirt/top")
    np.testing.assert_allclose(class_accuracies(matrices)[:, [shirt, top]], [[50, 200 / 3], [100, 100 / 3]])
    assert np.isnan(class_accuracies(matrices)[:, CLASS_NAMES.index("Bag")]).all()  # no image of it
    assert accuracies(matrices) == pytest.approx([100 * 4 / 6, 50])
