"""Many tiny runs, trained and reported for real: python benchmarks/scale.py [SEEDS ...].

The report's 41 runs and 159 learning rates, one epoch of the small sample each, over that many seeds: with
1 seed 195 trainings (some rates are the report's own), with 10 seeds 1,950. What a run costs must not grow with them.
"""

import csv
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import yaml
from finished_run import Span, read_span

PROJECT = Path(__file__).parents[1]
CORES = 2
RATES = 159


@dataclass(frozen=True)
class Job:
    """What a job's benchmark file tells."""

    rule: str
    span: Span
    megabytes: float  # at most resident


def overlay(seeds: int) -> str:
    """What is laid over config.quick.yaml."""
    many = {"section": "9", "title": "many", "sweep": {"learning_rate": [rate / 1e5 for rate in range(1, RATES + 1)]}}
    data = {"folder": str(PROJECT / "tests/data")}
    return yaml.safe_dump({"seeds": seeds, "data": data, "defaults": {"epochs": 1}, "experiments": {"many": many}})


def run(folder: Path, seeds: int) -> tuple[Span, float]:
    """Make the report from nothing, as a user would; return when, and Snakemake's own megabytes at most."""
    path = folder / "many.yaml"
    path.write_text(overlay(seeds), encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "--cores", str(CORES), "--quiet", "all"]
    command += ["--snakefile", str(PROJECT / "Snakefile"), "--directory", str(folder)]
    command += ["--workflow-profile", str(PROJECT / "profiles/default"), "--configfile"]
    command += [str(file) for file in (PROJECT / "config.yaml", PROJECT / "config.quick.yaml", path)]
    started, peak = time.time(), 0.0
    with (folder / "output").open("w") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:
        while process.poll() is None:
            peak = max(peak, resident(process.pid))
            time.sleep(0.5)
    if process.returncode:
        sys.exit((folder / "output").read_text(encoding="utf-8")[-3000:])
    return Span(started, time.time()), peak


def resident(process: int) -> float:
    """The most megabytes that a process has had resident so far; 0 where it has just ended."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return sum(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def jobs_of(results: Path) -> list[Job]:
    """All that ran, from the benchmark files."""
    found = []
    for path in (results / "benchmarks").rglob("*.tsv"):
        with path.open(encoding="utf-8", newline="") as lines:
            megabytes = float(next(csv.DictReader(lines, delimiter="\t"))["max_rss"].replace("-", "0"))
        rule = path.relative_to(results / "benchmarks").parts[0].removesuffix(".tsv")
        found.append(Job(rule, read_span(path), megabytes))
    return found


def row(seeds: int) -> str:
    """Run it and return a line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        whole, peak = run(Path(folder), seeds)
        jobs = jobs_of(Path(folder) / "results/quick")
    trained = [job.span for job in jobs if job.rule == "train"]
    gather = next(job for job in jobs if job.rule == "gather")
    first, last = min(span.start for span in trained), max(span.end for span in trained)
    cells = [
        f"{len(trained):,}",
        f"{min(job.span.start for job in jobs) - whole.start:.1f}",
        f"{last - first:,.0f}",
        f"{1000 * sum(span.end - span.start for span in trained) / len(trained):,.0f}",
        f"{1000 * (CORES * (last - first) - sum(span.end - span.start for span in trained)) / len(trained):,.0f}",
        f"{gather.span.end - gather.span.start:.1f}",
        f"{whole.end - last:.0f}",
        f"{peak:.0f}",
        f"{max(job.megabytes for job in jobs if job.rule != 'train'):.0f}",
    ]
    return "| " + " | ".join(cells) + " |"


HEADER = """\
| trainings | planning, s | training, s | a training job, ms | around it, ms of a core | `gather`, s \
| from the last training to the end, s | Snakemake, MB at most | the largest other job, MB |
|---:|---:|---:|---:|---:|---:|---:|---:|---:|"""


def main() -> None:
    print(HEADER)
    for seeds in [int(text) for text in sys.argv[1:]] or [1, 10]:
        print(row(seeds), flush=True)


if __name__ == "__main__":
    main()
