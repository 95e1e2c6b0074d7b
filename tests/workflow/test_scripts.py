"""Every script of a rule, run without Snakemake: its inputs, its outputs, one after the other."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from builders import CLAIMS, CONFIG, REPORTED, REPORTED_SCHEMA, ROOT, job, plan_of, script

from fmnist.common.checksums import file_sha256, read_checksums
from fmnist.common.errors import DataError, DeviceError
from fmnist.runs.columns import RUN_COLUMNS
from fmnist.runs.predictions import write_store

ACTIVATION = {"sweep": {"activation": ["tanh", "relu"]}}  # the original reports both
PLAN = plan_of({"activation": ACTIVATION}, {"defaults/epochs": 1, "models/lenet5/channels": [2, 4, 8]})
SEEDS = (0, 1)
RUNS = [(run_id, seed) for run_id in PLAN.runs for seed in SEEDS]


def training_state(arrays: Path) -> Path:
    """Write the state of two modules and the data beside the arrays, by the script; return its path."""
    state = arrays.with_name("training_state.sha256")
    code = [ROOT / "fmnist/training/models.py", ROOT / "fmnist/training/native/build.py"]
    inputs = {"code": code, "data": arrays.with_suffix(".sha256")}
    script("training_state").main(job(input=inputs, output={"only": state}))
    return state


def train_job(arrays: Path, folder: Path, run_id: str, seed: int, device: str = "cpu", engine: str = "auto") -> Any:
    names = {
        "metrics": "metrics.json",
        "loss": "loss.csv",
        "predictions": "predictions.npy",
        "provenance": "provenance.json",
    }
    return job(
        input={"arrays": arrays, "state": training_state(arrays)},
        output={key: folder / name for key, name in names.items()},
        params={"settings": PLAN.runs[run_id].settings(), "checkpoint": folder / "checkpoints/x/seed=0.pt"},
        wildcards={"run_id": run_id, "seed": str(seed)},
        resources={"gpu": 0},
        config={**CONFIG, "device": device, "engine": engine},
        threads=1,
    )


@pytest.fixture(scope="module")
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def results(arrays: Path, tmp_path_factory: pytest.TempPathFactory, _one_thread: None) -> Path:
    """Train two runs with two seeds each, and gather them, by the scripts."""
    root = tmp_path_factory.mktemp("results")
    for run_id, seed in RUNS:
        script("train").main(train_job(arrays, root / "runs" / run_id / f"seed={seed}", run_id, seed))
    script("gather").main(gather_job(arrays, root))
    return root


def gather_job(arrays: Path, root: Path) -> Any:
    return job(
        input={
            "metrics": [str(root / "runs" / run_id / f"seed={seed}/metrics.json") for run_id, seed in RUNS],
            "reused": [],
            "checksum": arrays.with_suffix(".sha256"),
        },
        output={
            name: root / f"{name}.{kind}" for name, kind in (("runs", "csv"), ("loss", "csv"), ("provenance", "json"))
        },
        params={
            "runs": RUNS,
            "trained": RUNS,
            "reuse": None,
            "settings": {run_id: run.settings() for run_id, run in PLAN.runs.items()},
        },
    )


def aggregation_job(results: Path, output: Path, **params: Any) -> Any:
    return job(
        input={
            "runs": results / "runs.csv",
            "loss": results / "loss.csv",
            "reported": REPORTED,
            "schema": REPORTED_SCHEMA,
        },
        output={"only": output},
        params=params,
    )


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_training_state_names_every_module_and_the_data(arrays: Path) -> None:
    assert read_checksums(training_state(arrays)) == {
        "fmnist/training/models.py": file_sha256(ROOT / "fmnist/training/models.py"),
        "fmnist/training/native/build.py": file_sha256(ROOT / "fmnist/training/native/build.py"),
        "data": file_sha256(arrays.with_suffix(".sha256")),
    }


def test_training_state_is_that_of_a_moved_project(arrays: Path, tmp_path: Path) -> None:
    before = training_state(arrays).read_bytes()
    moved = [tmp_path / "fmnist" / name for name in ("models.py", "native/build.py")]
    for path in moved:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((ROOT / path.relative_to(tmp_path)).read_bytes())
    inputs = {"code": moved, "data": arrays.with_suffix(".sha256")}
    script("training_state").main(job(input=inputs, output={"only": tmp_path / "state"}))
    assert (tmp_path / "state").read_bytes() == before


def test_train_leaves_the_contracts_files(results: Path, arrays: Path) -> None:
    folder = results / "runs/lenet5__activation=relu/seed=1"
    assert sorted(path.name for path in folder.iterdir()) == [
        "loss.csv",
        "metrics.json",
        "predictions.npy",
        "provenance.json",
    ]
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert sorted(metrics) == [
        "config",
        "data_sha256",
        "diverged",
        "epochs_trained",
        "fitted_train_accuracy",
        "generalization_gap",
        "parameter_count",
        "run_id",
        "seed",
        "test_accuracy",
        "test_loss",
        "train_accuracy",
        "train_loss",
    ]
    assert (metrics["run_id"], metrics["seed"]) == ("lenet5__activation=relu", 1)
    assert metrics["config"] == PLAN.runs["lenet5__activation=relu"].settings()
    assert metrics["data_sha256"] == file_sha256(arrays.with_suffix(".sha256"))
    assert metrics["epochs_trained"] == len(rows_of(folder / "loss.csv")) == 1
    predictions = np.load(folder / "predictions.npy", allow_pickle=False)
    assert (predictions.dtype, predictions.shape) == (np.uint8, (750,))
    provenance = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    assert (provenance["device"], provenance["threads"]) == ("cpu", 1)
    assert provenance["seconds"] > 0


def test_train_leaves_the_same_bytes_again(results: Path, arrays: Path, tmp_path: Path) -> None:
    script("train").main(train_job(arrays, tmp_path, "lenet5", 0))
    for name in ("metrics.json", "loss.csv", "predictions.npy"):
        assert (tmp_path / name).read_bytes() == (results / "runs/lenet5/seed=0" / name).read_bytes()


def test_train_takes_the_engine_of_the_config(arrays: Path, tmp_path: Path) -> None:
    script("train").main(train_job(arrays, tmp_path, "lenet5", 0, engine="torch"))
    assert json.loads((tmp_path / "provenance.json").read_text(encoding="utf-8"))["engine"] == "torch"


def test_train_refuses_cuda_where_there_is_none(arrays: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(DeviceError, match="device is 'cuda'"):
        script("train").main(train_job(arrays, tmp_path, "lenet5", 0, device="cuda"))
    assert list(tmp_path.iterdir()) == []


def test_train_refuses_a_file_that_is_no_data(arrays: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"PK no zip")
    broken.with_suffix(".sha256").write_text("x", encoding="utf-8")
    with pytest.raises(
        DataError, match=r"broken\.npz is no prepared Fashion-MNIST file .*; delete it to have it made anew\.$"
    ):
        script("train").main(train_job(broken, tmp_path / "run", "lenet5", 0))


def test_gather_makes_tidy_tables(results: Path) -> None:
    runs = rows_of(results / "runs.csv")
    assert tuple(runs[0]) == RUN_COLUMNS
    assert [(row["run_id"], int(row["seed"])) for row in runs] == RUNS
    assert [(row["run_id"], int(row["seed"]), row["epoch"]) for row in rows_of(results / "loss.csv")] == [
        (run_id, seed, "1") for run_id, seed in RUNS
    ]
    assert json.loads((results / "provenance.json").read_text(encoding="utf-8"))["runs"] == 4


def test_gather_keeps_numbers_exactly(results: Path) -> None:
    metrics = json.loads((results / "runs/lenet5/seed=0/metrics.json").read_text(encoding="utf-8"))
    row = rows_of(results / "runs.csv")[0]
    for key in ("train_loss", "test_accuracy", "generalization_gap"):
        assert float(row[key]) == metrics[key]


def test_table(results: Path, tmp_path: Path) -> None:
    script("table").main(
        aggregation_job(results, tmp_path / "t.csv", experiment=PLAN.experiments["activation"].as_dict())
    )
    rows = rows_of(tmp_path / "t.csv")
    assert [(row["value"], row["n"], row["reported_accuracy"]) for row in rows] == [
        ("tanh", "2", "89.800000"),
        ("relu", "2", "90.190000"),
    ]
    accuracies = [float(row["test_accuracy"]) for row in rows_of(results / "runs.csv") if row["run_id"] == "lenet5"]
    assert float(rows[0]["test_accuracy"]) == pytest.approx(100 * sum(accuracies) / 2, abs=1e-6)


def test_comparison_table_and_figure(results: Path, tmp_path: Path) -> None:
    experiments = {name: experiment.as_dict() for name, experiment in PLAN.experiments.items()}
    script("comparison_table").main(aggregation_job(results, tmp_path / "t.csv", experiments=experiments))
    rows = rows_of(tmp_path / "t.csv")
    assert len(rows) == 44 + 41
    assert [row["value"] for row in rows if row["n"] == "2"] == ["tanh", "tanh", "relu", "relu"]
    files = {"input": {"table": tmp_path / "t.csv"}, "output": {"only": tmp_path / "f.svg"}}
    script("comparison_figure").main(job(**files, params={"experiments": {}}))
    assert "test accuracy" in (tmp_path / "f.svg").read_text(encoding="utf-8")


def test_figure(results: Path, tmp_path: Path) -> None:
    script("figure").main(
        aggregation_job(results, tmp_path / "f.svg", experiment=PLAN.experiments["activation"].as_dict())
    )
    assert "Training loss by epoch" in (tmp_path / "f.svg").read_text(encoding="utf-8")


def test_claims_are_judged_and_shown(results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inputs = {
        "runs": results / "runs.csv",
        "loss": results / "loss.csv",
        "claims": CLAIMS,
        "reported": REPORTED,
        "reported_schema": REPORTED_SCHEMA,
    }
    experiments = {name: experiment.as_dict() for name, experiment in PLAN.experiments.items()}
    output = tmp_path / "claims.csv"
    script("claims").main(job(input=inputs, output={"only": output}, params={"experiments": experiments}))
    rows = {row["id"]: row for row in rows_of(output)}
    assert len(rows) == 33
    # The plan holds tanh and ReLU with two seeds, and nothing else.
    assert {row["verdict"] for row in rows.values()} == {"not testable"}
    assert rows["activation-ranking"]["hindrance_runs"] == "activation (leaky_relu)"
    script("show_claims").main(job(input={"only": output}))
    printed = capsys.readouterr().out
    assert "activation-ranking" in printed
    assert printed.endswith("\n33 not testable\n")


def test_confusion_counts_every_image_and_is_drawn(results: Path, arrays: Path, tmp_path: Path) -> None:
    table = tmp_path / "confusion.csv"
    inputs = {"runs": results / "runs.csv", "reused": [], "arrays": arrays}
    store = tmp_path / "predictions.npz"
    script("predictions").main(job(input=inputs, output={"only": store}, params={"trained": RUNS}))
    inputs = {"predictions": store, "arrays": arrays, "known": []}
    script("confusion").main(job(input=inputs, output={"only": table}))
    for run in rows_of(results / "runs.csv"):
        own = [row for row in rows_of(table) if (row["run_id"], row["seed"]) == (run["run_id"], run["seed"])]
        right = sum(int(row["images"]) for row in own if row["true_class"] == row["predicted_class"])
        assert sum(int(row["images"]) for row in own) == 750
        assert right / 750 == float(run["test_accuracy"])
    drawn = {name: tmp_path / f"{name}.svg" for name in ("confusion", "classes")}
    experiments = {name: experiment.as_dict() for name, experiment in PLAN.experiments.items()}
    script("class_figures").main(job(input={"confusion": table}, output=drawn, params={"experiments": experiments}))
    assert "LeNet-5, base case" in drawn["confusion"].read_text(encoding="utf-8")
    assert "Ankle boot" in drawn["classes"].read_text(encoding="utf-8")


def test_image_noise_is_that_of_the_pairs_that_claims_compare(arrays: Path, tmp_path: Path) -> None:
    with np.load(arrays) as prepared:
        labels = prepared["test_labels"]
    store = {("not compared", 0): labels}
    for run_id, seed, wrong in (("a", 0, 75), ("a", 1, 60), ("b", 0, 150), ("b", 1, 165)):
        store[run_id, seed] = np.where(np.arange(750) < wrong, (labels + 1) % 10, labels).astype(np.uint8)
    write_store(tmp_path / "predictions.npz", store)
    (tmp_path / "claims.csv").write_text(
        "id,measure,first,second,first_run,second_run\nc,accuracy,A,B,a,b\n", encoding="utf-8"
    )
    inputs = {"predictions": tmp_path / "predictions.npz", "verdicts": tmp_path / "claims.csv"}
    inputs |= {"arrays": arrays, "known": []}
    output = tmp_path / "noise.csv"
    script("image_noise").main(job(input=inputs, output={"only": output}))
    (row,) = rows_of(output)
    assert (row["claims"], row["first_run"], row["first_seeds"], row["images"]) == ("c", "a", "2", "750")
    assert float(row["effect"]) == pytest.approx(12)  # 9% of errors against 21%
    assert float(row["disagree"]) == pytest.approx(90)
    assert float(row["disagree_within"]) == pytest.approx(15)
    assert float(row["seeds_error"]) == pytest.approx(2**0.5, rel=0.02)  # each run's two seeds lie 2 points apart


def test_compare_prints_the_table_and_counts_verdicts(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs = {"runs": results / "runs.csv", "reference": results / "runs.csv"}
    script("compare").main(job(input=inputs, output={"only": tmp_path / "c.csv"}))
    assert [row["verdict"] for row in rows_of(tmp_path / "c.csv")] == ["identical", "identical"]
    printed = capsys.readouterr().out
    assert "lenet5__activation=relu" in printed
    assert printed.endswith("\n2 identical\n")
