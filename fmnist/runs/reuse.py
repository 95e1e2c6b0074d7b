"""Runs that need no training, since a folder in the shape of reference/ holds them."""

import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from fmnist.common.errors import ConfigError
from fmnist.common.validation import checked
from fmnist.data.fashion_mnist import CHECKSUMS, checksum_lines
from fmnist.runs.checks import RunRecord, checked_curve, checked_row, curves_by_run, expect, numbered_runs, read_json
from fmnist.runs.provenance import Summary
from fmnist.training.settings import Value, setting_names

NEEDED = ("runs.csv", "loss.csv", "provenance.json")
Pair = tuple[str, int]  # run id, seed
Settings = Mapping[str, Value]


def data_hash(dataset: str) -> str:
    """Return the hash of a data set, by its name in the config, as the provenance of its runs has it."""
    return hashlib.sha256(checksum_lines(CHECKSUMS[dataset]).encode()).hexdigest()


def read_reused(
    folder: Path, name: str, planned: Collection[Pair], settings: Mapping[str, Settings], data_sha256: str
) -> dict[Pair, RunRecord]:
    """Return the planned runs that a folder holds; `name` is the folder in the config, `settings` are by run id.

    Raises ConfigError or DataError where a file is missing or broken, a number is not valid, or a planned run
    has other settings or data, or a curve that does not fit it.
    """
    if lacking := [file for file in NEEDED if not (folder / file).is_file()]:
        wanted = f"null, or a folder with {', '.join(NEEDED)}"
        raise ConfigError(f"reuse is {name!r}, which lacks {', '.join(lacking)}; expected {wanted}.")
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
            found = {key: cells[key] for key in setting_names() if cells[key]}
            rows[run.run_id, run.seed] = checked_row(place, run, found, settings[run.run_id])
    return rows
