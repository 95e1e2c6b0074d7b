"""The confusion that a reused folder kept of runs without predictions count if they are of our runs."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders import runs_frame

from fmnist.analysis.confusion import confusion_table
from fmnist.analysis.known import with_known_confusion
from fmnist.common.errors import DataError

LABELS = np.arange(10, dtype=np.uint8)
CONFUSION = confusion_table([("a", 0, LABELS), ("b", 0, LABELS // 2)], LABELS)


def test_confusion_of_runs_without_predictions_is_added_in_the_order_of_the_runs(tmp_path: Path) -> None:
    CONFUSION.to_csv(tmp_path / "confusion.csv", index=False)
    ours = runs_frame([("a", 0, 1.0, 0.1), ("b", 0, 0.1, 0.1), ("c", 0, 0.5, 0.1)])
    own = CONFUSION[CONFUSION["run_id"] == "b"].assign(images=7)  # stays as it is
    found = with_known_confusion(own, tmp_path / "confusion.csv", ours)
    pd.testing.assert_frame_equal(
        found, pd.concat([CONFUSION[CONFUSION["run_id"] == "a"], own], ignore_index=True), check_dtype=False
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (CONFUSION.assign(images=2).to_csv(index=False).replace("b,0,Trouser", "b,0,Bag"), "expected 0.2, its"),
        (CONFUSION.to_csv(index=False).replace("Dress", "Skirt"), "run a, seed 0"),
        ("run_id,seed\nfc,0\n", "cannot be read"),
        (CONFUSION.to_csv(index=False).replace(",1\n", ",x\n"), "cannot be read"),
        ("", "cannot be read"),
    ],
)
def test_a_confusion_that_a_person_broke_is_refused_in_one_sentence(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "confusion.csv").write_text(text, encoding="utf-8")
    ours = runs_frame([("a", 0, 1.0, 0.1), ("b", 0, 0.2, 0.1)])
    with pytest.raises(DataError, match=fault):
        with_known_confusion(CONFUSION[:0], tmp_path / "confusion.csv", ours)
