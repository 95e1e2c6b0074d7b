"""The predictions of all runs in one file: what is written comes back, and nothing else is read."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sentences import is_one_sentence

from fmnist.common.errors import DataError
from fmnist.runs import prediction_store
from fmnist.runs.prediction_store import read_store, write_store

CLASSES = {("fc", 0): [0, 1, 9], ("fc", 4294967295): [0, 2, 9], ("lenet5__a=0.1", 0): [1, 1, 1]}
STORE = {pair: np.array(classes, dtype=np.uint8) for pair, classes in CLASSES.items()}


def as_lists(store: dict[tuple[str, int], Any]) -> dict[tuple[str, int], list[int]]:
    return {pair: classes.tolist() for pair, classes in store.items()}


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    write_store(tmp_path / "p.npz", STORE)
    assert as_lists(read_store(tmp_path / "p.npz")) == CLASSES


def test_the_same_predictions_are_the_same_bytes(tmp_path: Path) -> None:
    for name in "ab":
        write_store(tmp_path / name, STORE)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_no_predictions_are_a_file_too(tmp_path: Path) -> None:
    write_store(tmp_path / "p.npz", {})
    assert read_store(tmp_path / "p.npz") == {}


def test_four_hundred_runs_are_small(tmp_path: Path) -> None:
    """As realistic as made-up ones get: a tenth of the images is hard, and there runs differ."""
    chance = np.random.default_rng(0)
    labels, other = chance.integers(0, 10, (2, 10_000)).astype(np.uint8)
    margin = chance.normal(1.9, 1.35, 10_000)
    runs = [np.where(margin + chance.normal(0, 0.8, 10_000) > 0, labels, other) for _ in range(400)]
    write_store(tmp_path / "p.npz", {("fc", seed): run for seed, run in enumerate(runs)})
    assert np.mean([run == labels for run in runs]) == pytest.approx(0.9, abs=0.03)
    assert (tmp_path / "p.npz").stat().st_size < 600_000


GOOD = {"run_id": np.array(["fc"]), "seed": np.array([0]), "classes": np.zeros((3, 1), np.uint8)}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"run_id": np.array([object()])}, "cannot be read"),  # pickled
        ({"run_id": np.array([1])}, "holds int64"),
        ({"seed": np.array([0.5])}, "holds <U2, float64"),
        ({"seed": np.array([0, 1])}, r"holds shapes \(1,\), \(2,\)"),
        ({"classes": np.zeros((3, 1), np.int64)}, "and int64"),
        ({"classes": np.zeros(3, np.uint8)}, r"and \(3,\)"),
        ({"classes": np.zeros((1, 3), np.uint8)}, r"and \(1, 3\)"),
        ({"run_id": np.array(["fc"] * 2), "seed": np.array([0, 0]), "classes": np.zeros((3, 2), np.uint8)}, "twice"),
    ],
)
def test_another_content_is_refused_in_one_sentence(tmp_path: Path, changes: dict[str, Any], fault: str) -> None:
    np.savez(tmp_path / "p.npz", **{**GOOD, **changes})
    with pytest.raises(DataError, match=fault) as caught:
        read_store(tmp_path / "p.npz")
    assert is_one_sentence(str(caught.value))


def test_a_small_archive_that_unpacks_to_more_than_is_allowed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prediction_store, "MOST_UNPACKED", 100_000)
    write_store(tmp_path / "p.npz", {("fc", 0): np.zeros(99_000, np.uint8)})
    assert read_store(tmp_path / "p.npz").keys() == {("fc", 0)}
    write_store(tmp_path / "p.npz", {("fc", 0): np.zeros(100_000, np.uint8)})
    assert (tmp_path / "p.npz").stat().st_size < 1_000
    with pytest.raises(DataError, match="unpacks to 100,400 bytes, of 100,000 at most") as caught:
        read_store(tmp_path / "p.npz")
    assert is_one_sentence(str(caught.value))


def test_a_lone_array_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with (tmp_path / "p.npz").open("wb") as stream:
        np.save(stream, np.zeros(3, np.uint8))
    with pytest.raises(DataError, match="cannot be read") as caught:
        read_store(tmp_path / "p.npz")
    assert is_one_sentence(str(caught.value))


def test_a_file_cut_anywhere_is_refused_in_one_sentence(tmp_path: Path) -> None:
    write_store(tmp_path / "p.npz", STORE)
    content = (tmp_path / "p.npz").read_bytes()
    for length in range(len(content)):
        (tmp_path / "p.npz").write_bytes(content[:length])
        with pytest.raises(DataError) as caught:
            read_store(tmp_path / "p.npz")
        assert is_one_sentence(str(caught.value))


def test_a_flipped_byte_is_refused_in_one_sentence_or_changes_nothing(tmp_path: Path) -> None:
    write_store(tmp_path / "p.npz", STORE)
    content = (tmp_path / "p.npz").read_bytes()
    for place in range(len(content)):
        (tmp_path / "p.npz").write_bytes(content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :])
        found, message = read_or_message(tmp_path / "p.npz")
        assert found == CLASSES or (found is None and is_one_sentence(message))


def read_or_message(path: Path) -> tuple[dict[tuple[str, int], list[int]] | None, str]:
    try:
        return as_lists(read_store(path)), ""
    except DataError as error:
        return None, str(error)
