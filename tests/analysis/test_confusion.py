"""Confusion matrices: every image counted once, in its row and column."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders import runs_frame
from sentences import is_one_sentence

from fmnist.analysis.confusion import (
    COLUMNS,
    accuracies,
    class_accuracies,
    confusion_matrices,
    confusion_table,
    in_percent,
    read_confusion,
    with_known,
)
from fmnist.analysis.tables import to_csv
from fmnist.common.errors import DataError
from fmnist.data.fashion_mnist import CLASS_NAMES

LABELS = np.array([0, 0, 0, 6, 6, 9], dtype=np.uint8)
FIRST = np.array([0, 0, 6, 6, 0, 9], dtype=np.uint8)
SECOND = np.array([0, 6, 6, 6, 6, 7], dtype=np.uint8)


def table_of(*runs: tuple[str, int, "np.typing.NDArray[np.uint8]"]) -> str:
    return to_csv(confusion_table(runs, LABELS))


def test_the_table_has_a_row_for_every_pair_of_classes_that_occurs() -> None:
    assert table_of(("fc", 0, FIRST)).splitlines() == [
        ",".join(COLUMNS),
        "fc,0,T-shirt/top,T-shirt/top,2",
        "fc,0,T-shirt/top,Shirt,1",
        "fc,0,Shirt,T-shirt/top,1",
        "fc,0,Shirt,Shirt,1",
        "fc,0,Ankle boot,Ankle boot,1",
    ]


def test_matrices_come_back_from_the_table(tmp_path: Path) -> None:
    path = tmp_path / "confusion.csv"
    path.write_text(table_of(("fc", 3, SECOND), ("fc", 0, FIRST), ("lenet5", 0, FIRST)), encoding="utf-8")
    matrices = confusion_matrices(read_confusion(path))
    assert {run_id: found.shape for run_id, found in matrices.items()} == {"fc": (2, 10, 10), "lenet5": (1, 10, 10)}
    for found, predicted in zip(matrices["fc"], (FIRST, SECOND), strict=True):  # in the order of the seeds
        expected = np.zeros((10, 10))
        np.add.at(expected, (LABELS, predicted), 1)
        np.testing.assert_array_equal(found, expected)


def test_percentages_are_of_the_true_class() -> None:
    matrices = confusion_matrices(confusion_table([("fc", 0, FIRST), ("fc", 1, SECOND)], LABELS))["fc"]
    shirt, top = CLASS_NAMES.index("Shirt"), CLASS_NAMES.index("T-shirt/top")
    assert in_percent(matrices)[:, top, shirt] == pytest.approx([100 / 3, 200 / 3])
    assert class_accuracies(matrices)[:, shirt].tolist() == [50, 100]
    assert np.isnan(class_accuracies(matrices)[:, CLASS_NAMES.index("Bag")]).all()  # no image of it
    assert accuracies(matrices) == pytest.approx([100 * 4 / 6, 50])


def known(accuracy: float) -> pd.DataFrame:
    """What two tables come to: ours of fc seed 1, another's of fc seed 0, and a runs.csv with seeds 0, 1 and 2."""
    ours, theirs = (confusion_table([("fc", seed, found)], LABELS) for seed, found in ((1, SECOND), (0, FIRST)))
    return with_known(ours, theirs, runs_frame([("fc", 0, accuracy, 0.1), ("fc", 1, 0.5, 0.1), ("fc", 2, 0.5, 0.1)]))


def test_what_is_known_of_other_runs_stands_in_their_place() -> None:
    assert to_csv(known(4 / 6)) == table_of(("fc", 0, FIRST), ("fc", 1, SECOND))


def test_what_is_known_of_a_run_with_another_accuracy_is_refused_in_one_sentence() -> None:
    with pytest.raises(
        DataError, match=r"'fc' with seed 0 has an accuracy of 0\.666667, and .* 0\.5; allowed"
    ) as caught:
        known(0.5)
    assert is_one_sentence(str(caught.value))


def test_where_nothing_is_known_the_table_stays() -> None:
    none = confusion_table([], LABELS)
    assert with_known(none, none, runs_frame([("fc", 0, 0.5, 0.1)])).empty
