"""The files of a finished run, and a folder of tidy tables, to be spoiled."""

import csv
import json
from pathlib import Path
from typing import Any

from builders import metrics_of, plan, provenance_of

from fmnist.runs.checks import RunRecord
from fmnist.runs.columns import CURVE_HEADER
from fmnist.runs.gathering import read_run
from fmnist.training.loop import EpochRecord

DATA = "d" * 64
CURVE = CURVE_HEADER + "\n1,0.5,0.8,0.6,0.7,0.001\n2,0.16,0.94,0.31,0.89,0.0009\n"  # ends as metrics_of says
RUNS = plan().runs
SETTINGS = {run_id: run.settings() for run_id, run in RUNS.items()}


def finished(root: Path, run_id: str, seed: int, /, **changes: Any) -> Path:
    """Write the files of a run; return their folder. `changes` are of its metrics."""
    path = root / run_id / f"seed={seed}"
    path.mkdir(parents=True)
    metrics = {**metrics_of(run_id, seed, SETTINGS[run_id]), "epochs_trained": 2, **changes}
    (path / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    (path / "provenance.json").write_text(json.dumps(provenance_of()), encoding="utf-8")
    (path / "loss.csv").write_text(CURVE, encoding="utf-8")
    return path


def read(folder: Path) -> RunRecord:
    """Read the run that `finished` has written there."""
    run_id, seed = folder.parent.name, int(folder.name.removeprefix("seed="))
    return read_run(folder, run_id, seed, SETTINGS[run_id], DATA)


def epoch_record(epoch: int, train_loss: float = 0.25) -> EpochRecord:
    accuracies = {"train_accuracy": 0.5, "test_accuracy": 0.625}
    return EpochRecord(epoch=epoch, train_loss=train_loss, test_loss=0.1 + 0.2, learning_rate=1e-05, **accuracies)


def spoil(path: Path, line: int, **cells: str) -> None:
    """Change cells of one line of a table; the first after the header is line 2."""
    header, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
    for name, cell in cells.items():
        rows[line - 2][header.index(name)] = cell
    path.write_text("".join(",".join(row) + "\n" for row in [header, *rows]), encoding="utf-8")
