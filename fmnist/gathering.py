"""Gather the files of many runs into tidy tables: results/runs.csv and results/loss.csv."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fmnist.errors import DataError
from fmnist.experiments import setting_names
from fmnist.run_config import Value, format_value

NUMBERS = (
    "train_loss",
    "train_accuracy",
    "test_loss",
    "test_accuracy",
    "fitted_train_accuracy",
    "generalization_gap",
)
RUN_COLUMNS = (
    "run_id",
    "seed",
    *setting_names(),
    "parameter_count",
    *NUMBERS,
    "diverged",
    "epochs_trained",
    "seconds",
    "device",
    "engine",
)
CURVE_HEADER = "epoch,train_loss,train_accuracy,test_loss,test_accuracy,learning_rate"


@dataclass(frozen=True, kw_only=True, slots=True)
class RunFolder:
    """One finished run: where it lies, and what it has to be."""

    path: Path
    run_id: str
    seed: int
    settings: dict[str, Value]

    def read_json(self, name: str) -> Any:
        """Read one of the run's JSON files; DataError where it is missing or broken."""
        text = self.read_text(name)
        try:
            return json.loads(text)
        except ValueError as error:
            raise self._unreadable(name, error) from None

    def read_text(self, name: str) -> str:
        """Read one of the run's text files; DataError where it is missing or no text."""
        try:
            return (self.path / name).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise self._unreadable(name, error) from None

    def _unreadable(self, name: str, error: Exception) -> DataError:
        return DataError(f"{self.path / name} cannot be read ({error}); delete {self.path} to train the run anew.")


def gather_runs(folders: Iterable[RunFolder], data_sha256: str) -> tuple[pd.DataFrame, list[tuple[str, Any]]]:
    """Return runs.csv as a frame, and (run id, provenance) of every run.

    Raises DataError where a metrics file is not that of its own run: another config,
    seed or data set.
    """
    rows, provenances = [], []
    for folder in folders:
        metrics, provenance = folder.read_json("metrics.json"), folder.read_json("provenance.json")
        _check(folder, metrics, data_sha256)
        rows.append(_row(metrics, provenance))
        provenances.append((folder.run_id, provenance))
    return pd.DataFrame(rows, columns=list(RUN_COLUMNS)), provenances


def _check(folder: RunFolder, metrics: Any, data_sha256: str) -> None:
    expected = {
        "run_id": folder.run_id,
        "seed": folder.seed,
        "config": folder.settings,
        "data_sha256": data_sha256,
    }
    for key, value in expected.items():
        found = metrics.get(key) if isinstance(metrics, dict) else None
        if found != value:
            raise DataError(
                f"{folder.path / 'metrics.json'} holds {key} {found!r}, which is not that of its run ({value!r}); "
                f"delete {folder.path} to train the run anew."
            )


def _row(metrics: dict[str, Any], provenance: dict[str, Any]) -> dict[str, Any]:
    settings = {key: format_value(value) for key, value in metrics["config"].items() if value is not None}
    measured = {key: metrics[key] for key in ("parameter_count", *NUMBERS, "diverged", "epochs_trained")}
    where = {key: provenance[key] for key in ("seconds", "device", "engine")}
    return {"run_id": metrics["run_id"], "seed": metrics["seed"], **settings, **measured, **where}


def gather_curves(folders: Sequence[RunFolder]) -> str:
    """Return loss.csv of all runs as text: each run's rows, its id and seed before them."""
    lines = [f"run_id,seed,{CURVE_HEADER}"]
    for folder in folders:
        header, *rows = folder.read_text("loss.csv").splitlines() or [""]
        if header != CURVE_HEADER or not rows:
            raise DataError(f"{folder.path / 'loss.csv'} is no loss curve; delete {folder.path} to train the run anew.")
        lines += [f"{folder.run_id},{folder.seed},{row}" for row in rows]
    return "\n".join(lines) + "\n"


def read_runs(path: Path) -> pd.DataFrame:
    """Read a runs.csv, settings as text, numbers as numbers (NaN where null)."""
    return pd.read_csv(path, dtype=dict.fromkeys(setting_names(), "string"))


def read_curves(path: Path) -> pd.DataFrame:
    """Read a loss.csv of many runs."""
    return pd.read_csv(path)
