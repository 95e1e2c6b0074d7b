"""Runs that need no training, since a folder in the shape of reference/ holds them."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from fmnist.common.errors import ConfigError
from fmnist.common.validation import checked
from fmnist.plan.experiments import Plan
from fmnist.runs.checks import RunRecord, checked_curve, checked_row, curves_by_run, expect, numbered_runs, read_json
from fmnist.runs.provenance import Summary
from fmnist.training.settings import Value, setting_names

NEEDED = ("runs.csv", "loss.csv", "provenance.json")
Pair = tuple[str, int]  # run id, seed
Settings = Mapping[str, Value]


def reused_trainings(folder: Path, name: str, plan: Plan) -> list[Pair]:
    """Return every planned run with the seeds that a folder holds of it.

    A run that the folder lacks has the seeds that it holds of all other runs of the same experiment,
    so that they compare in pairs. Raises ConfigError where there are none, DataError for a broken file.
    """
    _check_files(folder, name)
    held: dict[str, list[int]] = {}
    for _, run, _ in numbered_runs(folder / "runs.csv"):
        held.setdefault(run.run_id, []).append(run.seed)
    for experiment in plan.experiments.values():
        lacking = [run_id for run_id in experiment.run_ids if run_id not in held]
        others = [set(held[run_id]) for run_id in experiment.run_ids if run_id in held]
        shared = sorted(set.intersection(*others)) if others else []
        if lacking and not shared:
            wanted = "a number of seeds, or a folder that holds other runs of it with equal seeds"
            raise ConfigError(
                f"seeds is 'reused', and {name!r} lacks {lacking[0]} of {experiment.name}; expected {wanted}."
            )
        held |= dict.fromkeys(lacking, shared)
    return [(run_id, seed) for run_id in plan.runs for seed in held[run_id]]


def _check_files(folder: Path, name: str) -> None:
    if lacking := [file for file in NEEDED if not (folder / file).is_file()]:
        wanted = f"null, or a folder with {', '.join(NEEDED)}"
        raise ConfigError(f"reuse is {name!r}, which lacks {', '.join(lacking)}; expected {wanted}.")


def read_reused(
    folder: Path, name: str, planned: Collection[Pair], settings: Mapping[str, Settings], data_sha256: str
) -> dict[Pair, RunRecord]:
    """Return the planned runs that a folder holds; `name` is the folder in the config, `settings` are by run id.

    Raises ConfigError or DataError where a file is missing or broken, a number is not valid, or a planned run
    has other settings or data, or a curve that does not fit it.
    """
    _check_files(folder, name)
    runs_path, curves_path, place = (folder / file for file in NEEDED)
    made = read_summary(place)
    expect(str(place), "data_sha256", made.data_sha256, [data_sha256])
    rows = _rows(runs_path, settings, set(planned))
    curves = curves_by_run(curves_path)
    found = {}
    for (run_id, seed), row in rows.items():
        curve = checked_curve(curves_path, curves.get((run_id, str(seed)), []), row)
        found[run_id, seed] = RunRecord(row=row, curve=curve, made=made, reused_from=name)
    return found


def read_summary(path: Path) -> Summary:
    """Return the provenance.json of many runs. Raises ConfigError or DataError for a fault."""
    return checked(Summary, read_json(path), str(path))


def _rows(path: Path, settings: Mapping[str, Settings], planned: set[Pair]) -> dict[Pair, dict[str, Any]]:
    """Return the rows of the planned runs; the numbers of the others are checked, too."""
    rows = {}
    for place, run, cells in numbered_runs(path):
        if (run.run_id, run.seed) in planned:
            found = {key: cells[key] for key in setting_names() if cells.get(key)}
            rows[run.run_id, run.seed] = checked_row(place, run, found, settings[run.run_id])
    return rows
