"""Trainings that lose their job or their node: Snakemake or Slurm starts them again, and they continue."""

import contextlib
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from cluster import crash_node, daemon
from cluster_copy import ClusterCopy, check

LONG = "long.yaml"  # a training of half a minute, so that there is time to interrupt it


def check_cancelled_job(copy: ClusterCopy, profile: list[str], results: str) -> None:
    """Cancel a training's job: Snakemake submits another."""

    def cancel(job: str) -> None:
        subprocess.run(["scancel", job], env=copy.environment, check=True)

    states = _interrupted(copy, profile, results, cancel)
    check(states == ["CANCELLED", "COMPLETED"], f"a cancelled job was submitted again: {states}", "")


def check_dead_node(copy: ClusterCopy, profile: list[str], results: str, slurm: Path) -> None:
    """Kill the node under a training: Slurm itself runs the job again when the node is back."""
    with contextlib.ExitStack() as stack:

        def crash(job: str) -> None:
            crash_node(slurm, copy.environment, job)
            _wait(lambda: _state(copy, job) == "PENDING", "Slurm has noticed that the node is dead")
            stack.enter_context(daemon(["slurmd", "-D"], copy.environment, slurm))
            # Slurm waits two minutes before it runs a requeued job.
            subprocess.run(["scontrol", "update", f"JobId={job}", "StartTime=now"], env=copy.environment, check=True)

        states = _interrupted(copy, profile, results, crash)
        # The requeued job may fail once more, seen in two runs of four; then Snakemake submits another.
        check(states[-1] == "COMPLETED", f"a job whose node died was run again: {states}", "")


def _interrupted(copy: ClusterCopy, profile: list[str], results: str, interrupt: Callable[[str], None]) -> list[str]:
    """Interrupt a training after its first checkpoint; return the final states of its jobs, oldest first."""
    (copy.folder / LONG).write_text("defaults: {epochs: 300}\n", encoding="utf-8")
    target = f"{results}/runs/fc/seed=0/metrics.json"
    with copy.begin(profile, "--config", f"results={results}", "--", target, configs=[LONG]) as process:
        checkpoint = copy.folder / results / "checkpoints/fc/seed=0.pt"
        _wait(checkpoint.exists, "the training has begun")
        (job,) = [job["JobId"] for job in copy.jobs() if job["JobState"] == "RUNNING"]
        interrupt(job)
        output, _ = process.communicate(timeout=600)
    check(process.returncode == 0 and (copy.folder / target).exists(), "the training was made all the same", output)
    log = (copy.folder / results / "logs/train/fc/seed=0.log").read_text(encoding="utf-8")
    check("Continues after epoch" in log, "it continued where it was interrupted", log)
    return [job["JobState"] for job in copy.new_jobs()]


def _state(copy: ClusterCopy, job: str) -> str:
    return next(one["JobState"] for one in copy.jobs() if one["JobId"] == job)


def _wait(fact: Callable[[], bool], words: str, seconds: int = 180) -> None:
    for _ in range(seconds):
        if fact():
            return
        time.sleep(1)
    raise SystemExit(f"FAILED: after {seconds} s it is not so that {words}")
