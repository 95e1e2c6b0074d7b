"""Which runs a folder of committed results stands in for, and what it may not hold."""

import json
from pathlib import Path
from typing import Any

import pytest
from builders import CONFIG, ROOT, changed, plan
from run_builders import DATA, SETTINGS, finished, read, spoil
from sentences import refusal

from fmnist.common.checksums import file_sha256
from fmnist.data.files import data_hash
from fmnist.plan.experiments import plan_experiments
from fmnist.runs.gathering import curves_text, runs_table, summarise
from fmnist.runs.reuse import read_reused, reused_trainings

REFERENCE = ROOT / "reference"
PAIRS = [("fc", 0), ("fc", 7), ("lenet5", 0)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the tidy tables of three runs."""
    records = [read(finished(tmp_path, *pair)) for pair in PAIRS]
    runs_table(records).to_csv(tmp_path / "runs.csv", index=False)
    (tmp_path / "loss.csv").write_text(curves_text(records), encoding="utf-8")
    (tmp_path / "provenance.json").write_text(json.dumps(summarise(records)), encoding="utf-8")
    return tmp_path


def held(folder: Path, settings: Any = SETTINGS, data: str = DATA) -> dict[tuple[str, int], Any]:
    planned = [(run_id, seed) for run_id in settings for seed in (0, 7, 99)]
    return read_reused(folder, "kept", planned, settings, data)


def test_the_reference_stands_in_for_every_run_of_its_seeds_and_for_no_other() -> None:
    planned = [(run_id, seed) for run_id in SETTINGS for seed in (10, 99)]
    found = read_reused(REFERENCE, "reference", planned, SETTINGS, data_hash("fashion_mnist"))
    assert sorted(found) == sorted((run_id, 10) for run_id in SETTINGS)


def test_reused_seeds_are_those_of_the_folder_and_a_new_value_has_its_siblings(folder: Path) -> None:
    one_each = dict.fromkeys(CONFIG["experiments"]) | {
        "networks": {"section": "4", "title": "Networks", "cases": {"fc": {"model": "fc"}, "lenet5": {}}},
        "new": {
            "section": "4",
            "title": "New",
            "cases": {"fc": {"model": "fc"}, "wide": {"model": "fc", "hidden_units": 9}},
        },
    }
    found = reused_trainings(folder, "kept", plan_experiments({**CONFIG, "experiments": one_each}))
    assert found == [*PAIRS, ("fc__hidden_units=9", 0), ("fc__hidden_units=9", 7)]
    alone = {**one_each, "alone": {"section": "4", "title": "Alone", "set": {"batch_size": 7}}}
    message = refusal(reused_trainings, folder, "kept", plan_experiments({**CONFIG, "experiments": alone}))
    assert "'kept' lacks lenet5__batch_size=7 of alone" in message


def test_the_hash_of_the_data_is_that_of_its_list_of_checksums(arrays: Path) -> None:
    assert data_hash("sample") == file_sha256(arrays.with_suffix(".sha256"))


def test_the_tables_of_reused_runs_have_the_same_bytes(folder: Path) -> None:
    found = held(folder)
    records = [found[pair] for pair in PAIRS]
    assert runs_table(records).to_csv(index=False) == (folder / "runs.csv").read_text(encoding="utf-8")
    assert curves_text(records) == (folder / "loss.csv").read_text(encoding="utf-8")
    before = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    kept = {"from": "kept", "runs": 3, "git_revisions": ["f" * 40]}
    assert summarise(records) == {**before, "reused": [kept]}


def test_own_and_reused_runs_are_summarised_together(folder: Path, tmp_path: Path) -> None:
    summary = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    several = {**summary, "cpus": ["B", "C"], "git_revisions": ["1", "2"], "versions": {"python": ["3.9", "3.11.0"]}}
    (folder / "provenance.json").write_text(json.dumps(several), encoding="utf-8")
    own = read(finished(tmp_path / "own", "lenet5", 1))
    merged = summarise([own, held(folder)["fc", 0]])
    assert merged["reused"] == [{"from": "kept", "runs": 1, "git_revisions": ["1", "2"]}]
    assert merged["versions"] == {"python": ["3.11.0", "3.9"], "torch": ["2.9.0"]}
    assert merged["cpus"] == ["A CPU", "B", "C"]
    assert merged["git_revisions"] == ["1", "2", "f" * 40]


def test_settings_of_what_the_config_does_not_plan_are_not_compared(folder: Path) -> None:
    spoil(folder / "runs.csv", 2, run_id="of_an_older_config", epochs="3")
    assert sorted(held(folder)) == [("fc", 7), ("lenet5", 0)]


def sentence(folder: Path, settings: Any = SETTINGS, data: str = DATA) -> str:
    return refusal(held, folder, settings, data).replace(str(folder), "KEPT")


@pytest.mark.parametrize("name", ["runs.csv", "loss.csv", "provenance.json"])
def test_a_file_that_is_not_there(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert sentence(folder).startswith(f"reuse is 'kept', which lacks {name}; expected null, or a folder with runs.csv")


def test_a_run_with_other_settings_or_data(folder: Path) -> None:
    settings = {run_id: run.settings() for run_id, run in plan(changed({"defaults/epochs": 2})).runs.items()}
    assert "KEPT/runs.csv: line 2: epochs is '20'; expected '2'." in sentence(folder, settings=settings)
    assert "KEPT/provenance.json: data_sha256 is ['ddd" in sentence(folder, data="e" * 64)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"step_size": "100"}, "step_size is '100'; expected None"),
        ({"seed": "7"}, "KEPT/runs.csv: line 3 has run 'fc', seed 7 again"),
        ({"seed": "9" * 5000}, "seed is inf"),
        ({"seed": "-1"}, "seed is -1; expected a whole number from 0 to 4,294,967,295"),
        ({"test_accuracy": ""}, "test_accuracy is null; expected a number from 0 to 1"),
        ({"test_accuracy": "high"}, "test_accuracy is 'high' (text)"),
        ({"test_accuracy": "0.88"}, "generalization_gap is"),
        ({"train_loss": "inf"}, "train_loss is inf; expected a number"),
        ({"train_loss": "0.5"}, "KEPT/loss.csv: line 3: train_loss is 0.16; expected 0.5"),
        ({"diverged": "no"}, "diverged is 'no' (text); expected true or false"),
        ({"epochs_trained": "20.0"}, "epochs_trained is 20.0; expected a whole number"),
    ],
)
def test_a_cell_that_a_person_spoiled(folder: Path, cells: dict[str, str], words: str) -> None:
    spoil(folder / "runs.csv", 2, **cells)
    assert words in sentence(folder)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("runs.csv", b"\xff\xfe", "cannot be read"),
        ("runs.csv", b"run_id,seed,seed\nfc,0,1\n", "the column 'seed' is there twice"),
        ("runs.csv", b"run_id,seed\nfc,0\n", "the column activation is missing"),
        ("runs.csv", b'run_id,seed\n"fc,0\n', "cannot be read"),
        ("provenance.json", b"{}", "the required key versions is missing"),
    ],
)
def test_a_file_that_is_not_what_it_should_be(folder: Path, name: str, content: bytes, words: str) -> None:
    (folder / name).write_bytes(content)
    assert words in sentence(folder)
