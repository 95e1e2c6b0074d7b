"""Which runs a folder of committed results stands in for, and what it may not hold."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from builders import ROOT, changed, plan
from sentences import is_one_sentence

from fmnist.common.errors import ConfigError
from fmnist.runs.reuse import data_hash, measured, read_known, reusable

REFERENCE = ROOT / "reference"
SETTINGS = {run_id: run.settings() for run_id, run in plan().runs.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of what is needed of reference/, to be spoiled."""
    for name in ("runs.csv", "loss.csv", "provenance.json"):
        shutil.copy(REFERENCE / name, tmp_path)
    return tmp_path


def held(folder: Path, settings: Any = SETTINGS, checksums: str = "fashion_mnist") -> list[tuple[str, int]]:
    planned = [(run_id, seed) for run_id in settings for seed in (0, 99)]
    return reusable(read_known(folder, "kept"), settings, planned, checksums)


def spoil(path: Path, line: int, **cells: str) -> None:
    """Change cells of one line of a table; the first after the header is line 1."""
    header, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
    for name, cell in cells.items():
        rows[line - 1][header.index(name)] = cell
    path.write_text("\n".join(",".join(row) for row in [header, *rows]) + "\n", encoding="utf-8")


def test_the_reference_stands_in_for_every_run_of_its_seeds_and_for_no_other() -> None:
    assert held(REFERENCE) == [(run_id, 0) for run_id in SETTINGS]


def test_the_hash_of_the_data_is_that_of_its_list_of_checksums(arrays: Path) -> None:
    from fmnist.common.checksums import file_sha256

    assert data_hash("sample") == file_sha256(arrays.with_suffix(".sha256"))


def test_what_the_config_does_not_plan_is_not_looked_at(folder: Path) -> None:
    spoil(folder / "runs.csv", 1, run_id="of_an_older_config", epochs="3", train_loss="x")
    assert len(held(folder)) == len(SETTINGS) - 1


def test_numbers_come_back_exactly(folder: Path) -> None:
    numbers = {"train_loss": "0.30000000000000004", "test_loss": "1e-05", "generalization_gap": "-5.5e-17"}
    spoil(folder / "runs.csv", 1, **numbers, diverged="True", train_accuracy="")
    found = measured(read_known(folder, "kept"), ("fc", 0))
    assert {key: found[key] for key in numbers} == {key: float(text) for key, text in numbers.items()}
    assert (found["diverged"], found["train_accuracy"], found["parameter_count"]) == (True, None, 407050)


def sentence_of(folder: Path, **arguments: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        held(folder, **arguments)
    message = str(caught.value)
    assert is_one_sentence(message)
    assert message.startswith("reuse is 'kept', and ")
    assert "; allowed: " in message
    return message


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    message = sentence_of(tmp_path / "nowhere")
    assert "nowhere is no folder" in message
    assert "runs.csv, loss.csv, provenance.json" in message


@pytest.mark.parametrize("name", ["runs.csv", "loss.csv", "provenance.json"])
def test_a_file_that_is_not_there(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert f"lacks {name}" in sentence_of(folder)


def test_a_run_with_other_settings(folder: Path) -> None:
    settings = {run_id: run.settings() for run_id, run in plan(changed({"defaults/epochs": 2})).runs.items()}
    assert "its run 'fc' has epochs 20, and the config 2" in sentence_of(folder, settings=settings)
    spoil(folder / "runs.csv", 1, step_size="100")
    assert "its run 'fc' has step_size 100, and the config null" in sentence_of(folder)


def test_other_data(folder: Path) -> None:
    message = sentence_of(folder, checksums="sample")
    assert f"the hash {data_hash('fashion_mnist')[:16]}" in message
    assert f"data.dataset 'sample' have {data_hash('sample')[:16]}" in message


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"seed": "1"}, "the run 'fc' with seed 1 twice"),
        ({"seed": "-1"}, "has the seed '-1'"),
        ({"test_accuracy": ""}, None),  # not finite: no fault here
        ({"test_accuracy": "high"}, "the test_accuracy 'high'"),
        ({"fitted_train_accuracy": ""}, "the fitted_train_accuracy ''"),
        ({"train_loss": "inf"}, "the train_loss 'inf'"),
        ({"diverged": "no"}, "the diverged 'no'"),
        ({"epochs_trained": "20.0"}, "the epochs_trained '20.0'"),
        ({"seconds": ""}, "the seconds ''"),
    ],
)
def test_a_cell_that_is_no_number(folder: Path, cells: dict[str, str], words: str | None) -> None:
    spoil(folder / "runs.csv", 1, **cells)
    if words is None:
        held(folder)
    else:
        assert words in sentence_of(folder)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("runs.csv", b"", "lacks the column 'run_id'"),
        ("runs.csv", b"\xff\xfe", "cannot be read"),
        ("runs.csv", b"run_id,seed\nfc,0\n", "lacks the column 'activation'"),
        ("provenance.json", b"{", "cannot be read"),
        ("provenance.json", b"[]", "has data_sha256 None"),
        ("provenance.json", b'{"data_sha256": ["a", "b"]}', "has data_sha256 ['a', 'b']"),
    ],
)
def test_a_file_that_is_not_what_it_should_be(folder: Path, name: str, content: bytes, words: str) -> None:
    (folder / name).write_bytes(content)
    assert words in sentence_of(folder)


def test_a_line_that_is_cut(folder: Path) -> None:
    runs = folder / "runs.csv"
    with runs.open("a", encoding="utf-8") as stream:
        stream.write("lenet5,77,tanh\n")
    assert f"line {len(runs.read_text().splitlines())} of" in sentence_of(folder)


def test_a_number_of_another_run_is_no_concern_of_a_report_without_it(folder: Path) -> None:
    spoil(folder / "runs.csv", 1, train_loss="x")
    without = {run_id: settings for run_id, settings in SETTINGS.items() if run_id != "fc"}
    assert len(held(folder, settings=without)) == len(without)


def test_the_committed_summary_is_of_one_data_set() -> None:
    summary = json.loads((REFERENCE / "provenance.json").read_text(encoding="utf-8"))
    assert summary["data_sha256"] == [data_hash("fashion_mnist")]
