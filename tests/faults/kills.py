"""kill -9: of a training, of Snakemake, of both."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from faults.project import GATHERED, Project, ended
from faults.registry import Outcome, check, fault
from faults.trainings import Training, prepared

KILLS = 20
EPOCHS = 1500
ROUNDS = 3
MOMENTS = random.Random(5)  # noqa: S311


@fault("Training killed", f"`kill -9` at {KILLS} random instants over one run, started again until it is done")
def training(folder: Path) -> Outcome:
    arrays = prepared(folder)
    whole = Training(arrays, folder / "whole", EPOCHS)
    start, total = seconds_of(Training(arrays, folder / "start", 1)), seconds_of(whole)
    # A piece is what one attempt may train at most, so that the last kill, too, comes before the end.
    piece = 0.8 * (total - start) / KILLS
    killed = Training(arrays, folder / "killed", EPOCHS)
    before = [kill_once(killed, MOMENTS.uniform(0, start + piece)) for _ in range(KILLS)]
    killed.succeeds().is_like(whole)
    resumed = sum("Continues" in log for log in before)
    return Outcome(
        KILLS, f"metrics, losses and predictions byte for byte; {resumed} of the killed had resumed themselves"
    )


def seconds_of(training: Training) -> float:
    before = time.monotonic()
    training.succeeds()
    return time.monotonic() - before


def kill_once(training: Training, after: float) -> str:
    """Start a training, kill it after some seconds and return its log."""
    with subprocess.Popen(training.command()) as process:
        time.sleep(after)
        check(process.poll() is None, "the training was done before its kill: this machine's speed changes too much")
        process.kill()
    return training.log()


@fault(
    "Training killed in between two files",
    "`kill -9` just before and just after every rename, deletion and removal of a folder that a run makes",
    fast=True,
)
def between_files(folder: Path) -> Outcome:
    program = Path(__file__).with_name("between_files.py")
    done = subprocess.run([sys.executable, program, folder], capture_output=True, text=True, check=False)
    check(done.returncode == 0, "a training did not end as it should", done.stdout + done.stderr)
    return Outcome(int(done.stdout), "the same bytes when started again, and no other file is left")


@fault("Snakemake killed", f"`kill -9` of Snakemake alone, {ROUNDS} times while it trains; its training lives on")
def driver(folder: Path) -> Outcome:
    return _killed(folder, lambda process: process.kill())


@fault("Snakemake and all its jobs killed", f"`kill -9` of the whole process group, {ROUNDS} times while it trains")
def group(folder: Path) -> Outcome:
    return _killed(folder, lambda process: os.killpg(process.pid, signal.SIGKILL))


def _killed(folder: Path, kill: Callable[[subprocess.Popen[str]], None]) -> Outcome:
    project = Project.fresh(folder / "project")
    with contextlib.ExitStack() as stack:
        for _ in range(ROUNDS):
            process = stack.enter_context(ended(project.start(*GATHERED)))
            wait_for_a_new_log(project, process)
            time.sleep(MOMENTS.uniform(0, 3))
            check(process.poll() is None, "all was done before the kill")
            kill(process)
            project.run().failed("cannot be locked")
            project.run("--unlock").succeeded()
        project.run().succeeded()
    project.is_undisturbed()
    return Outcome(
        ROUNDS,
        "the next start says that the folder is locked, and how to unlock it; then it goes on, to the same bytes",
    )


def wait_for_a_new_log(project: Project, process: subprocess.Popen[str]) -> None:
    """Wait until a training of this Snakemake has begun."""
    started = time.time()
    while not any(log.stat().st_mtime > started for log in project.results.glob("logs/train/*/*.log")):
        check(process.poll() is None, "Snakemake ended before a training began")
        time.sleep(0.05)
