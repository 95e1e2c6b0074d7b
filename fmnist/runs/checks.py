"""The files of a run, read and checked: a training's own, and tables in a folder that a person may have edited.

Each fault is one sentence, with the file, the line, the key, the value and what was expected.
"""

import contextlib
import csv
import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fmnist.common.errors import DataError
from fmnist.common.validation import checked
from fmnist.runs.columns import FINAL, TEXTS, Epoch, Run
from fmnist.runs.provenance import Summary
from fmnist.training.settings import Value, format_value

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
    except (OSError, ValueError, csv.Error) as error:
        raise DataError(f"{path} cannot be read ({error}).") from None


def read_json(path: Path) -> dict[str, Any]:
    """Return the mapping in a JSON file. Raises DataError where there is none."""
    with _reading(path):
        document = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(document, dict):
        raise DataError(f"{path} holds {document!r:.80}; expected a mapping of keys to values.")
    return document


def read_lines(path: Path, columns: Iterable[str]) -> Lines:
    """Return the rows of a CSV. Raises DataError where a column, a cell or the last line break is missing."""
    with _reading(path):
        text = path.read_text(encoding="utf-8")
        reader = csv.DictReader(io.StringIO(text), strict=True)
        lines = [(reader.line_num, cells) for cells in reader]
        names = reader.fieldnames or []
    if lacking := [column for column in columns if column not in names]:
        raise DataError(f"{path}: the column {lacking[0]} is missing; expected a table as make report writes it.")
    for line, cells in lines:
        if None in cells or None in cells.values():
            raise DataError(f"{path}: line {line} has too many or too few cells; expected {len(names)}.")
    if not text.endswith("\n"):
        raise DataError(f"{path} ends within a line; expected a line break.")
    return lines


def typed(cells: Mapping[str, str]) -> dict[str, Any]:
    """Return cells as JSON would hold them: numbers, truth values, None for an empty one, or else text."""
    return {key: text if key in TEXTS else _value(text) for key, text in cells.items()}


def _value(text: str) -> Any:
    for kind in (int, float):
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
    expect(place, "generalization_gap", run.generalization_gap, run.fitted_train_accuracy - run.test_accuracy)
    if isinstance(epochs, int) and run.epochs_trained > epochs:
        raise DataError(f"{place}: epochs_trained is {run.epochs_trained}; expected at most {epochs}.")
    return {**run.model_dump(), **planned}


def checked_curve(path: Path, rows: Lines, run: Mapping[str, Any]) -> list[str]:
    """Return a run's lines of loss.csv, its id and seed first; `run` is its row of runs.csv.

    Raises where they are not one for each epoch, the last with the run's final numbers.
    """
    lines, last, place = [], {}, str(path)
    for number, (line, cells) in enumerate(rows, start=1):
        place = f"{path}: line {line}"
        last = checked(Epoch, typed(cells), place).model_dump()
        expect(place, "epoch", last["epoch"], number)
        lines.append(",".join(map(str, (run["run_id"], run["seed"], *last.values()))))
    whose = f"{path}: run {run['run_id']}, seed {run['seed']}"
    expect(whose, "the number of epochs", len(lines), run["epochs_trained"])
    for key in FINAL:
        expect(place, key, last[key] if math.isfinite(last[key]) else None, run[key])
    return lines
