"""Every script of a rule, run without Snakemake: its inputs, its outputs, one after the other."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from builders import CLAIMS, REPORTED, ROOT, job, script
from workflow_builders import RUN_FILES, SMALL_PLAN, train_job, training_state

from fmnist.common.checksums import file_sha256, read_checksums
from fmnist.common.errors import DataError, DeviceError
from fmnist.runs.gathering import RUN_COLUMNS

RUNS = [(run_id, seed) for run_id in SMALL_PLAN.runs for seed in (0, 1)]
EXPERIMENTS = {name: experiment.as_dict() for name, experiment in SMALL_PLAN.experiments.items()}


@pytest.fixture(scope="module")
def results(arrays: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train two runs with two seeds each, and gather them, by the scripts."""
    root = tmp_path_factory.mktemp("results")
    for run_id, seed in RUNS:
        script("train").main(train_job(arrays, root / "runs" / run_id / f"seed={seed}", run_id, seed))
    script("gather").main(
        job(
            input={
                "metrics": [str(root / f"runs/{run_id}/seed={seed}/metrics.json") for run_id, seed in RUNS],
                "checksum": arrays.with_suffix(".sha256"),
            },
            output={name.split(".")[0]: root / name for name in ("runs.csv", "loss.csv", "provenance.json")},
            params={"runs": RUNS, "settings": {run_id: run.settings() for run_id, run in SMALL_PLAN.runs.items()}},
        )
    )
    return root


def aggregated(name: str, results: Path, output: Path, **params: Any) -> Path:
    """Run a script that makes one file of the gathered runs; return the file."""
    inputs = {"runs": results / "runs.csv", "loss": results / "loss.csv"}
    inputs |= {"reported": REPORTED, "claims": CLAIMS}
    script(name).main(job(input=inputs, output={"only": output}, params=params))
    return output


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def json_of(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def test_training_state_names_every_module_and_the_data_also_of_a_moved_project(arrays: Path, tmp_path: Path) -> None:
    names = ("training/models.py", "training/native/build.py")
    sources = {name: ROOT / "fmnist" / name for name in names}
    state = training_state(arrays)
    expected = {name: file_sha256(path) for name, path in sources.items()}
    assert read_checksums(state) == {**expected, "data": file_sha256(arrays.with_suffix(".sha256"))}
    content = state.read_bytes()
    for name, path in sources.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(path.read_bytes())
    assert training_state(arrays, *(tmp_path / name for name in names)).read_bytes() == content


def test_train_leaves_the_contracts_files(results: Path, arrays: Path) -> None:
    folder = results / "runs/lenet5__activation=relu/seed=1"
    assert {path.name for path in folder.iterdir()} == set(RUN_FILES.values())
    metrics = json_of(folder / "metrics.json")
    measures = {"train_loss", "train_accuracy", "test_loss", "test_accuracy"}
    measures |= {"fitted_train_accuracy", "generalization_gap"}
    known = {"run_id", "seed", "config", "data_sha256", "parameter_count", "epochs_trained", "diverged"}
    assert set(metrics) == measures | known
    assert (metrics["run_id"], metrics["seed"]) == ("lenet5__activation=relu", 1)
    assert metrics["config"] == SMALL_PLAN.runs["lenet5__activation=relu"].settings()
    assert metrics["data_sha256"] == file_sha256(arrays.with_suffix(".sha256"))
    assert metrics["epochs_trained"] == len(rows_of(folder / "loss.csv")) == 1
    predictions = np.load(folder / "predictions.npy", allow_pickle=False)
    assert (predictions.dtype, predictions.shape) == (np.uint8, (750,))
    provenance = json_of(folder / "provenance.json")
    assert (provenance["device"], provenance["threads"]) == ("cpu", 1)
    assert provenance["seconds"] > 0


def test_train_leaves_the_same_bytes_again(results: Path, arrays: Path, tmp_path: Path) -> None:
    script("train").main(train_job(arrays, tmp_path, "lenet5", 0))
    for name in ("metrics.json", "loss.csv", "predictions.npy"):
        assert (tmp_path / name).read_bytes() == (results / "runs/lenet5/seed=0" / name).read_bytes()


def test_train_takes_the_engine_of_the_config(arrays: Path, tmp_path: Path) -> None:
    script("train").main(train_job(arrays, tmp_path, "lenet5", 0, engine="torch"))
    assert json_of(tmp_path / "provenance.json")["engine"] == "torch"


def test_train_refuses_cuda_where_there_is_none(arrays: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(DeviceError, match="device is 'cuda'"):
        script("train").main(train_job(arrays, tmp_path, "lenet5", 0, device="cuda"))
    assert list(tmp_path.iterdir()) == []


def test_train_refuses_a_file_without_the_data(arrays: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"PK no zip")
    training = train_job(arrays, tmp_path / "run", "lenet5", 0)
    training.input.arrays = broken
    with pytest.raises(DataError, match=r"broken\.npz"):
        script("train").main(training)


def test_gather_makes_tidy_tables_and_keeps_numbers_exactly(results: Path) -> None:
    runs = rows_of(results / "runs.csv")
    assert tuple(runs[0]) == RUN_COLUMNS
    assert [(row["run_id"], int(row["seed"])) for row in runs] == RUNS
    curves = rows_of(results / "loss.csv")
    assert [(row["run_id"], int(row["seed"]), row["epoch"]) for row in curves] == [(*run, "1") for run in RUNS]
    assert json_of(results / "provenance.json")["runs"] == 4
    metrics = json_of(results / "runs/lenet5/seed=0/metrics.json")
    for key in ("train_loss", "test_accuracy", "generalization_gap"):
        assert float(runs[0][key]) == metrics[key]


def test_table_and_figure_of_an_experiment(results: Path, tmp_path: Path) -> None:
    experiment = EXPERIMENTS["activation"]
    rows = rows_of(aggregated("table", results, tmp_path / "t.csv", experiment=experiment))
    found = [(row["value"], row["n"], float(row["reported_accuracy"])) for row in rows]
    assert found == [("tanh", "2", 89.8), ("relu", "2", 90.19)]
    accuracies = [float(row["test_accuracy"]) for row in rows_of(results / "runs.csv") if row["run_id"] == "lenet5"]
    assert float(rows[0]["accuracy"]) == pytest.approx(100 * sum(accuracies) / 2, abs=1e-6)
    figure = aggregated("figure", results, tmp_path / "f.svg", experiment=experiment)
    assert "Training loss by epoch" in figure.read_text(encoding="utf-8")


def test_comparison_table_and_figure(results: Path, tmp_path: Path) -> None:
    table = aggregated("comparison_table", results, tmp_path / "t.csv", experiments=EXPERIMENTS)
    rows = rows_of(table)
    assert len(rows) == 44 + 41  # accuracies and losses that the original prints
    assert [row["value"] for row in rows if row["n"] == "2"] == ["tanh", "tanh", "relu", "relu"]
    script("comparison_figure").main(job(input={"table": table}, output={"only": tmp_path / "f.svg"}))
    assert "test accuracy" in (tmp_path / "f.svg").read_text(encoding="utf-8")


def test_claims_are_judged(results: Path, tmp_path: Path) -> None:
    output = aggregated("claims", results, tmp_path / "claims.csv", experiments=EXPERIMENTS)
    rows = {row["id"]: row for row in rows_of(output)}
    assert len(rows) == 33
    assert len({row["verdict"] for row in rows.values()}) == 1  # two seeds allow no verdict
    assert rows["activation-ranking"]["hindrance_runs"] == "activation (leaky_relu)"  # missing in the plan


def test_confusion_counts_every_image_and_is_drawn(results: Path, arrays: Path, tmp_path: Path) -> None:
    table = tmp_path / "confusion.csv"
    inputs = {"runs": results / "runs.csv", "arrays": arrays, "known": []}
    script("confusion").main(job(input=inputs, output={"only": table}))
    for run in rows_of(results / "runs.csv"):
        own = [row for row in rows_of(table) if (row["run_id"], row["seed"]) == (run["run_id"], run["seed"])]
        right = sum(int(row["images"]) for row in own if row["true_class"] == row["predicted_class"])
        assert sum(int(row["images"]) for row in own) == 750
        assert right / 750 == float(run["test_accuracy"])
    drawn = {name: tmp_path / f"{name}.svg" for name in ("confusion", "classes")}
    script("class_figures").main(job(input={"confusion": table}, output=drawn, params={"experiments": EXPERIMENTS}))
    assert all("Ankle boot" in path.read_text(encoding="utf-8") for path in drawn.values())


def test_image_noise_is_of_the_pairs_that_claims_compare(arrays: Path, tmp_path: Path) -> None:
    with np.load(arrays) as prepared:
        labels = prepared["test_labels"]
    lines = ["run_id,seed,test_accuracy", "not compared,0,0.5"]
    for run_id, seed, wrong in (("a", 0, 75), ("a", 1, 60), ("b", 0, 150), ("b", 1, 165)):
        folder = tmp_path / f"runs/{run_id}/seed={seed}"
        folder.mkdir(parents=True)
        predicted = np.where(np.arange(750) < wrong, (labels + 1) % 10, labels).astype(np.uint8)
        np.save(folder / "predictions.npy", predicted)
        lines.append(f"{run_id},{seed},{1 - wrong / 750}")
    (tmp_path / "runs.csv").write_text("\n".join(lines), encoding="utf-8")
    claim = "id,measure,first,second,first_run,second_run\nc,accuracy,A,B,a,b\n"
    (tmp_path / "claims.csv").write_text(claim, encoding="utf-8")
    inputs = {"runs": tmp_path / "runs.csv", "verdicts": tmp_path / "claims.csv", "arrays": arrays, "known": []}
    script("image_noise").main(job(input=inputs, output={"only": tmp_path / "noise.csv"}))
    (row,) = rows_of(tmp_path / "noise.csv")
    assert (row["claims"], row["first_run"], row["first_seeds"], row["images"]) == ("c", "a", "2", "750")
    assert float(row["effect"]) == pytest.approx(12)  # 9 % of errors against 21 %
    assert float(row["disagree"]) == pytest.approx(90)
    assert float(row["disagree_within"]) == pytest.approx(15)
    assert float(row["seeds_error"]) == pytest.approx(2**0.5, rel=0.02)  # each run's two seeds are 2 points apart


def test_compare_prints_the_table_and_counts_verdicts(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs = {"runs": results / "runs.csv", "reference": results / "runs.csv"}
    script("compare").main(job(input=inputs, output={"only": tmp_path / "c.csv"}))
    assert [row["verdict"] for row in rows_of(tmp_path / "c.csv")] == ["identical", "identical"]
    printed = capsys.readouterr().out
    assert "lenet5__activation=relu" in printed
    assert printed.endswith("\n2 identical\n")
