"""Markdown tables of what scale.py measured, read from the files that it left."""

import csv
import json
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from finished_run import Span, read_span

PARTS = 10


class Sample(NamedTuple):
    """A measurement of Snakemake's process while it runs."""

    time: float  # seconds since the epoch
    own: float  # processor seconds of Snakemake itself so far
    jobs: float  # processor seconds of all jobs that have ended
    megabytes: float  # peak resident memory so far


@dataclass(frozen=True, slots=True)
class Job:
    """What a job's benchmark file says."""

    rule: str
    span: Span
    megabytes: float  # peak resident memory
    training: float = 0.0  # seconds in `train()`; the rest is start, data and writing

    @property
    def seconds(self) -> float:
        """How long the job took."""
        return self.span.end - self.span.start


def read_samples(path: Path) -> list[Sample]:
    """Read all samples; add up the seconds of interrupted and resumed runs."""
    samples: list[Sample] = []
    own = jobs = 0.0  # of earlier Snakemake processes
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.reader(lines):
            time, new_own, new_jobs, megabytes = map(float, row)
            if samples and own + new_own < samples[-1].own:
                own, jobs = samples[-1].own, samples[-1].jobs
            samples.append(Sample(time, own + new_own, jobs + new_jobs, megabytes))
    return samples


def read_jobs(results: Path) -> list[Job]:
    """Read all jobs, in the order in which they ended."""
    benchmarks = results / "benchmarks"
    return sorted((_read_job(results, path.relative_to(benchmarks)) for path in benchmarks.rglob("*.tsv")), key=_end)


def _read_job(results: Path, name: Path) -> Job:
    path = results / "benchmarks" / name
    with path.open(encoding="utf-8", newline="") as lines:
        megabytes = float(next(csv.DictReader(lines, delimiter="\t"))["max_rss"].replace("-", "0"))
    rule, training = name.parts[0].removesuffix(".tsv"), 0.0
    if rule == "train":
        provenance = (results / "runs" / Path(*name.parts[1:]).with_suffix("") / "provenance.json").read_text("utf-8")
        training = float(json.loads(provenance)["seconds"])
    return Job(rule, read_span(path), megabytes, training)


def _end(job: Job) -> float:
    return job.span.end


OVERVIEW = (
    "trainings",
    "planning, s",
    "first to last training, s",
    "training job, ms",
    "its processor time, ms",
    "Snakemake's processor time per job, ms",
    "last training to end, s",
    "Snakemake's peak, MB",
    "largest other job, MB",
)


def overview(samples: Sequence[Sample], jobs: Sequence[Job]) -> list[str]:
    """Return one row: times and memory of the whole run."""
    trained = [job for job in jobs if job.rule == "train"]
    first, last = min(job.span.start for job in trained), trained[-1].span.end
    own, processor = _spent(samples, first, last)
    return [
        f"{len(trained):,}",
        f"{min(job.span.start for job in jobs) - samples[0].time:.1f}",
        f"{last - first:,.0f}",
        _milliseconds(statistics.mean(job.seconds for job in trained)),
        _milliseconds(processor / len(trained)),
        _milliseconds(own / len(trained)),
        f"{samples[-1].time - last:.0f}",
        f"{max(sample.megabytes for sample in samples):.0f}",
        f"{max(job.megabytes for job in jobs if job.rule != 'train'):.0f}",
    ]


TENTHS = (
    "trainings",
    "job, ms (median)",
    "without training, ms",
    "pause before the next job on its core, ms",
    "processor time per job, ms (mean)",
    "Snakemake's processor time per job, ms",
    "Snakemake's peak, MB",
)


def tenths(samples: Sequence[Sample], jobs: Sequence[Job]) -> list[list[str]]:
    """Return one row per tenth of the trainings, in the order in which they ended."""
    trained = [job for job in jobs if job.rule == "train"]
    pauses = _pauses(trained)
    bounds = [len(trained) * part // PARTS for part in range(PARTS + 1)]
    return [_tenth(samples, trained, pauses, begin, end) for begin, end in pairwise(bounds) if begin < end]


def _tenth(
    samples: Sequence[Sample], trained: Sequence[Job], pauses: dict[Span, float], begin: int, end: int
) -> list[str]:
    part = trained[begin:end]
    since = trained[begin - 1].span.end if begin else min(job.span.start for job in part)
    own, processor = _spent(samples, since, part[-1].span.end)
    return [
        f"{begin + 1:,} to {end:,}",
        _milliseconds(statistics.median(job.seconds for job in part)),
        _milliseconds(statistics.median(job.seconds - job.training for job in part)),
        _milliseconds(statistics.median([pauses[job.span] for job in part if job.span in pauses] or [0])),
        _milliseconds(processor / len(part)),
        _milliseconds(own / len(part)),
        f"{max(sample.megabytes for sample in samples if sample.time <= part[-1].span.end):.0f}",
    ]


def _pauses(trained: Iterable[Job]) -> dict[Span, float]:
    """Return how long each job's core was idle since another job had ended on it."""
    free: list[float] = []  # ends of jobs that no other job has followed yet
    pauses = {}
    for moment, starts, span in sorted(_moments(trained)):
        if not starts:
            free.append(moment)
        elif free:
            pauses[span] = moment - free.pop(0)
    return pauses


def _moments(jobs: Iterable[Job]) -> Iterator[tuple[float, bool, Span]]:
    """Yield each start and end: its time, whether it is a start, and its span."""
    for job in jobs:
        yield job.span.start, True, job.span
        yield job.span.end, False, job.span


def _spent(samples: Sequence[Sample], since: float, until: float) -> tuple[float, float]:
    """Return the processor seconds of Snakemake and of its jobs between two times."""
    times = [sample.time for sample in samples]
    own, jobs = (
        np.interp([since, until], times, values)
        for values in ([sample.own for sample in samples], [sample.jobs for sample in samples])
    )
    return float(own[1] - own[0]), float(jobs[1] - jobs[0])


OTHERS = ("rule", "jobs", "total, s", "longest, s", "peak, MB")


def others(jobs: Sequence[Job]) -> list[list[str]]:
    """Return one row for each rule but training, the longest first."""
    rules: dict[str, list[Job]] = {}
    for job in jobs:
        if job.rule != "train":
            rules.setdefault(job.rule, []).append(job)
    return [_rule(name, found) for name, found in sorted(rules.items(), key=lambda item: -_summed(item[1]))]


def _summed(jobs: Iterable[Job]) -> float:
    return sum(job.seconds for job in jobs)


def _rule(name: str, jobs: Sequence[Job]) -> list[str]:
    longest, megabytes = max(job.seconds for job in jobs), max(job.megabytes for job in jobs)
    return [f"`{name}`", f"{len(jobs):,}", f"{_summed(jobs):.1f}", f"{longest:.1f}", f"{megabytes:.0f}"]


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:,.0f}"


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table with all columns but the first aligned to the right."""
    lines = [header, ["---", *(["---:"] * (len(header) - 1))], *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
