"""Times of the jobs of a finished results folder, read from the files that they left."""

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from fmnist.common.errors import DataError

LATER = ("compare.tsv",)  # written by `make compare`, which is not part of the report


class Span(NamedTuple):
    """A job's start and end, in seconds since the epoch."""

    start: float
    end: float


@dataclass(frozen=True, kw_only=True, slots=True)
class FinishedRun:
    """Seconds of a finished pipeline."""

    trainings: int
    training: float  # total, from provenance.json
    training_jobs: float  # total, from Snakemake's benchmark files
    other_jobs: float
    wall: float  # from the start of the first job to the writing of the last file
    wall_training: float  # while at least one run was training
    idle: float  # while no job was running


def read_finished_run(results: Path) -> FinishedRun:
    """Read a results folder. Raises DataError if it holds no finished run."""
    training = [_training_seconds(path) for path in sorted(results.glob("runs/*/seed=*/provenance.json"))]
    tables = [path for path in sorted((results / "benchmarks").rglob("*.tsv")) if path.name not in LATER]
    trained = [read_span(path) for path in tables if "train" in path.relative_to(results).parts]
    others = [read_span(path) for path in tables if "train" not in path.relative_to(results).parts]
    if not training or not trained:
        raise DataError(f"{results} holds no finished run with benchmarks; expected the results of make report.")
    last_file = max([span.end for span in (*trained, *others)] + [path.stat().st_mtime for path in _logs(results)])
    wall = last_file - min(span.start for span in (*trained, *others))
    return FinishedRun(
        trainings=len(training),
        training=sum(training),
        training_jobs=_total(trained),
        other_jobs=_total(others),
        wall=wall,
        wall_training=covered(trained),
        idle=wall - covered([*trained, *others]),
    )


def covered(spans: Iterable[Span]) -> float:
    """Return the seconds in which at least one of the spans is running."""
    total, reached = 0.0, float("-inf")
    for span in sorted(spans):
        total += max(0.0, span.end - max(span.start, reached))
        reached = max(reached, span.end)
    return total


def _training_seconds(path: Path) -> float:
    try:
        return float(json.loads(path.read_text("utf-8"))["seconds"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} holds no seconds of training ({error}); delete the run to train it again.") from None


def read_span(path: Path) -> Span:
    """Read a job's time from its benchmark file, which Snakemake writes when the job ends."""
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            seconds = float(next(csv.DictReader(lines, delimiter="\t"))["s"])
    except (OSError, ValueError, KeyError, StopIteration) as error:
        raise DataError(f"{path} is not a benchmark file of Snakemake ({error!r}); delete it and run again.") from None
    end = path.stat().st_mtime
    return Span(end - seconds, end)


def _logs(results: Path) -> list[Path]:
    return [path for path in (results / "logs").rglob("*.log") if path.with_suffix(".tsv").name not in LATER]


def _total(spans: list[Span]) -> float:
    return sum(span.end - span.start for span in spans)
