"""The files of runs that are reused, as their training wrote them: out of the tidy tables of all runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fmnist.common.errors import ConfigError, DataError
from fmnist.common.files import write_json, write_text
from fmnist.runs.columns import CURVE_HEADER, FINAL, MEASURED, WHERE
from fmnist.runs.files import write_predictions
from fmnist.runs.gathering import is_whole_curve
from fmnist.runs.prediction_store import read_store
from fmnist.runs.predictions import NOT_KNOWN, Classes, fault_of
from fmnist.runs.reuse import CURVES, PREDICTIONS, REUSED_FROM, Known, Pair, Settings, measured, refused

# What the summary of many runs keeps as lists, since it holds no longer for which of them each was true.
ONE_OF = ("versions", "platforms", "cpus", "threads", "git_revisions")


@dataclass(frozen=True, kw_only=True, slots=True)
class ReusedRun:
    """What is to be written of one run."""

    pair: Pair
    metrics: Mapping[str, Any]
    curve: str
    predictions: Classes  # NOT_KNOWN where the folder has none of this run
    provenance: Mapping[str, Any]


def rebuild(known: Known, pairs: Sequence[Pair], settings: Settings, labels: Classes) -> list[ReusedRun]:
    """Rebuild what the training of each run left, to the byte; `labels` are those of the test images.

    Raises ConfigError where the folder holds another curve or other predictions than those of a run.
    """
    curves = _curves(known)
    predictions = _all_predictions(known)
    return [
        ReusedRun(
            pair=pair,
            metrics=_metrics(known, pair, settings),
            curve=_curve(known, pair, curves.get(pair, [])),
            predictions=_predictions(known, pair, predictions.get(pair), labels),
            provenance=_provenance(known, pair),
        )
        for pair in pairs
    ]


def write_run(run: ReusedRun, folder: Path) -> None:
    """Write the four files of a run; metrics.json is the last, as in a training."""
    write_text(folder / "loss.csv", run.curve)
    write_predictions(folder / "predictions.npy", run.predictions)
    write_json(folder / "provenance.json", run.provenance)
    write_json(folder / "metrics.json", run.metrics)


def _metrics(known: Known, pair: Pair, settings: Settings) -> dict[str, Any]:
    run_id, seed = pair
    numbers = measured(known, pair)
    return {
        "run_id": run_id,
        "seed": seed,
        "config": settings[run_id],
        "data_sha256": known.data_sha256,
        **{key: numbers[key] for key in MEASURED},
    }


def _curves(known: Known) -> dict[Pair, list[str]]:
    """Return the rows of loss.csv by run and seed, each as its text."""
    path = known.folder / CURVES
    try:
        header, *lines = path.read_text(encoding="utf-8").splitlines() or [""]
    except (OSError, ValueError) as error:
        raise refused(known.name, f"{path} cannot be read ({error})", "what make report writes") from None
    if header != f"run_id,seed,{CURVE_HEADER}":
        raise refused(known.name, f"{path} has the columns {header!r}", f"run_id,seed,{CURVE_HEADER}")
    curves: dict[Pair, list[str]] = {}
    for line in lines:
        run_id, seed, row = [*line.split(",", 2), "", ""][:3]
        if seed.isascii() and seed.isdigit():
            curves.setdefault((run_id, int(seed)), []).append(row)
    return curves


def _curve(known: Known, pair: Pair, rows: list[str]) -> str:
    numbers = measured(known, pair)
    if not is_whole_curve(rows, numbers["epochs_trained"], [numbers[key] for key in FINAL]):
        what = f"the rows of {pair[0]!r} with seed {pair[1]} in {known.folder / CURVES} are not the curve of that run"
        allowed = f"one row for each of {numbers['epochs_trained']} epochs, the last with the numbers of runs.csv"
        raise refused(known.name, what, allowed)
    return "\n".join([CURVE_HEADER, *rows]) + "\n"


def _all_predictions(known: Known) -> dict[Pair, Classes]:
    path = known.folder / PREDICTIONS
    try:
        return read_store(path) if path.exists() else {}
    except DataError as error:
        raise ConfigError(f"reuse is {known.name!r}, and {error}") from None


def _predictions(known: Known, pair: Pair, predicted: Classes | None, labels: Classes) -> Classes:
    if predicted is None:
        return NOT_KNOWN
    if fault := fault_of(predicted, labels, measured(known, pair)["test_accuracy"]):
        raise ConfigError(
            f"reuse is {known.name!r}, and what {known.folder / PREDICTIONS} has of {pair[0]!r} with seed {pair[1]} "
            f"{fault}."
        )
    return predicted


def _provenance(known: Known, pair: Pair) -> dict[str, Any]:
    """Return what is known of how a run was made, and nothing else."""
    numbers = measured(known, pair)
    return {
        REUSED_FROM: known.name,
        "data_sha256": known.data_sha256,
        **{key: numbers[key] for key in WHERE},
        "one_of": {key: known.summary[key] for key in ONE_OF if key in known.summary},
    }
