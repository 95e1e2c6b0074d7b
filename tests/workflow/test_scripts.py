"""The scripts of the rules, run without Snakemake: what they write, one after the other."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from builders import CLAIMS, REPORTED, ROOT, job, plan_of, script
from training_process import training_job
from workflow_builders import training_state

from fmnist.common.checksums import file_sha256, read_checksums
from fmnist.data.datasets import CLASS_NAMES
from fmnist.runs.gathering import RUN_COLUMNS

# Two runs of a small network for one epoch; the original reports an accuracy of both.
PLAN = plan_of(
    {"activation": {"sweep": {"activation": ["tanh", "relu"]}}},
    {"defaults/epochs": 1, "models/lenet5/channels": [2, 4, 8]},
)
EXPERIMENTS = {name: experiment.as_dict() for name, experiment in PLAN.experiments.items()}
SETTINGS = {run_id: run.settings() for run_id, run in PLAN.runs.items()}
RUNS = [(run_id, seed) for run_id in SETTINGS for seed in (0, 1)]
RELU = "lenet5__activation=relu"


@pytest.fixture(scope="module")
def results(arrays: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train two runs with two seeds each, and gather them with their predictions, by the scripts."""
    root = tmp_path_factory.mktemp("results")
    training_state(arrays)
    folders = [root / "runs" / run_id / f"seed={seed}" for run_id, seed in RUNS]
    for (run_id, seed), folder in zip(RUNS, folders, strict=True):
        engine = "torch" if run_id == RELU else "auto"
        script("train").main(training_job(arrays, folder, SETTINGS[run_id], run_id, seed, engine=engine))
    inputs = {"metrics": [folder / "metrics.json" for folder in folders], "reused": []}
    tables = {name.split(".")[0]: root / name for name in ("runs.csv", "loss.csv", "provenance.json")}
    params = {"runs": RUNS, "trained": RUNS, "reuse": None, "settings": SETTINGS}
    script("gather").main(
        job(input={**inputs, "checksum": arrays.with_suffix(".sha256")}, output=tables, params=params)
    )
    run("predictions", {"runs": root / "runs.csv", "arrays": arrays, "reused": []}, root / "predictions.npz", **params)
    return root


def run(name: str, inputs: dict[str, Any], output: Path, **params: Any) -> Path:
    """Run a script that writes one file; return the file."""
    script(name).main(job(input=inputs, output={"only": output}, params=params))
    return output


def json_of(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def test_training_state_names_every_module_and_the_data_also_of_a_moved_project(arrays: Path, tmp_path: Path) -> None:
    names = ("training/models.py", "training/native/build.py")
    expected = {name: file_sha256(ROOT / "fmnist" / name) for name in names}
    state = training_state(arrays)
    assert read_checksums(state) == {**expected, "data": file_sha256(arrays.with_suffix(".sha256"))}
    content = state.read_bytes()
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / "fmnist" / name).read_bytes())
    assert training_state(arrays, *(tmp_path / name for name in names)).read_bytes() == content


def test_gather_makes_tidy_tables_and_keeps_numbers_exactly(results: Path) -> None:
    runs, curves = pd.read_csv(results / "runs.csv"), pd.read_csv(results / "loss.csv")
    assert tuple(runs) == RUN_COLUMNS
    for table in (runs, curves):
        assert list(table[["run_id", "seed"]].itertuples(index=False, name=None)) == RUNS
    assert json_of(results / "provenance.json")["runs"] == 4
    metrics = json_of(results / "runs/lenet5/seed=0/metrics.json")
    for key in ("train_loss", "test_accuracy", "generalization_gap"):
        assert runs[key][0] == metrics[key]


def test_confusion_counts_every_image(results: Path, arrays: Path, tmp_path: Path) -> None:
    inputs = {"predictions": results / "predictions.npz", "arrays": arrays, "known": []}
    counts = pd.read_csv(run("confusion", inputs, tmp_path / "confusion.csv", classes=list(CLASS_NAMES)))
    right = counts[counts["true_class"] == counts["predicted_class"]]
    images, recognised = (table.groupby(["run_id", "seed"], sort=False)["images"].sum() for table in (counts, right))
    assert set(images) == {750}
    assert list(recognised / 750) == list(pd.read_csv(results / "runs.csv")["test_accuracy"])


def test_claims_about_accuracies_are_judged_over_images(results: Path, arrays: Path, tmp_path: Path) -> None:
    inputs = {name: results / f"{name}.csv" for name in ("runs", "loss")} | {"claims": CLAIMS, "reported": REPORTED}
    inputs |= {"predictions": results / "predictions.npz", "arrays": arrays}
    table = pd.read_csv(run("image_noise", inputs, tmp_path / "noise.csv", experiments=EXPERIMENTS))
    (row,) = table.to_dict("records")  # of all claims, the config has the runs of one
    assert (row["id"], row["first_run"], row["seeds"], row["images"]) == ("relu-above-tanh", RELU, 2, 750)
    accuracy = 100 * pd.read_csv(results / "runs.csv").groupby("run_id")["test_accuracy"].mean()
    assert row["effect"] == pytest.approx(accuracy[RELU] - accuracy["lenet5"], abs=1e-5)
