"""Disks that are full or cannot be written to."""

import contextlib
import os
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

from faults.project import GATHERED, Project
from faults.registry import NotTriedError, Outcome, check, fault
from faults.trainings import Training, prepared

SIZE = 48_000_000  # bytes; the project and its results take half of it
FULL = r"failed: .*No space left on device; make room"
DATA = ["--", "results/quick/data/training_state.sha256"]


class Disk:
    """A small file system in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, left: int) -> None:
        """Leave so many bytes free."""
        state = os.statvfs(self.folder)
        self._ballast.write_bytes(b"\0" * max(0, state.f_bavail * state.f_frsize - left))

    def make_room(self) -> None:
        self._ballast.unlink()

    def make(self, mode: str) -> None:
        """Make it `ro` or `rw`."""
        subprocess.run(["mount", "-o", f"remount,{mode}", self.folder], check=True)


@contextlib.contextmanager
def disk(folder: Path) -> Iterator[Disk]:
    """Mount a small file system on a folder; NotTriedError where that is not allowed."""
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        raise NotTriedError("no file system can be mounted here, which takes root")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@fault(
    "Disk full: results and checkpoints", "a small tmpfs as `results/`, filled before the data and before the trainings"
)
def results_full(folder: Path) -> Outcome:
    project = Project.fresh(folder / "project")
    with disk(project.folder / "results") as small:
        for target, left in ((DATA, 0), (DATA, 1_000_000), (GATHERED, 0), (GATHERED, 20_000)):
            if target == GATHERED:
                project.run(*DATA).succeeded()
            small.fill(left)
            project.run(*target).failed(FULL)
            small.make_room()
        project.run().succeeded()
        project.is_undisturbed()
    return Outcome(4, "one sentence; after making room the same command goes on, to the same bytes")


@fault("Disk full: the whole project", "a small tmpfs holds the project with Snakemake's own records; filled")
def project_full(folder: Path) -> Outcome:
    with disk(folder / "project") as small:
        project = Project.fresh(small.folder)
        for left in (0, 30_000, 2_000_000):
            small.fill(left)
            answer = project.run()
            check(
                answer.status != 0 and "No space left on device" in answer.output, "it does not say so", answer.output
            )
            small.make_room()
        project.run().succeeded()
        project.is_undisturbed()
    return Outcome(3, "it ends and says that the disk is full; after making room the same bytes")


@fault("Results that cannot be written", "the tmpfs under `results/` remounted read-only, before the data and after")
def read_only(folder: Path) -> Outcome:
    project = Project.fresh(folder / "project")
    with disk(project.folder / "results") as small:
        for done in (False, True):
            if done:
                project.run(*DATA).succeeded()
            small.make("ro")
            project.run().failed("Read-only file system")
            small.make("rw")
        project.run().succeeded()
        project.is_undisturbed()
    return Outcome(2, "one sentence; when it can be written to again, the same bytes")


@fault("Disk full: log and checkpoint", "a training's log and checkpoint are links to `/dev/full`", fast=True)
def dev_full(folder: Path) -> Outcome:
    arrays = prepared(folder)
    whole = Training(arrays, folder / "whole", 3).succeeds()
    training = Training(arrays, folder / "full", 3)
    training.checkpoint.parent.mkdir(parents=True)
    for path in (training.folder / "log", training.checkpoint.with_suffix(".tmp")):
        path.symlink_to("/dev/full")
    done = training.run()
    check(done.returncode == 0 and "Traceback" not in done.stderr, "the training fails", done.stderr)
    training.is_like(whole)
    return Outcome(1, "the training does without them, to the same bytes")


@fault("Files cannot grow", "a limit of 300 and of 900 bytes on the size of a file (RLIMIT_FSIZE)", fast=True)
def file_size(folder: Path) -> Outcome:
    arrays = prepared(folder)
    whole = Training(arrays, folder / "whole", 3).succeeds()
    training = Training(arrays, folder / "limited", 3)
    limits = (300, 900)
    for limit in limits:
        done = training.run(preexec_fn=lambda limit=limit: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        (line,) = done.stderr.splitlines()[-1:]
        check(
            done.returncode == 1 and "train failed: " in line and "File too large" in line, "no sentence", done.stderr
        )
        check("Traceback" not in done.stderr, "there is a traceback", done.stderr)
        check(not (training.folder / "metrics.json").exists(), "there are metrics")
    training.succeeds().is_like(whole)
    return Outcome(len(limits), "one sentence, no metrics; without the limit the same bytes")
