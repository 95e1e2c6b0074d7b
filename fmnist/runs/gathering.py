"""Gather the files of many runs into tidy tables: results/runs.csv and results/loss.csv."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fmnist.common.errors import DataError
from fmnist.runs.columns import CURVE_HEADER, FINAL, MEASURED, RUN_COLUMNS, WHERE
from fmnist.runs.provenance import provenance_fault
from fmnist.training.settings import Value, format_value, setting_names


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
            raise self.refused(name, f"cannot be read ({error})") from None

    def read_text(self, name: str) -> str:
        """Read one of the run's text files; DataError where it is missing or no text."""
        try:
            return (self.path / name).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise self.refused(name, f"cannot be read ({error})") from None

    def refused(self, name: str, why: str) -> DataError:
        """Return the error that says why one of the run's files is not used, and what to do."""
        return DataError(f"{self.path / name} {why}; delete {self.path} to train the run anew.")


def gather_runs(folders: Iterable[RunFolder], data_sha256: str) -> tuple[pd.DataFrame, list[tuple[str, Any]]]:
    """Return runs.csv as a frame, and (run id, provenance) of every run.

    Raises DataError where a metrics file is not that of its own run: another config,
    seed or data set.
    """
    rows, provenances = [], []
    for folder in folders:
        metrics, provenance = folder.read_json("metrics.json"), folder.read_json("provenance.json")
        _check(folder, metrics, data_sha256)
        if fault := provenance_fault(provenance):
            raise folder.refused("provenance.json", fault)
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
            raise folder.refused("metrics.json", f"holds {key} {found!r}, which is not that of its run ({value!r})")
    for key in MEASURED:
        if not _is_number(key, metrics.get(key, "")):
            raise folder.refused("metrics.json", f"holds no number as its {key}")


def _is_number(key: str, value: Any) -> bool:
    if key == "epochs_trained":
        return isinstance(value, int)
    return isinstance(value, int | float) or (value is None and key in FINAL)  # null: not finite


def _row(metrics: dict[str, Any], provenance: dict[str, Any]) -> dict[str, Any]:
    settings = {key: format_value(value) for key, value in metrics["config"].items() if value is not None}
    measured = {key: metrics[key] for key in MEASURED}
    where = {key: provenance[key] for key in WHERE}
    return {"run_id": metrics["run_id"], "seed": metrics["seed"], **settings, **measured, **where}


def gather_curves(folders: Sequence[RunFolder], runs: pd.DataFrame) -> str:
    """Return loss.csv of all runs as text: each run's rows, its id and seed before them.

    `runs` is what `gather_runs` returns of the same folders. Raises DataError where a curve is
    cut, or is not the one that its run's metrics end.
    """
    lines = [f"run_id,seed,{CURVE_HEADER}"]
    for folder, epochs, *final in zip(folders, runs["epochs_trained"], *(runs[name] for name in FINAL), strict=True):
        lines += [f"{folder.run_id},{folder.seed},{row}" for row in _curve(folder, epochs, final)]
    return "\n".join(lines) + "\n"


def _curve(folder: RunFolder, epochs: int, final: Sequence[float | None]) -> list[str]:
    """Return the rows of a run's loss curve: one an epoch, the last with the final numbers."""
    text = folder.read_text("loss.csv")
    header, *rows = text.splitlines() or [""]
    if header != CURVE_HEADER or not text.endswith("\n") or not is_whole_curve(rows, epochs, final):
        what = f"is not the curve of its metrics: one row for each of {epochs} epochs, the last with the final numbers"
        raise folder.refused("loss.csv", what)
    return rows


def is_whole_curve(rows: Sequence[str], epochs: int, final: Sequence[float | None]) -> bool:
    """Tell whether rows of a loss.csv are one for each epoch, the last with the final numbers, those of FINAL."""
    cells = [row.split(",") for row in rows]
    if not rows or [cell for cell, *_ in cells] != [str(epoch) for epoch in range(1, epochs + 1)]:
        return False
    if any(len(row) != len(CURVE_HEADER.split(",")) for row in cells):
        return False
    return all(_same(cell, number) for cell, number in zip(cells[-1][1:-1], final, strict=True))


def _same(cell: str, number: float | None) -> bool:
    """Tell whether a cell of loss.csv is a number of metrics.json, where one that is not finite is null."""
    try:
        value = float(cell)
    except ValueError:
        return False
    return value == number or (not math.isfinite(value) and (number is None or math.isnan(number)))


def read_runs(path: Path) -> pd.DataFrame:
    """Read a runs.csv, settings as text, numbers as numbers (NaN where null)."""
    return pd.read_csv(path, dtype=dict.fromkeys(setting_names(), "string"))


def read_curves(path: Path) -> pd.DataFrame:
    """Read a loss.csv of many runs."""
    return pd.read_csv(path)
