"""Two at once, clocks that jump, odd folders, a project that moves."""

import os
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from faults.project import GATHERED, Project, ended
from faults.registry import Outcome, check, fault

YEAR = 365 * 86400
CHANCE = random.Random(11)  # noqa: S311
ODD = ["ein Ordner – 폴더", 'it\'s (100 %) "odd" & more; $HOME #1']

# Read by every Python that finds it on its path: Snakemake, and each of its jobs.
CLOCK = """
import os, time
real, began = time.time, time.monotonic()
shift, after = (float(os.environ[name]) for name in ("CLOCK_SHIFT", "CLOCK_AFTER"))
time.time = lambda: real() + (shift if time.monotonic() - began >= after else 0)
"""


@fault("Two Snakemakes, one after the other", "a second one started while the first trains")
def second(folder: Path) -> Outcome:
    project, times = Project.fresh(folder / "project"), 3
    with ended(project.start(*GATHERED)) as first:
        while not any(project.results.glob("logs/train/*/*.log")):
            check(first.poll() is None, "Snakemake ended before a training began")
            time.sleep(0.05)
        for _ in range(times):
            project.run().failed("cannot be locked")
        output, _ = first.communicate()
        check(first.returncode == 0, "the first fails", output)
    project.is_undisturbed()
    return Outcome(times, "the second ends with Snakemake's sentence; the first is undisturbed")


@fault("Two Snakemakes at the same instant", "started together; and together with `--nolock`, which forbids the lock")
def at_once(folder: Path) -> Outcome:
    for number, options in enumerate([(), ("--nolock",)]):
        project = Project.fresh(folder / f"project{number}")
        both = [project.start(*options, *GATHERED) for _ in range(2)]
        outputs = [process.communicate()[0] for process in both]
        check(any(process.returncode == 0 for process in both) or bool(options), "both fail", "\n".join(outputs))
        project.run().succeeded()
        project.is_undisturbed()
    return Outcome(2, "one ends with a sentence, or neither; the next start finds or makes the same bytes")


@fault("Files dated wrong", "every file of the results and of the project dated 1990, 2040, and at random between")
def dates(folder: Path) -> Outcome:
    moments = [lambda: 631_152_000, lambda: 2_208_988_800, lambda: CHANCE.randrange(631_152_000, 2_208_988_800)]
    for number, moment in enumerate(moments):
        project = Project.finished(folder / str(number))
        date(project, moment)
        if number:  # Snakemake refuses what is made of a file of the future
            project.run().failed("has older modification time .* than input .* should therefore be fixed")
            date(project, time.time)
        project.run().succeeded()
        project.is_undisturbed()
    return Outcome(
        len(moments),
        "the same bytes; of files of the future Snakemake names one in a sentence, and after `touch` the same bytes",
    )


def date(project: Project, moment: Callable[[], float]) -> None:
    """Date every file of a project and its results; Snakemake's own records stay."""
    for path in project.folder.rglob("*"):
        if path.is_file() and ".snakemake" not in path.parts:
            os.utime(path, (moment(),) * 2)


@fault(
    "The clock jumps", "`time.time` a year ahead, a year behind, and an hour back two seconds after each process began"
)
def clock(folder: Path) -> Outcome:
    (folder / "sitecustomize.py").write_text(CLOCK, encoding="utf-8")
    shifts = [(YEAR, 0), (-YEAR, 0), (-3600, 2)]
    project = Project.fresh(folder / "project")
    for shift, after in shifts:
        shutil.rmtree(project.results / "runs", ignore_errors=True)
        (project.results / "runs.csv").unlink(missing_ok=True)
        given = {"PYTHONPATH": str(folder), "CLOCK_SHIFT": str(shift), "CLOCK_AFTER": str(after)}
        project.run(*GATHERED, **given).succeeded()
        project.is_undisturbed()
    return Outcome(len(shifts), "the same bytes")


@fault("Spaces, quotes and Unicode in the project's path", "; ".join(f"`{name}`" for name in ODD))
def odd_folder(folder: Path) -> Outcome:
    for name in ODD:
        project = Project.fresh(folder / name)
        project.run().succeeded()
        project.is_undisturbed()
    return Outcome(len(ODD), "the same bytes")


@fault("A relocated project", "moved with its results and Snakemake's records; and without the records")
def relocated(folder: Path) -> Outcome:
    for name in ("moved", "without records"):
        project = Project.finished(folder / name)
        if name == "without records":
            shutil.rmtree(project.folder / ".snakemake")
        before = project.folder_of("fc").joinpath("metrics.json").stat().st_mtime_ns
        project.run().succeeded()
        project.is_undisturbed()
        check(project.folder_of("fc").joinpath("metrics.json").stat().st_mtime_ns == before, "it trains again")
    return Outcome(2, "nothing is trained again, the same bytes")
