"""Runs that need no training, since a folder in the shape of reference/ holds them."""

import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path

from fmnist.common.errors import ConfigError, DataError
from fmnist.common.validation import checked
from fmnist.data.fashion_mnist import CHECKSUMS, checksum_lines
from fmnist.plan.experiments import setting_names
from fmnist.runs.checks import (
    as_text,
    check_settings,
    checked_curve,
    checked_numbers,
    expect,
    read_json,
    read_lines,
    typed,
)
from fmnist.runs.columns import CURVE_HEADER, RUN_COLUMNS, Key, Where
from fmnist.runs.gathering import RunRecord
from fmnist.runs.provenance import Summary
from fmnist.training.settings import Value

NEEDED = ("runs.csv", "loss.csv", "provenance.json")
Pair = tuple[str, int]  # run id, seed
Cells = tuple[int, dict[str, str]]  # line number, cells


def data_hash(dataset: str) -> str:
    """Return the hash of a data set, by its name in the config, as the provenance of its runs has it."""
    return hashlib.sha256(checksum_lines(CHECKSUMS[dataset]).encode()).hexdigest()


def read_reused(
    folder: Path, name: str, planned: Collection[Pair], settings: Mapping[str, Mapping[str, Value]], data_sha256: str
) -> dict[Pair, RunRecord]:
    """Return the planned runs that a folder holds; `name` is the folder in the config, `settings` are by run id.

    Raises ConfigError or DataError where a file is missing or broken, or a planned run has other settings or
    data. Rows of other runs need no more than an id and a seed.
    """
    if lacking := [file for file in NEEDED if not (folder / file).is_file()]:
        needed = ", ".join(NEEDED)
        raise ConfigError(
            f"reuse is {name!r}, which lacks {', '.join(lacking)}; expected null, or a folder with {needed}."
        )
    place = str(folder / "provenance.json")
    made = checked(Summary, read_json(folder / "provenance.json"), place)
    expect(place, "data_sha256", made.data_sha256, [data_sha256])
    rows, curves = _rows(folder / "runs.csv"), _curves(folder / "loss.csv")
    found = {}
    for pair in planned:
        if pair in rows:
            row = _row(f"{folder / 'runs.csv'}: line {rows[pair][0]}", rows[pair][1], settings[pair[0]])
            curve = checked_curve(folder / "loss.csv", curves.get((pair[0], str(pair[1])), []), row)
            found[pair] = RunRecord(row=row, curve=curve, made=made, reused_from=name)
    return found


def _rows(path: Path) -> dict[Pair, Cells]:
    rows: dict[Pair, Cells] = {}
    for line, cells in read_lines(path, RUN_COLUMNS):
        key = checked(Key, typed(cells), f"{path}: line {line}")
        if (key.run_id, key.seed) in rows:
            raise DataError(f"{path}: line {line} has run {key.run_id}, seed {key.seed} again; expected it once.")
        rows[key.run_id, key.seed] = line, cells
    return rows


def _row(place: str, cells: Mapping[str, str], settings: Mapping[str, Value]) -> dict[str, object]:
    document, planned = typed(cells), as_text(settings)
    check_settings(place, {key: cells[key] for key in setting_names() if cells[key]}, planned)
    numbers = checked_numbers(place, document, settings["epochs"])
    return {
        "run_id": cells["run_id"],
        "seed": document["seed"],
        **planned,
        **numbers,
        **checked(Where, document, place).model_dump(),
    }


def _curves(path: Path) -> dict[tuple[str, str], list[Cells]]:
    """Return the lines of loss.csv by run id and seed, both as text."""
    curves: dict[tuple[str, str], list[Cells]] = {}
    for line, cells in read_lines(path, ["run_id", "seed", *CURVE_HEADER.split(",")]):
        curves.setdefault((cells["run_id"], cells["seed"]), []).append((line, cells))
    return curves
