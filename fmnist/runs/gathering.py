"""Gather many runs into tidy tables: runs.csv, loss.csv and provenance.json of results/."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from fmnist.common.errors import DataError, FmnistError
from fmnist.common.validation import checked
from fmnist.runs.checks import (
    RunRecord,
    as_text,
    checked_curve,
    checked_row,
    curves_by_run,
    expect,
    numbered_runs,
    read_json,
    read_lines,
    read_rows,
)
from fmnist.runs.columns import CURVE_HEADER, FINAL, MEASURES, RUN_COLUMNS, CurveRow, Epoch, Run, run_columns
from fmnist.runs.provenance import Summary, summary_of
from fmnist.training.settings import Value, setting_names


def read_run(folder: Path, run_id: str, seed: int, settings: Mapping[str, Value], data_sha256: str) -> RunRecord:
    """Return a run that was trained here.

    Raises DataError where a file is missing or broken, or of another run, seed, config or data set.
    """
    expected = {"run_id": run_id, "seed": seed, "data_sha256": data_sha256}
    try:
        return _read_run(folder, expected, settings)
    except FmnistError as error:
        raise DataError(f"{str(error)[:-1]}; delete {folder} to train the run again.") from None


def _read_run(folder: Path, expected: Mapping[str, Any], settings: Mapping[str, Value]) -> RunRecord:
    place, curve = str(folder / "metrics.json"), folder / "loss.csv"
    metrics, provenance = (read_json(folder / name) for name in ("metrics.json", "provenance.json"))
    made = summary_of(provenance, str(folder / "provenance.json"))
    expect(str(folder / "provenance.json"), "data_sha256", made.data_sha256, [expected["data_sha256"]])
    for key, value in expected.items():
        expect(place, key, metrics.get(key), value)
    run = checked(Run, {**provenance, **metrics}, f"{place} with provenance.json")
    row = checked_row(place, run, as_text(metrics.get("config")), settings)
    return RunRecord(row=row, curve=checked_curve(curve, read_lines(curve, Epoch.model_fields), row), made=made)


def runs_table(records: Iterable[RunRecord]) -> pd.DataFrame:
    """Return runs.csv: one row a run and seed, settings as text; also those of networks of the config's author."""
    rows = [record.row for record in records]
    own = {key for row in rows for key in row} - {*RUN_COLUMNS}
    return pd.DataFrame(rows, columns=run_columns(own))


def curves_text(records: Iterable[RunRecord]) -> str:
    """Return loss.csv of all runs: one line an epoch, the run's id and seed first."""
    lines = [line for record in records for line in record.curve]
    return "\n".join([f"run_id,seed,{CURVE_HEADER}", *lines]) + "\n"


def summarise(records: Sequence[RunRecord]) -> dict[str, Any]:
    """Return provenance.json: how the runs were made, every distinct value once."""
    runs, made = runs_table(records), [record.made for record in records]
    packages = sorted({name for one in made for name in one.versions})
    return {
        "runs": len(records),
        "reused": _reused([record for record in records if record.reused_from]),
        "versions": {name: _distinct(one.versions.get(name, []) for one in made) for name in packages},
        **{key: _distinct(getattr(one, key) for one in made) for key in Summary.model_fields if key != "versions"},
        "devices": sorted(set(runs["device"])),
        "engines": sorted(set(runs["engine"])),
        "seconds_total": round(float(runs["seconds"].sum()), 3),
        "seconds_by_run": {run_id: round(sum(one) / len(one), 3) for run_id, one in runs.groupby("run_id")["seconds"]},
    }


def _reused(records: Sequence[RunRecord]) -> list[dict[str, Any]]:
    revisions = _distinct(record.made.git_revisions for record in records)
    folders = {record.reused_from for record in records}  # none, or one
    return [{"from": folder, "runs": len(records), "git_revisions": revisions} for folder in folders]


def _distinct(lists: Iterable[Iterable[Any]]) -> list[Any]:
    return sorted({value for values in lists for value in values} - {None})


def read_runs(path: Path) -> pd.DataFrame:
    """Read a runs.csv, settings as text, numbers as numbers (NaN where null). Raises as `numbered_runs` does."""
    rows = [
        {**{key: cells.get(key) or None for key in setting_names()}, **run.model_dump()}
        for _, run, cells in numbered_runs(path)
    ]
    kinds: dict[str, Any] = {**dict.fromkeys(setting_names(), "string"), "seed": int, "diverged": bool}
    kinds |= dict.fromkeys((*FINAL, *(column for column, _ in MEASURES.values())), float)
    return pd.DataFrame(rows, columns=run_columns()).astype(kinds)


def read_curves(path: Path) -> pd.DataFrame:
    """Read a loss.csv of many runs. Raises DataError or ConfigError for a fault."""
    return pd.DataFrame(read_rows(path, CurveRow), columns=["run_id", "seed", *Epoch.model_fields])


def read_runs_and_curves(runs: Path, loss: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read a runs.csv and the loss.csv of the same runs. Raises where a curve does not end as its run did."""
    _check_curves(runs, loss)
    return read_runs(runs), read_curves(loss)


def _check_curves(runs: Path, loss: Path) -> None:
    curves = curves_by_run(loss)
    for _, run, _ in numbered_runs(runs):
        checked_curve(loss, curves.get((run.run_id, str(run.seed)), []), run.model_dump())
