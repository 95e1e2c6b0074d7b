"""A copy of the project with three small runs, and what every fault is compared with: undisturbed numbers."""

import atexit
import contextlib
import csv
import functools
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training_process import RUN_FILES
from workflow_builders import QUICK, Copy, keep_experiments

GATHERED = ("--", "results/quick/runs.csv")  # all that is trained and gathered, without the report
RUNS = ("fc", "lenet5", "lenet5__pooling=max")
EPOCHS = 12  # a few seconds a run


def check(fact: bool, words: str, output: str = "") -> None:
    """Raise AssertionError with these words, and what the program printed, unless the fact holds."""
    if not fact:
        raise AssertionError(f"{words}\n--- it said:\n{output[-6000:]}" if output else words)


@dataclass(frozen=True)
class Answer:
    """How Snakemake ended, and all that it printed."""

    status: int
    output: str

    def succeeded(self) -> None:
        check(self.status == 0, f"Snakemake ended with {self.status}", self.output)

    def failed(self, sentence: str) -> None:
        """Check that it failed with a line that matches, and without a traceback."""
        check(self.status != 0, "Snakemake succeeded", self.output)
        check(re.search(sentence, self.output) is not None, f"there is no sentence like {sentence!r}", self.output)
        check("Traceback" not in self.output, "there is a traceback", self.output)


class Project(Copy):
    """A copy whose config has three runs; its results are at quick scale."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, cores=1)
        self.results = folder / "results/quick"
        keep_experiments(folder, "fully_connected", "pooling")
        quick = folder / "config.quick.yaml"
        quick.write_text(quick.read_text("utf-8").replace("epochs: 2\n", f"epochs: {EPOCHS}\n"), encoding="utf-8")

    @classmethod
    def finished(cls, folder: Path) -> "Project":
        """Copy a project whose runs are trained and gathered, with Snakemake's own records."""
        project = cls(folder)
        shutil.copytree(undisturbed().folder, folder, dirs_exist_ok=True)
        return project

    def run(self, *arguments: str) -> Answer:
        """Run Snakemake to its end; without arguments, up to the gathered runs."""
        answer = self.snakemake(*QUICK, *(arguments or GATHERED))
        return Answer(answer.returncode, answer.stdout + answer.stderr)

    def recovers(self) -> None:
        """Check that the same command as before ends well, with the numbers of an undisturbed project."""
        self.run().succeeded()
        ours, theirs = self._numbers(), undisturbed()._numbers()
        check(ours == theirs, f"other numbers in {[name for name in theirs if ours.get(name) != theirs[name]]}")
        for run in RUNS:
            found = {path.name for path in self.folder_of(run).iterdir()}
            check(found == set(RUN_FILES.values()), f"the run's folder holds {sorted(found)}")
        check(not (self.results / "checkpoints").exists(), "checkpoints are left")

    def folder_of(self, run: str) -> Path:
        return self.results / "runs" / run / "seed=0"

    def _numbers(self) -> dict[str, object]:
        """Return the numbers of all files by name; how long a training took is no number."""
        files = [self.results / "loss.csv"]
        files += [self.folder_of(run) / RUN_FILES[name] for run in RUNS for name in ("metrics", "loss", "predictions")]
        table = csv.DictReader((self.results / "runs.csv").read_text(encoding="utf-8").splitlines())
        rows = [{**row, "seconds": ""} for row in table]
        return {"runs.csv": rows, **{str(path.relative_to(self.results)): path.read_bytes() for path in files}}


@functools.cache
def undisturbed() -> Project:
    """The project after a run that nothing disturbed; it is deleted when this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    project = Project(folder / "undisturbed")
    project.run().succeeded()
    return project


@contextlib.contextmanager
def training(project: Project) -> Iterator[subprocess.Popen[str]]:
    """Start Snakemake and wait until a training has begun; kill what is left of its processes in the end."""
    before = {path: path.stat().st_mtime for path in project.results.glob("logs/train/*/*.log")}
    process = project.start(*QUICK, *GATHERED)
    try:
        while {path: path.stat().st_mtime for path in project.results.glob("logs/train/*/*.log")} == before:
            check(process.poll() is None, "Snakemake ended before a training began")
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
