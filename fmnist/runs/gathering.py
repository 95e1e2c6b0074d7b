"""Gather many runs into tidy tables: runs.csv, loss.csv and provenance.json of results/."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fmnist.common.errors import DataError, FmnistError
from fmnist.common.validation import checked
from fmnist.runs.checks import as_text, checked_curve, checked_row, expect, read_json, read_lines
from fmnist.runs.columns import CURVE_HEADER, RUN_COLUMNS, Epoch, Run
from fmnist.runs.provenance import Summary, summary_of
from fmnist.training.settings import Value, setting_names


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRecord:
    """What the tables of all runs hold of one run."""

    row: Mapping[str, Any]  # of runs.csv
    curve: Sequence[str]  # its lines of loss.csv
    made: Summary  # how it was made; of a reused run, how those of its folder were made
    reused_from: str | None = None  # the folder in the config; None: trained here


@dataclass(frozen=True, kw_only=True, slots=True)
class RunFolder:
    """Where the files of a finished run are, and which run they have to be of."""

    path: Path
    run_id: str
    seed: int
    settings: Mapping[str, Value]


def read_run(folder: RunFolder, data_sha256: str) -> RunRecord:
    """Return a run that was trained here.

    Raises DataError where a file is missing or broken, or of another run, seed, config or data set.
    """
    try:
        return _read_run(folder, data_sha256)
    except FmnistError as error:
        raise DataError(f"{str(error)[:-1]}; delete {folder.path} to train the run again.") from None


def _read_run(folder: RunFolder, data_sha256: str) -> RunRecord:
    place, path = str(folder.path / "metrics.json"), folder.path / "loss.csv"
    metrics, provenance = (read_json(folder.path / name) for name in ("metrics.json", "provenance.json"))
    made = summary_of(provenance, str(folder.path / "provenance.json"))
    for key, value in {"run_id": folder.run_id, "seed": folder.seed, "data_sha256": data_sha256}.items():
        expect(place, key, metrics.get(key), value)
    run = checked(Run, {**provenance, **metrics}, f"{place} with provenance.json")
    row = checked_row(place, run, as_text(metrics.get("config")), folder.settings)
    return RunRecord(row=row, curve=checked_curve(path, read_lines(path, Epoch.model_fields), row), made=made)


def runs_table(records: Iterable[RunRecord]) -> pd.DataFrame:
    """Return runs.csv: one row a run and seed, settings as text."""
    return pd.DataFrame([record.row for record in records], columns=list(RUN_COLUMNS))


def curves_text(records: Iterable[RunRecord]) -> str:
    """Return loss.csv of all runs: one line an epoch, the run's id and seed first."""
    lines = [line for record in records for line in record.curve]
    return "\n".join([f"run_id,seed,{CURVE_HEADER}", *lines]) + "\n"


def summarise(records: Sequence[RunRecord]) -> dict[str, Any]:
    """Return provenance.json: how the runs were made, every distinct value once."""
    runs, made = runs_table(records), [record.made for record in records]
    reused = [record for record in records if record.reused_from]
    packages = sorted({name for one in made for name in one.versions})
    return {
        "runs": len(records),
        "reused": [_reused(reused)] if reused else [],
        "versions": {name: _distinct(one.versions.get(name, []) for one in made) for name in packages},
        **{key: _distinct(getattr(one, key) for one in made) for key in Summary.model_fields if key != "versions"},
        "devices": sorted(set(runs["device"])),
        "engines": sorted(set(runs["engine"])),
        "seconds_total": round(float(runs["seconds"].sum()), 3),
        "seconds_by_run": {run_id: round(sum(one) / len(one), 3) for run_id, one in runs.groupby("run_id")["seconds"]},
    }


def _reused(records: Sequence[RunRecord]) -> dict[str, Any]:
    revisions = _distinct(record.made.git_revisions for record in records)
    return {"from": records[0].reused_from, "runs": len(records), "git_revisions": revisions}


def _distinct(lists: Iterable[Iterable[Any]]) -> list[Any]:
    return sorted({value for values in lists for value in values} - {None})


def read_runs(path: Path) -> pd.DataFrame:
    """Read a runs.csv, settings as text, numbers as numbers (NaN where null)."""
    return pd.read_csv(path, dtype=dict.fromkeys(setting_names(), "string"))


def read_curves(path: Path) -> pd.DataFrame:
    """Read a loss.csv of many runs."""
    return pd.read_csv(path)
