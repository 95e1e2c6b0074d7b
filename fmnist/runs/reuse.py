"""Which runs need no training, since a folder in the shape of reference/ holds them."""

import csv
import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fmnist.common.errors import ConfigError
from fmnist.data.fashion_mnist import CHECKSUMS, checksum_lines
from fmnist.runs.columns import FINAL, MEASURED, RUN_COLUMNS, WHERE
from fmnist.training.settings import Value, format_value, setting_names

RUNS, CURVES, PROVENANCE = "runs.csv", "loss.csv", "provenance.json"
NEEDED = (RUNS, CURVES, PROVENANCE)
PREDICTIONS = "predictions.npz"  # a folder from before there were predictions lacks it
REUSED_FROM = "reused_from"  # in the provenance.json of a run that was not trained here

Pair = tuple[str, int]  # run id, seed
Settings = Mapping[str, Mapping[str, Value]]  # by run id


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What a folder knows of its runs."""

    folder: Path
    name: str  # as the config has it
    rows: Mapping[Pair, Mapping[str, str]]  # of runs.csv, every cell as its text
    data_sha256: str
    summary: Mapping[str, Any]  # provenance.json


def data_hash(checksums: str) -> str:
    """Return the hash of the data that `data.dataset` names, as the provenance of its runs has it."""
    return hashlib.sha256(checksum_lines(CHECKSUMS[checksums]).encode()).hexdigest()


def read_known(folder: Path, name: str) -> Known:
    """Read a folder of tidy results that the config calls `name`.

    Raises ConfigError where a file is missing or not what it should be.
    """
    if not folder.is_dir():
        raise refused(name, f"{folder} is no folder", f"null, or a folder with {', '.join(NEEDED)}")
    if lacking := [file for file in NEEDED if not (folder / file).is_file()]:
        raise refused(name, f"{folder} lacks {', '.join(lacking)}", f"null, or a folder with {', '.join(NEEDED)}")
    summary = _summary(folder / PROVENANCE, name)
    return Known(
        folder=folder,
        name=name,
        rows=_rows(folder / RUNS, name),
        data_sha256=summary["data_sha256"][0],
        summary=summary,
    )


def refused(name: str, why: str, allowed: str) -> ConfigError:
    """Return the error that says why `reuse: name` cannot be used."""
    return ConfigError(f"reuse is {name!r}, and {why}; allowed: {allowed}.")


def _summary(path: Path, name: str) -> dict[str, Any]:
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise refused(name, f"{path} cannot be read ({error})", "what make report writes") from None
    data = summary.get("data_sha256") if isinstance(summary, dict) else None
    if not isinstance(data, list) or len(data) != 1 or not isinstance(data[0], str):
        raise refused(name, f"{path} has data_sha256 {data!r}", "a list with the hash of one data set")
    return dict(summary)


def _rows(path: Path, name: str) -> dict[Pair, dict[str, str]]:
    try:
        reader = csv.DictReader(path.read_text(encoding="utf-8").splitlines(), strict=True)
        records = list(reader)
    except (OSError, ValueError, csv.Error) as error:
        raise refused(name, f"{path} cannot be read ({error})", "what make report writes") from None
    if lacking := [column for column in RUN_COLUMNS if column not in (reader.fieldnames or ())]:
        raise refused(name, f"{path} lacks the column {lacking[0]!r}", "the columns that make report writes")
    rows: dict[Pair, dict[str, str]] = {}
    for number, record in enumerate(records, start=2):
        pair = _pair(record, f"line {number} of {path}", name)
        if pair in rows:
            raise refused(name, f"{path} has the run {pair[0]!r} with seed {pair[1]} twice", "once")
        rows[pair] = record
    return rows


def _pair(record: Mapping[str | None, Any], where: str, name: str) -> Pair:
    if None in record or None in record.values():  # how csv tells of cells too many or too few
        raise refused(name, f"{where} has not as many cells as there are columns", "a cell for each")
    seed = record["seed"]
    if not (seed.isascii() and seed.isdigit()):
        raise refused(name, f"{where} has the seed {seed!r}", "a whole number")
    return record["run_id"], int(seed)


def reusable(known: Known, settings: Settings, planned: Iterable[Pair], checksums: str) -> list[Pair]:
    """Return which of the planned trainings a folder holds; `checksums` is the config's data.dataset.

    Raises ConfigError where it holds one with other settings, on other data, or without its numbers.
    """
    if known.data_sha256 != data_hash(checksums):
        why = f"its runs were trained on data with the hash {known.data_sha256[:16]}... ({PROVENANCE}), and those of "
        why += f"data.dataset {checksums!r} have {data_hash(checksums)[:16]}..."
        raise refused(known.name, why, "null, or runs on the same data")
    found = [pair for pair in planned if pair in known.rows]
    for pair in found:
        _check_settings(known, pair, settings[pair[0]])
        measured(known, pair)
    return found


def is_reused(run: Path) -> bool:
    """Tell whether the files in a run's folder were taken from another folder, not trained here."""
    try:
        provenance = json.loads((run / PROVENANCE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(provenance, dict) and REUSED_FROM in provenance


def _check_settings(known: Known, pair: Pair, settings: Mapping[str, Value]) -> None:
    for key in setting_names():
        value = settings.get(key)
        planned, there = "" if value is None else format_value(value), known.rows[pair][key]
        if planned != there:
            why = f"its run {pair[0]!r} has {key} {there or 'null'}, and the config {planned or 'null'}"
            raise refused(known.name, why, "null, or runs with the config's settings")


def measured(known: Known, pair: Pair) -> dict[str, Any]:
    """Return the numbers of a run as its metrics.json and its provenance have them, exactly."""
    row = known.rows[pair]
    try:
        return {key: _value(key, row[key]) for key in (*MEASURED, *WHERE)}
    except ValueError as error:
        why = f"its run {pair[0]!r} with seed {pair[1]} has {error} in {known.folder / RUNS}"
        raise refused(known.name, why, "the numbers that make report writes") from None


def _value(key: str, text: str) -> Any:
    """Read a cell; Python reads back exactly the float that was written. ValueError where it is none."""
    if key in ("device", "engine"):
        return text
    if key in FINAL and text == "":  # not finite
        return None
    if key == "diverged" and text in ("True", "False"):
        return text == "True"
    if key in ("parameter_count", "epochs_trained") and text.isascii() and text.isdigit():
        return int(text)
    if key in ("diverged", "parameter_count", "epochs_trained") or not _is_finite(text):
        raise ValueError(f"the {key} {text!r}")
    return float(text)


def _is_finite(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
