"""How long `snakemake -n` takes to plan many runs: python benchmarks/planning.py [RUNS ...]."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).parents[1]


def overlay(runs: int) -> str:
    """A config that adds one experiment with that many learning rates."""
    rates = ", ".join(f"{rate / 1e6:.6f}" for rate in range(1, runs + 1))
    return f"experiments: {{many: {{section: '9', title: many, sweep: {{learning_rate: [{rates}]}}}}}}\n"


def seconds_to_plan(runs: int) -> float:
    """Plan the report and `runs` more runs, from nothing, as a user would."""
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
        started = time.perf_counter()
        subprocess.run([*command, "--directory", folder, "--configfile", *files], check=True, capture_output=True)
        return time.perf_counter() - started


def main() -> None:
    counts = [int(text) for text in sys.argv[1:]] or [100, 1000, 10_000]
    print("| runs added | seconds to plan |\n|---:|---:|")
    for runs in counts:
        print(f"| {runs:,} | {seconds_to_plan(runs):.1f} |", flush=True)


if __name__ == "__main__":
    main()
