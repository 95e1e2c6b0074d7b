"""The files of a run, read and checked: a training's own, and tables in a folder that a person may have edited.

Each fault is one sentence, with the file, the line, the key, the value and what was expected.
"""

import contextlib
import csv
import io
import itertools
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fmnist.common.errors import DataError
from fmnist.common.files import read_bytes
from fmnist.common.validation import checked
from fmnist.runs.columns import FINAL, RUN_COLUMNS, TEXTS, CurveRow, Epoch, Part, Run
from fmnist.runs.provenance import Summary
from fmnist.training.settings import Value, format_value

MOST_LINES = 500_000  # take half a gigabyte
Lines = Sequence[tuple[int, dict[str, str]]]  # line number and cells of the rows of a CSV


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRecord:
    """What the tables of all runs hold of one run."""

    row: Mapping[str, Any]  # of runs.csv
    curve: Sequence[str]  # its lines of loss.csv
    made: Summary  # how it was made; of a reused run, how those of its folder were made
    reused_from: str | None = None  # the folder in the config; None: trained here


def expect(place: str, key: str, found: Any, wanted: Any) -> None:
    """Raise DataError where a value is not the wanted one."""
    if found != wanted:
        raise DataError(f"{place}: {key} is {found!r:.80}; expected {wanted!r:.80}.")


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, RecursionError, csv.Error) as error:
        raise DataError(f"{path} cannot be read ({error}).") from None


def read_json(path: Path) -> dict[str, Any]:
    """Return the mapping in a JSON file. Raises DataError where there is none."""
    with _reading(path):
        document = json.loads(read_bytes(path).decode())
    if not isinstance(document, dict):
        raise DataError(f"{path} holds {document!r:.80}; expected a mapping of keys to values.")
    return document


def read_lines(path: Path, columns: Iterable[str]) -> Lines:
    """Return the rows of a CSV. Raises DataError where a column, a cell or the last line break is missing."""
    with _reading(path):
        content = read_bytes(path)
        text = io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline="")  # spreadsheets begin a file with a mark
        reader = csv.DictReader(text, strict=True)
        lines = [(reader.line_num, cells) for cells in itertools.islice(reader, MOST_LINES + 1)]
        names = reader.fieldnames or []
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise DataError(f"{path}: the column {twice[0]!r:.80} is there twice; expected it once.")
    if lacking := [column for column in columns if column not in names]:
        raise DataError(f"{path}: the column {lacking[0]} is missing; expected a table as make report writes it.")
    if len(lines) > MOST_LINES:
        raise DataError(f"{path} has more than {MOST_LINES:,} lines; expected fewer.")
    for line, cells in lines:
        if None in cells or None in cells.values():
            raise DataError(f"{path}: line {line} has too many or too few cells; expected {len(names)}.")
    if not content.endswith(b"\n"):
        raise DataError(f"{path} ends within a line; expected a line break.")
    return lines


def numbered_runs(path: Path) -> Iterator[tuple[str, Run, dict[str, str]]]:
    """Yield the place, numbers and cells of each row of a runs.csv. Raises for a fault, or a run given twice."""
    seen = set()
    for line, cells in read_lines(path, RUN_COLUMNS):
        place = f"{path}: line {line}"
        run = checked(Run, typed(cells), place)
        if (run.run_id, run.seed) in seen:
            raise DataError(f"{place} has run {run.run_id!r:.80}, seed {run.seed} again; expected it once.")
        seen.add((run.run_id, run.seed))
        yield place, run, cells


def read_rows(path: Path, kind: type[Part]) -> list[dict[str, Any]]:
    """Return the rows of a CSV whose columns are the fields of a declaration. Raises for the first fault."""
    lines = read_lines(path, kind.model_fields)
    return [checked(kind, typed(cells), f"{path}: line {line}").model_dump() for line, cells in lines]


def typed(cells: Mapping[str, str]) -> dict[str, Any]:
    """Return cells as JSON would hold them: numbers, truth values, None for an empty one, or else text."""
    return {key: text if key in TEXTS else _value(text) for key, text in cells.items()}


def _value(text: str) -> Any:
    plain = text.isascii() and not set(text) & set("_ \t")  # Python alone reads 1_000 and " 1" as numbers
    for kind in (int, float) if plain else ():
        try:
            return kind(text)
        except ValueError:
            continue
    return {"True": True, "False": False, "": None}.get(text, text)


def as_text(settings: Any) -> dict[str, str]:
    """Return settings as runs.csv has them; one that is null has no text there."""
    given = settings.items() if isinstance(settings, Mapping) else ()
    return {key: format_value(value) for key, value in given if value is not None}


def checked_row(place: str, run: Run, found: Mapping[str, str], settings: Mapping[str, Value]) -> dict[str, Any]:
    """Return a run's row of runs.csv. Raises DataError where the settings that it was `found` with are others."""
    planned, epochs = as_text(settings), settings["epochs"]
    for key in sorted({*found, *planned}):
        expect(place, key, found.get(key), planned.get(key))
    if isinstance(epochs, int) and run.epochs_trained > epochs:
        raise DataError(f"{place}: epochs_trained is {run.epochs_trained}; expected at most {epochs}.")
    return {**run.model_dump(), **planned}


def curves_by_run(path: Path) -> dict[tuple[str, str], list[tuple[int, dict[str, str]]]]:
    """Return the lines of a loss.csv of all runs by run id and seed."""
    curves: dict[tuple[str, str], list[tuple[int, dict[str, str]]]] = {}
    for line, cells in read_lines(path, CurveRow.model_fields):
        curves.setdefault((cells["run_id"], cells["seed"]), []).append((line, cells))
    return curves


def checked_curve(path: Path, rows: Lines, run: Mapping[str, Any]) -> list[str]:
    """Return a run's lines of loss.csv, its id and seed first; `run` is its row of runs.csv.

    Raises where they are not one for each epoch, the last with the run's final numbers.
    """
    lines, place = [], str(path)
    last: dict[str, Any] = {}
    for number, (line, cells) in enumerate(rows, start=1):
        place = f"{path}: line {line}"
        if last and not (math.isfinite(last["train_loss"]) and math.isfinite(last["test_loss"])):
            raise DataError(f"{place} follows an epoch that diverged; expected none.")
        last = checked(Epoch, typed(cells), place).model_dump()
        expect(place, "epoch", last["epoch"], number)
        lines.append(",".join(map(str, (run["run_id"], run["seed"], *last.values()))))
    whose = f"{path}: run {run['run_id']}, seed {run['seed']}"
    expect(whose, "the number of epochs", len(lines), run["epochs_trained"])
    for key in FINAL:
        expect(place, key, last[key] if math.isfinite(last[key]) else None, run[key])
    return lines
