"""A run that is reused has the very bytes that its training wrote."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from builders import CONFIG, ROOT, changed, job, plan, script
from sentences import is_one_sentence
from workflow_builders import training_state

from fmnist.common.errors import ConfigError
from fmnist.runs.gathering import read_runs
from fmnist.runs.predictions import all_predictions, read_test_labels
from fmnist.runs.reuse import read_known
from fmnist.runs.reused_runs import rebuild

ENTRY = {"section": "4-2", "title": "A title"}
CHANGES = {
    "defaults/epochs": 2,
    "models/fc/hidden_units": 8,
    "models/lenet5/channels": [2, 4, 8],
    "data/checksums": "sample",
    "reuse": "kept",
    "experiments": {
        "rate": {**ENTRY, "sweep": {"learning_rate": [0.001, 0.0123456789]}},
        "wild": {**ENTRY, "set": {"model": "fc", "optimizer": "sgd", "learning_rate": 1e30}},
    },
}
KEPT = changed(CHANGES)
PLAN = plan(KEPT)
SETTINGS = {run_id: run.settings() for run_id, run in PLAN.runs.items()}
RUNS = [(run_id, seed) for run_id in PLAN.runs for seed in (0, 4294967295)]
BYTES = ("metrics.json", "loss.csv", "predictions.npy")


def place(root: Path, run_id: str, seed: int) -> Path:
    return root / "runs" / run_id / f"seed={seed}"


def train(arrays: Path, root: Path, run_id: str, seed: int) -> None:
    folder = place(root, run_id, seed)
    names = {**{name.split(".")[0]: folder / name for name in BYTES}, "provenance": folder / "provenance.json"}
    script("train").main(
        job(
            input={"arrays": arrays, "state": training_state(arrays)},
            output=names,
            params={"settings": SETTINGS[run_id], "checkpoint": folder / "checkpoint.pt"},
            wildcards={"run_id": run_id, "seed": str(seed)},
            resources={"gpu": 0},
            config={**CONFIG, "device": "cpu"},
            threads=1,
        )
    )


def gather(arrays: Path, root: Path) -> None:
    """Write runs.csv, loss.csv, provenance.json, predictions.npz and confusion.csv of the runs below a folder."""
    metrics = [str(place(root, *pair) / "metrics.json") for pair in RUNS]
    names = {name: root / f"{name}.{kind}" for name, kind in (("runs", "csv"), ("loss", "csv"), ("provenance", "json"))}
    given: dict[str, Any] = {"metrics": metrics, "checksum": arrays.with_suffix(".sha256")}
    script("gather").main(job(input=given, output=names, params={"runs": RUNS, "settings": SETTINGS}))
    given = {"runs": root / "runs.csv", "arrays": arrays, "known": []}
    script("predictions").main(job(input=given, output={"only": root / "predictions.npz"}))
    script("confusion").main(job(input=given, output={"only": root / "confusion.csv"}))


def reuse(arrays: Path, kept: Path, root: Path) -> None:
    outputs = [place(root, *pair) / "metrics.json" for pair in RUNS]
    given = {
        "runs": kept / "runs.csv",
        "arrays": arrays,
        "schema": ROOT / "workflow/schemas/config.schema.yaml",
    }
    script("reuse").main(job(input=given, output={"metrics": outputs}, config=KEPT))


@pytest.fixture(scope="module")
def trained(arrays: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    threads = torch.get_num_threads()
    root = tmp_path_factory.mktemp("trained")
    for pair in RUNS:
        train(arrays, root, *pair)
    gather(arrays, root)
    yield root
    torch.set_num_threads(threads)


@pytest.fixture
def kept(trained: Path, tmp_path: Path) -> Path:
    """The tidy results alone, as reference/ has them, to be spoiled."""
    folder = tmp_path / "kept"
    folder.mkdir()
    for name in ("runs.csv", "loss.csv", "provenance.json", "predictions.npz", "confusion.csv"):
        shutil.copy(trained / name, folder)
    return folder


def test_every_run_has_the_bytes_of_its_training(arrays: Path, trained: Path, kept: Path, tmp_path: Path) -> None:
    reuse(arrays, kept, tmp_path)
    for pair in RUNS:
        for name in BYTES:
            assert (place(tmp_path, *pair) / name).read_bytes() == (place(trained, *pair) / name).read_bytes()
    assert json.loads((place(tmp_path, *RUNS[-1]) / "metrics.json").read_text(encoding="utf-8"))["diverged"]


def test_gathered_again_the_tables_are_the_same_and_nothing_is_lost(arrays: Path, kept: Path, tmp_path: Path) -> None:
    reuse(arrays, kept, tmp_path)
    gather(arrays, tmp_path)
    for name in ("runs.csv", "loss.csv", "predictions.npz", "confusion.csv"):
        assert (tmp_path / name).read_bytes() == (kept / name).read_bytes()
    before, after = (json.loads((root / "provenance.json").read_text(encoding="utf-8")) for root in (kept, tmp_path))
    told = {"from": "kept", "runs": len(RUNS), "git_revisions": before["git_revisions"]}
    assert after == {**before, "reused": [told]}


def test_without_predictions_the_other_files_are_the_same_and_confusion_is_kept(
    arrays: Path, trained: Path, kept: Path, tmp_path: Path
) -> None:
    (kept / "predictions.npz").unlink()
    reuse(arrays, kept, tmp_path)
    gather(arrays, tmp_path)
    runs = read_runs(tmp_path / "runs.csv")
    assert list(all_predictions(runs, tmp_path / "runs", read_test_labels(arrays))) == []
    assert (tmp_path / "runs.csv").read_bytes() == (kept / "runs.csv").read_bytes()
    given = {"runs": tmp_path / "runs.csv", "arrays": arrays, "known": [kept / "confusion.csv"]}
    script("confusion").main(job(input=given, output={"only": tmp_path / "confusion.csv"}))
    assert (tmp_path / "confusion.csv").read_bytes() == (kept / "confusion.csv").read_bytes()


def sentence_of(kept: Path, arrays: Path) -> str:
    labels = read_test_labels(arrays)
    with pytest.raises(ConfigError) as caught:
        rebuild(read_known(kept, "kept"), RUNS, SETTINGS, labels)
    assert is_one_sentence(str(caught.value))
    assert str(caught.value).startswith("reuse is 'kept', and ")
    assert "; allowed: " in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no archive"], ids=["empty", "cut", "text"])
def test_predictions_that_are_no_archive(arrays: Path, kept: Path, content: bytes) -> None:
    (kept / "predictions.npz").write_bytes(content)
    assert "predictions.npz cannot be read" in sentence_of(kept, arrays)


def test_predictions_with_a_flipped_byte(arrays: Path, kept: Path) -> None:
    path = kept / "predictions.npz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    assert "predictions.npz" in sentence_of(kept, arrays)


def test_predictions_of_another_run(arrays: Path, kept: Path) -> None:
    with np.load(kept / "predictions.npz") as store:
        arrays_there = dict(store)
    arrays_there["run_id"] = arrays_there["run_id"][::-1]
    np.savez_compressed(kept / "predictions.npz", **arrays_there)
    assert "and its run's test_accuracy is" in sentence_of(kept, arrays)


def test_a_curve_that_is_cut(arrays: Path, kept: Path) -> None:
    lines = (kept / "loss.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (kept / "loss.csv").write_text("".join(lines[:-1]), encoding="utf-8")
    run_id, seed = RUNS[-1]
    assert f"the rows of {run_id!r} with seed {seed} in" in sentence_of(kept, arrays)


@pytest.mark.parametrize("content", [b"", b"a,b\n", b"\xff"], ids=["empty", "columns", "no text"])
def test_curves_that_are_none(arrays: Path, kept: Path, content: bytes) -> None:
    (kept / "loss.csv").write_bytes(content)
    assert "loss.csv" in sentence_of(kept, arrays)


def test_where_one_run_is_refused_nothing_is_written(arrays: Path, kept: Path, tmp_path: Path) -> None:
    (kept / "predictions.npz").write_bytes(b"no archive")
    with pytest.raises(ConfigError):
        reuse(arrays, kept, tmp_path)
    assert not (tmp_path / "runs").exists()
