"""How long `snakemake -n` takes to plan many runs: python benchmarks/planning.py [RUNS ...]."""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).parents[1]


def overlay(runs: int) -> str:
    """Return a config of one seed that adds an experiment with `runs` learning rates."""
    rates = ", ".join(f"{rate / 1e6:.6f}" for rate in range(1, runs + 1))
    return f"seeds: 1\nexperiments: {{many: {{section: '9', title: many, sweep: {{learning_rate: [{rates}]}}}}}}\n"


def seconds_to_plan(runs: int) -> tuple[float, float]:
    """Plan the report and `runs` more runs in an empty folder; return wall and processor seconds.

    Where the two differ, other work was running: trust only the processor seconds.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "many.yaml"
        path.write_text(overlay(runs), encoding="utf-8")
        files = [str(PROJECT / "config.yaml"), str(path)]
        command = [
            sys.executable,
            "-m",
            "snakemake",
            "-n",
            "--quiet",
            "rules",
            "--snakefile",
            str(PROJECT / "Snakefile"),
        ]
        started, busy = time.perf_counter(), processor_seconds()
        subprocess.run([*command, "--directory", folder, "--configfile", *files], check=True, capture_output=True)
        return time.perf_counter() - started, processor_seconds() - busy


def processor_seconds() -> float:
    """Return the processor seconds of all finished child processes."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    counts = [int(text) for text in sys.argv[1:]] or [100, 1000, 10_000]
    print("| runs added | wall time, s | processor time, s |\n|---:|---:|---:|")
    for runs in counts:
        seconds, busy = seconds_to_plan(runs)
        print(f"| {runs:,} | {seconds:.1f} | {busy:.1f} |", flush=True)


if __name__ == "__main__":
    main()
