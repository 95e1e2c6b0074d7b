"""Disks that are full or cannot be written to."""

import contextlib
import os
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

from faults.project import GATHERED, Project, check
from faults.trainings import Training, prepared

SIZE = 48_000_000  # bytes; the project and its results take half of it
FULL = r"failed: .*No space left on device; make room"
DATA = ("--", "results/quick/data/training_state.sha256")


@contextlib.contextmanager
def disk(folder: Path) -> Iterator[Path]:
    """Mount a small file system in memory on a folder, which takes root."""
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextlib.contextmanager
def full(small: Path, left: int) -> Iterator[None]:
    """Fill a disk until so many bytes are free."""
    state = os.statvfs(small)
    ballast = small / "ballast"
    ballast.write_bytes(b"\0" * max(0, state.f_bavail * state.f_frsize - left))
    yield
    ballast.unlink()


@contextlib.contextmanager
def read_only(small: Path) -> Iterator[None]:
    subprocess.run(["mount", "-o", "remount,ro", small], check=True)
    yield
    subprocess.run(["mount", "-o", "remount,rw", small], check=True)


def results_full(folder: Path) -> int:
    """a small tmpfs as `results/`, filled before the data and before the trainings"""
    project = Project(folder / "project")
    with disk(project.folder / "results") as small:
        for target in (DATA, GATHERED):
            for left in (0, 20_000):
                with full(small, left):
                    project.run(*target).failed(FULL)
            project.run(*DATA).succeeded()
        project.recovers()
    return 4


def cannot_be_written(folder: Path) -> int:
    """the tmpfs under `results/` remounted read-only, before the data and, in a dry run, after"""
    project = Project(folder / "project")
    with disk(project.folder / "results") as small:
        for options in ((), ("--dry-run",)):
            with read_only(small):
                project.run(*options, *GATHERED).failed("Error: .* cannot be written to")
            project.run(*DATA).succeeded()
        project.recovers()
    return 2


def file_size(folder: Path) -> int:
    """a limit of 300 and of 900 bytes on the size of a file (RLIMIT_FSIZE)"""
    arrays = prepared(folder)
    whole = Training(arrays, folder / "whole", 3).succeeds()
    training = Training(arrays, folder / "limited", 3)
    limits = (300, 900)  # bytes
    for limit in limits:
        sizes = (limit, limit)
        status, printed = training.run(preexec_fn=lambda sizes=sizes: resource.setrlimit(resource.RLIMIT_FSIZE, sizes))
        last = printed.splitlines()[-1]
        check(status == 1 and "train failed: " in last and "File too large" in last, "no sentence", printed)
        check("Traceback" not in printed, "there is a traceback", printed)
        check(not (training.folder / "metrics.json").exists(), "there are metrics")
    training.succeeds().is_like(whole)
    return len(limits)
