"""The whole workflow on the small sample, as a user runs it: in a copy of the project."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

PROJECT = Path(__file__).parents[2]
QUICK = ["--configfile", "config.yaml", "config.quick.yaml"]
RUNS = 41
EXPERIMENTS = 13
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", ".snakemake", "results", "reference", "*_cache", "__pycache__")


class Copy:
    """A copy of the project in a folder of its own, with spaces and Unicode in its path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(PROJECT, folder, ignore=NOT_COPIED)

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]
        # The copy's own package, not the installed one, must decide.
        environment = {"PYTHONPATH": str(self.folder), "PATH": "/usr/bin:/bin", "HOME": str(self.folder)}
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    def planned(self, *arguments: str) -> dict[str, int]:
        """How many jobs of each rule a dry run plans."""
        answer = self.snakemake("--dry-run", "--quiet", "rules", *arguments)
        assert answer.returncode == 0, answer.stderr
        return {rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", answer.stdout, re.MULTILINE)}

    def append(self, path: str, text: str) -> None:
        with (self.folder / path).open("a", encoding="utf-8") as stream:
            stream.write(text)

    def files(self, pattern: str) -> list[Path]:
        return sorted((self.folder / "results" / "quick").glob(pattern))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A project after one quick run of everything."""
    copy = Copy(tmp_path_factory.mktemp("workflow") / "ein Ordner – 폴더")
    answer = copy.snakemake(*QUICK, "--resources", "gpu=1")
    assert answer.returncode == 0, answer.stderr
    return copy


@pytest.fixture
def edited(finished: Copy) -> Iterator[Copy]:
    """The finished project, its sources put back after the test."""
    kept = {path: path.read_bytes() for path in finished.folder.glob("fmnist/**/*.py")}
    yield finished
    for path, content in kept.items():
        path.write_bytes(content)


def test_every_run_keeps_the_contract(finished: Copy) -> None:
    folders = finished.files("runs/*/seed=0")
    assert len(folders) == RUNS
    for folder in folders:
        names = {path.name for path in folder.iterdir()}
        assert names == {"metrics.json", "loss.csv", "predictions.npy", "provenance.json"}
        metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
        assert metrics["run_id"] == folder.parent.name
        predictions = np.load(folder / "predictions.npy")
        assert (predictions.dtype, predictions.shape) == (np.uint8, (750,))
        assert list(pd.read_csv(folder / "loss.csv")["epoch"]) == [1, 2]


def test_every_job_leaves_a_log_and_a_benchmark(finished: Copy) -> None:
    assert len(finished.files("logs/train/*/seed=0.log")) == RUNS
    assert len(finished.files("benchmarks/train/*/seed=0.tsv")) == RUNS


def test_runs_are_gathered_and_every_experiment_has_table_and_figure(finished: Copy) -> None:
    runs = pd.read_csv(finished.files("runs.csv")[0])
    assert len(runs) == RUNS
    assert runs["run_id"].is_unique
    curves = pd.read_csv(finished.files("loss.csv")[0])
    assert len(curves) == 2 * RUNS
    assert len(finished.files("tables/*.csv")) == EXPERIMENTS + 1
    assert len(finished.files("figures/*.svg")) == EXPERIMENTS + 6
    assert len(finished.files("figures/claims/*.svg")) == len(pd.read_csv(finished.files("claims.csv")[0])) == 33


def test_the_report_is_one_page_and_one_pdf_that_say_it_means_nothing(finished: Copy) -> None:
    page = finished.files("report/index.html")[0].read_text(encoding="utf-8")
    assert "these numbers mean nothing" in page
    assert not re.search(r'(src|href)="https?://[^"]+\.(css|js|svg|png)"', page)
    assert finished.files("report/report.pdf")[0].read_bytes().startswith(b"%PDF-")


def test_a_second_run_does_nothing(finished: Copy) -> None:
    answer = finished.snakemake(*QUICK)
    assert answer.returncode == 0
    assert "Nothing to be done" in answer.stdout + answer.stderr


def test_a_touched_plot_module_redraws_nothing(finished: Copy) -> None:
    (finished.folder / "fmnist/figures/style.py").touch()
    assert finished.planned(*QUICK) == {}


def test_an_edited_plot_module_redraws_and_retrains_nothing(edited: Copy) -> None:
    edited.append("fmnist/figures/experiment.py", "\n# edited\n")
    planned = edited.planned(*QUICK)
    assert planned["figure"] == EXPERIMENTS
    assert "train" not in planned


def test_a_touched_model_retrains_nothing(finished: Copy) -> None:
    (finished.folder / "fmnist/training/models.py").touch()
    assert finished.planned(*QUICK) == {}


def test_a_state_written_anew_without_a_change_retrains_nothing(finished: Copy) -> None:
    answer = finished.snakemake(
        *QUICK, "--forcerun", "training_state", "--", "results/quick/data/training_state.sha256"
    )
    assert answer.returncode == 0, answer.stderr
    assert finished.planned(*QUICK) == {}


def test_a_deleted_run_is_noticed(finished: Copy) -> None:
    metrics = finished.folder / "results/quick/runs/fc/seed=0/metrics.json"
    kept = metrics.read_bytes()
    metrics.unlink()
    assert finished.planned(*QUICK).get("train") == 1
    metrics.write_bytes(kept)


def test_an_edited_model_retrains_every_run(edited: Copy) -> None:
    edited.append("fmnist/training/models.py", "\n# edited\n")
    assert edited.planned(*QUICK)["train"] == RUNS


def overlay(copy: Copy, text: str) -> list[str]:
    path = copy.folder / "overlay.yaml"
    path.write_text(text, encoding="utf-8")
    return [*QUICK, path.name]


def test_a_new_value_trains_that_run_and_no_other(finished: Copy) -> None:
    sweep = "experiments: {activation: {sweep: {activation: [tanh, relu, leaky_relu], batch_size: [100]}}}"
    assert "train" not in finished.planned(*overlay(finished, sweep))
    rates = "[0.0001, 0.0002, 0.0004, 0.0008, 0.0016, 0.0032, 0.0064, 0.0128, 0.0256]"
    sweep = f"experiments: {{learning_rate: {{sweep: {{learning_rate: {rates}}}}}}}"
    assert finished.planned(*overlay(finished, sweep))["train"] == 1


def test_two_swept_settings_give_their_grid_and_reuse_what_is_there(finished: Copy) -> None:
    sweep = "experiments: {pooling: {sweep: {batch_size: [100, 77]}}}"  # beside pooling: [average, max]
    assert finished.planned(*overlay(finished, sweep))["train"] == 2


def test_a_removed_value_trains_nothing(finished: Copy) -> None:
    planned = finished.planned(*overlay(finished, "experiments: {optimizer: {sweep: {optimizer: [adam, sgd]}}}"))
    assert "train" not in planned
    assert planned["gather"] == 1


def test_a_new_experiment_needs_only_yaml(finished: Copy) -> None:
    text = "experiments: {decay: {section: '9', title: Weight decay, sweep: {weight_decay: [0, 0.0001]}}}"
    planned = finished.planned(*overlay(finished, text))
    assert planned["train"] == 1
    assert planned["figure"] == EXPERIMENTS + 1


def test_extensions_train_their_runs_and_only_when_asked_for(finished: Copy) -> None:
    planned = finished.planned(*QUICK, "--config", "extensions=True")
    # 25, but that batch size 10 at two epochs, the quick config's, is trained already.
    assert planned["train"] == 24
    assert planned["figure"] == EXPERIMENTS + 7


def test_a_second_seed_trains_the_new_runs_only(finished: Copy) -> None:
    assert finished.planned(*QUICK, "--config", "seeds=2")["train"] == RUNS


def test_a_run_repeated_is_the_same_to_the_byte(finished: Copy) -> None:
    folder = finished.folder / "results/quick/runs/lenet5__dropout=true/seed=0"
    names = ("metrics.json", "loss.csv", "predictions.npy")
    before = {name: (folder / name).read_bytes() for name in names}
    shutil.rmtree(folder)
    answer = finished.snakemake(*QUICK, "--", "results/quick/runs/lenet5__dropout=true/seed=0/metrics.json")
    assert answer.returncode == 0, answer.stderr
    assert {name: (folder / name).read_bytes() for name in names} == before


def test_a_failing_job_names_its_log_and_a_mended_one_goes_on(finished: Copy) -> None:
    arrays = finished.folder / "results/quick/data/fashion_mnist.npz"
    whole = arrays.read_bytes()
    arrays.write_bytes(whole[:1000])
    target = "results/quick/runs/fc/seed=0/metrics.json"
    answer = finished.snakemake(*QUICK, "--forcerun", "train", "--", target)
    assert answer.returncode != 0
    assert "train failed: results/quick/data/fashion_mnist.npz is no prepared" in answer.stderr
    assert "(log: results/quick/logs/train/fc/seed=0.log)" in answer.stderr
    assert "Traceback" in (finished.folder / "results/quick/logs/train/fc/seed=0.log").read_text(encoding="utf-8")
    arrays.write_bytes(whole)
    assert finished.snakemake(*QUICK, "--", target).returncode == 0
