"""Train many tiny runs and report them: python benchmarks/scale.py [--seeds 10] [--folder FOLDER].

Each seed has 200 trainings of one epoch of the small sample: the report's 41 runs and 159 learning rates.
The cost of a run must not grow with the number of runs.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml
from scale_results import (
    OTHERS,
    OVERVIEW,
    TENTHS,
    Sample,
    markdown,
    others,
    overview,
    read_jobs,
    read_samples,
    tenths,
)

PROJECT = Path(__file__).parents[1]
CORES = 2
RATES = 159
SECONDS_BETWEEN_SAMPLES = 0.25
TICKS = os.sysconf("SC_CLK_TCK")


def overlay(seeds: int, rates: int) -> str:
    """Return changes to config.quick.yaml; half steps avoid the report's own learning rates."""
    sweep = {"learning_rate": [(rate + 0.5) / 1e5 for rate in range(rates)]}
    many = {"section": "9", "title": "many", "sweep": sweep}
    data = {"folder": str(PROJECT / "tests/sample")}
    return yaml.safe_dump({"seeds": seeds, "data": data, "defaults": {"epochs": 1}, "experiments": {"many": many}})


def run(folder: Path, seeds: int, rates: int) -> None:
    """Make the report, or resume an interrupted call; sample Snakemake's process meanwhile."""
    (folder / "many.yaml").write_text(overlay(seeds, rates), encoding="utf-8")
    with (
        (folder / "samples.csv").open("a", encoding="utf-8", newline="", buffering=1) as samples,
        (folder / "output").open("w") as output,
        subprocess.Popen(command(folder), stdout=output, stderr=output) as process,
    ):
        while process.poll() is None:
            csv.writer(samples).writerow(sample(process.pid))
            time.sleep(SECONDS_BETWEEN_SAMPLES)
    if process.returncode:
        sys.exit((folder / "output").read_text(encoding="utf-8")[-3000:])


def command(folder: Path) -> list[str]:
    """Return the call of Snakemake; --nolock ignores the lock of one that was killed."""
    configs = (PROJECT / "config.yaml", PROJECT / "config.quick.yaml", folder / "many.yaml")
    return [
        *(sys.executable, "-m", "snakemake", "--cores", str(CORES), "--quiet", "all", "--nolock"),
        *("--snakefile", str(PROJECT / "Snakefile"), "--directory", str(folder)),
        *("--workflow-profile", str(PROJECT / "profiles/default"), "--configfile", *map(str, configs)),
    ]


def sample(process: int) -> Sample:
    """Return the times and peak memory of a process that runs, or has ended and was not yet waited for."""
    proc = Path(f"/proc/{process}")
    fields = (proc / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    user, system, jobs_user, jobs_system = (int(ticks) / TICKS for ticks in fields[11:15])  # man proc_pid_stat
    peaks = [line for line in (proc / "status").read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM")]
    megabytes = sum(int(line.split()[1]) / 1024 for line in peaks)  # 0 if it has ended
    return Sample(time.time(), user + system, jobs_user + jobs_system, megabytes)


def tables(folder: Path) -> str:
    """Return the three tables in Markdown."""
    samples, jobs = read_samples(folder / "samples.csv"), read_jobs(folder / "results/quick")
    found = (
        markdown(OVERVIEW, [overview(samples, jobs)]),
        markdown(TENTHS, tenths(samples, jobs)),
        markdown(OTHERS, others(jobs)),
    )
    return "\n\n".join(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="seeds per run (10)")
    parser.add_argument("--rates", type=int, default=RATES, help="learning rates added to the report's 41 runs")
    parser.add_argument("--folder", type=Path, help="folder of the results; the same call resumes an interrupted run")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        run(folder.resolve(), arguments.seeds, arguments.rates)
        print(tables(folder))


if __name__ == "__main__":
    main()
