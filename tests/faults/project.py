"""A copy of the project with three small runs, and what every fault is held against: undisturbed numbers."""

import atexit
import contextlib
import csv
import functools
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from builders import ROOT
from faults.registry import check

NOT_COPIED = shutil.ignore_patterns(
    ".git", ".*venv*", ".snakemake", "results", "reference", "containers", "*_cache", "__pycache__"
)
QUICK = ["--configfile", "config.yaml", "config.quick.yaml"]
GATHERED = ["--", "results/quick/runs.csv"]  # all that is trained and gathered, without the report
EXPERIMENTS = ("fully_connected", "pooling")
RUNS = ("fc", "lenet5", "lenet5__pooling=max")
EPOCHS = 12  # a few seconds a run
FILES = {"metrics.json", "loss.csv", "predictions.npy", "provenance.json"}


@dataclass(frozen=True)
class Answer:
    """How Snakemake ended, and all that it printed."""

    status: int
    output: str

    def succeeded(self) -> None:
        check(self.status == 0, f"Snakemake ended with {self.status}", self.output)

    def failed(self, sentence: str) -> None:
        """Check that it failed with a line that matches, for each job that did, and without a traceback."""
        check(self.status != 0, "Snakemake succeeded", self.output)
        check(re.search(sentence, self.output) is not None, f"there is no sentence like {sentence!r}", self.output)
        check("Traceback" not in self.output, "there is a traceback", self.output)


class Project:
    """A project folder of its own, and Snakemake in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.results = folder / "results/quick"

    @classmethod
    def fresh(cls, folder: Path) -> "Project":
        """Copy the project's sources, and leave three runs in its config."""
        shutil.copytree(ROOT, folder, ignore=NOT_COPIED, dirs_exist_ok=True)
        for name in ("config.yaml", "config.quick.yaml"):
            config = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
            config["defaults"]["epochs"] = EPOCHS
            if "experiments" in config:
                config["experiments"] = {key: config["experiments"][key] for key in EXPERIMENTS}
            (folder / name).write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        return cls(folder)

    @classmethod
    def finished(cls, folder: Path) -> "Project":
        """Copy a project whose runs are trained and gathered, with Snakemake's own records."""
        shutil.copytree(undisturbed().folder, folder)
        return cls(folder)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start Snakemake as the leader of a process group."""
        # The copy's own package, not the installed one, must decide.
        paths = filter(None, [str(self.folder), environment.pop("PYTHONPATH", None)])
        given = {"PATH": "/usr/bin:/bin", "HOME": str(home()), "PYTHONPATH": os.pathsep.join(paths), **environment}
        command = [sys.executable, "-m", "snakemake", "--cores", "1", *QUICK, *arguments]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, **environment: str) -> Answer:
        """Run Snakemake to its end; without arguments, up to the gathered runs."""
        with self.start(*(arguments or GATHERED), **environment) as process:
            output, _ = process.communicate(timeout=600)
        return Answer(process.returncode, output)

    def folder_of(self, run: str) -> Path:
        return self.results / "runs" / run / "seed=0"

    def is_undisturbed(self) -> None:
        """Check that every number is that of a run that nothing disturbed, and that nothing else lies about."""
        ours, theirs = self._numbers(), undisturbed()._numbers()
        wrong = [name for name in theirs if ours.get(name) != theirs[name]]
        check(not wrong, f"other numbers in {', '.join(wrong)}")
        for run in RUNS:
            found = {path.name for path in self.folder_of(run).iterdir()}
            check(found == FILES, f"the run's folder holds {sorted(found)}")
        check(not (self.results / "checkpoints").exists(), "checkpoints are left")

    def _numbers(self) -> dict[str, object]:
        names = [f"runs/{run}/seed=0/{name}" for run in RUNS for name in FILES - {"provenance.json"}]
        found: dict[str, object] = {name: self._bytes(name) for name in [*names, "loss.csv"]}
        table = (self.results / "runs.csv").read_text(encoding="utf-8").splitlines()
        return {**found, "runs.csv": [{**row, "seconds": ""} for row in csv.DictReader(table)]}

    def _bytes(self, name: str) -> bytes | None:
        path = self.results / name
        return path.read_bytes() if path.exists() else None


@functools.cache
def home() -> Path:
    """A home folder for Snakemake's cache, that ends with this process."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache
def undisturbed() -> Project:
    """The project after a run that nothing disturbed."""
    project = Project.fresh(home() / "undisturbed")
    project.run().succeeded()
    return project


@contextlib.contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """Kill what is left of a process group in the end."""
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
