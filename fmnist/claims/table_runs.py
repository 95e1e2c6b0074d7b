"""A table of runs that another tool wrote, read as a claims.yaml declares it (table_key.py)."""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from fmnist.claims.table_key import RunTable, TableExperiment
from fmnist.common.errors import ConfigError, DataError
from fmnist.common.validation import choices, shown
from fmnist.common.wording import listed
from fmnist.plan.experiments import CASE, Experiment, Member, points
from fmnist.runs.checks import read_lines, typed
from fmnist.training.settings import format_value


class TableRuns(NamedTuple):
    """The rows of a table as runs."""

    rows: pd.DataFrame  # run_id, seed and the measures, as a runs.csv has them
    settings: dict[str, dict[str, str]]  # by run id: the values of the setting columns, as text


def read_run_table(path: Path, declared: RunTable, columns: Iterable[str]) -> TableRuns:
    """Return the runs of a table, with the numbers in `columns`.

    Raises DataError where a column is missing, a measure is no number, or a run has a seed twice.
    """
    lines = read_lines(path, ())
    names, columns = list(lines[0][1]) if lines else [], list(columns)
    if lacking := [column for column in (*declared.setting_columns, declared.seed, *columns) if column not in names]:
        raise DataError(f"{path} has no column {lacking[0]!r}; expected {choices(lacking[0], names)}.")
    rows, settings = [], {}
    seen: dict[tuple[str, str], tuple[int, dict[str, str]]] = {}
    for line, cells in lines:
        place, seed, own = f"{path}: line {line}", cells[declared.seed].strip(), _settings(cells, declared)
        run = "__".join(f"{column}={value}" for column, value in own.items()) or "run"
        if not seed:
            raise DataError(f"{place}: {declared.seed} is empty; expected a seed in every line.")
        if (run, seed) in seen:
            raise DataError(f"{place} has {_twice(cells, *seen[run, seed])}")
        seen[run, seed], settings[run] = (line, cells), own
        rows.append({"run_id": run, "seed": seed} | {key: _number(f"{place}: {key}", cells[key]) for key in columns})
    return TableRuns(pd.DataFrame(rows).assign(diverged=False, device="", engine=""), settings)


def _settings(cells: Mapping[str, str], declared: RunTable) -> dict[str, str]:
    """Return the settings of a row as text, however the tool spelt them: 1e-3 is 0.001, and True is true."""
    return {column: format_value(typed({"": cells[column]})[""]) for column in declared.setting_columns}


def _number(place: str, text: str) -> float:
    try:
        return float(text or math.nan)
    except ValueError:
        raise DataError(f"{place} is {shown(text)}; expected a number, or nothing.") from None


def _twice(cells: Mapping[str, str], line: int, before: Mapping[str, str]) -> str:
    differing = [column for column in cells if cells[column] != before[column]]
    return (
        f"the settings and the seed of line {line}; expected each seed of a run once. The lines differ in "
        f"{listed(differing[:5]) or 'nothing'}: an experiment has to name the column that tells runs apart."
    )


def table_experiments(declared: RunTable, runs: TableRuns, path: Path) -> dict[str, Experiment]:
    """Return the experiments of `path`, a claims.yaml. Raises ConfigError where one names no run, or several as one."""
    return {
        name: Experiment(
            name=name,
            section=None,
            title=entry.title or name,
            extension=False,
            max_seeds=None,
            swept=(CASE,) if entry.cases else tuple(entry.sweep),
            members=tuple(_members(entry, runs.settings, f"{path}: table.experiments.{name}")),
        )
        for name, entry in declared.experiments.items()
    }


def _members(entry: TableExperiment, known: Mapping[str, Mapping[str, str]], place: str) -> Iterable[Member]:
    for case, own in points(entry.sweep, entry.cases):
        run = _only_run({**entry.set, **own}, known, place)
        values = tuple(own.values()) if case is None else (case,)
        yield Member(values=values, label=", ".join(values) or "base", run_id=run)


def _only_run(wanted: Mapping[str, str], known: Mapping[str, Mapping[str, str]], place: str) -> str:
    """Return the id of the one run with the wanted settings."""
    found = [run for run, settings in known.items() if wanted.items() <= settings.items()]
    said = listed([f"{column} {value}" for column, value in wanted.items()]) or "no settings"
    if not found:
        raise ConfigError(f"{place}: no row has {said}; expected values that are in the table.")
    for column in known[found[0]]:
        if len(values := {known[run][column] for run in found}) > 1:
            several = listed(sorted(values)[:5])
            raise ConfigError(f"{place}: the rows with {said} have {column} {several}; expected one of these in set.")
    return found[0]
