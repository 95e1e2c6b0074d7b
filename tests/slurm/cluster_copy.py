"""A copy of the project with three runs, and Snakemake in it on a Slurm."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from workflow_builders import QUICK, Copy, keep_experiments, own_package


class ClusterCopy(Copy):
    """A copy of the project that has few runs, and a Slurm to run them on."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        super().__init__(folder)
        keep_experiments(folder, "fully_connected", "pooling")
        self.environment = {**environment, **own_package(folder)}
        self._seen: set[str] = set()

    def begin(self, profile: list[str], *arguments: str, configs: Sequence[str] = ()) -> subprocess.Popen[str]:
        """Start Snakemake; `configs` are laid over those of the quick report."""
        command = [sys.executable, "-m", "snakemake", *QUICK, *configs, "--latency-wait", "5", *profile, *arguments]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def make(self, profile: list[str], *arguments: str) -> tuple[int, str]:
        """Run Snakemake; return its exit status and all that it printed."""
        with self.begin(profile, *arguments) as process:
            output, _ = process.communicate(timeout=1200)
        return process.returncode, output

    def jobs(self) -> list[dict[str, str]]:
        """Return what Slurm knows of every job."""
        command = ["scontrol", "--oneliner", "show", "jobs"]
        answer = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=True)
        return [dict(re.findall(r"(\S+?)=(\S*)", line)) for line in answer.stdout.splitlines() if "JobId=" in line]

    def new_jobs(self) -> list[dict[str, str]]:
        """Return what Slurm knows of each job that was submitted since the last call."""
        jobs = self.jobs()
        found = [job for job in jobs if job["JobId"] not in self._seen]
        self._seen |= {job["JobId"] for job in found}
        return found


def check(fact: bool, words: str, output: str) -> None:
    """Say that a fact holds, or stop with Snakemake's own words."""
    if not fact:
        raise SystemExit(f"FAILED: {words}\n--- Snakemake said:\n{output[-8000:]}")
    print(f"ok: {words}", flush=True)
