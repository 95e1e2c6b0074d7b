"""Numbers that a reused folder kept of runs without predictions count if they are of our runs."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import runs_frame
from run_builders import refusal

from fmnist.analysis.confusion import confusion_table
from fmnist.analysis.image_noise import TEXTS, noise_table
from fmnist.analysis.known import with_known_confusion, with_known_noise

PAIRS = pd.DataFrame([("one two", "A", "B", "a", "b")], columns=list(TEXTS))
SEEDS = (0, 1, 2)
ALL = {run: np.random.default_rng(place).random((3, 200)) < 0.8 for place, run in enumerate("ab")}
LABELS = np.arange(10, dtype=np.uint8)
CONFUSION = confusion_table([("a", 0, LABELS), ("b", 0, LABELS // 2)], LABELS)


def table(seeds: int) -> pd.DataFrame:
    """The noise of the first seeds; of none where their predictions are not known."""
    correct = {run: found[:seeds] for run, found in ALL.items()} if seeds else {}
    return noise_table(PAIRS, correct, draws=50).round(6)


def runs(*seeds: int) -> pd.DataFrame:
    return runs_frame((run, seed, float(ALL[run][seed % 3].mean()), 0.1) for run in "ab" for seed in seeds)


def with_known(folder: Path, mine: pd.DataFrame, known: pd.DataFrame, theirs: pd.DataFrame, ours: pd.DataFrame) -> Any:
    known.to_csv(folder / "image_noise.csv", index=False)
    theirs.to_csv(folder / "runs.csv", index=False)
    return with_known_noise(mine, folder / "image_noise.csv", folder / "runs.csv", ours)


@pytest.mark.parametrize("ours", [SEEDS, (*SEEDS, 3, 4)], ids=["the same seeds", "more seeds"])
@pytest.mark.parametrize("there", [0, 2])
def test_noise_of_more_seeds_counts(tmp_path: Path, ours: tuple[int, ...], there: int) -> None:
    found = with_known(tmp_path, table(there), table(3), runs(*SEEDS), runs(*ours))
    pd.testing.assert_frame_equal(found, table(3), check_dtype=False)


@pytest.mark.parametrize(
    ("known", "theirs", "ours"),
    [
        ({}, SEEDS, (0, 1)),  # of a seed that we have not
        ({}, (0, 1), SEEDS),  # of more seeds than its own folder has
        ({"effect": 50.0}, SEEDS, SEEDS),  # of other accuracies
        ({"second_run": "c"}, SEEDS, SEEDS),  # of another pair
        ({"first_seeds": 2, "second_seeds": 2, "disagree": 1.5}, (0, 1), SEEDS),  # of no more seeds than ours
    ],
)
def test_any_other_noise_does_not_count(
    tmp_path: Path, known: dict[str, Any], theirs: tuple[int, ...], ours: tuple[int, ...]
) -> None:
    found = with_known(tmp_path, table(2), table(3).assign(**known), runs(*theirs), runs(*ours))
    pd.testing.assert_frame_equal(found, table(2), check_dtype=False)


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
        (CONFUSION.to_csv(index=False).replace("Dress", "Skirt"), "true_class is 'Skirt'"),
        ("run_id,seed\nfc,0\n", "the column true_class is missing"),
        (CONFUSION.to_csv(index=False).replace(",1\n", ",x\n"), "images is 'x'"),
        ("", "the column run_id is missing"),
    ],
)
def test_a_confusion_that_a_person_broke_is_refused_in_one_sentence(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "confusion.csv").write_text(text, encoding="utf-8")
    ours = runs_frame([("a", 0, 1.0, 0.1), ("b", 0, 0.2, 0.1)])
    assert fault in refusal(with_known_confusion, CONFUSION[:0], tmp_path / "confusion.csv", ours)
