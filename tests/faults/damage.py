"""Files that are deleted, cut, altered, or another run's; a run that always fails; a project that moves."""

import dataclasses
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import torch
from builders import ROOT
from faults.project import RUNS, Project, check
from faults.trainings import prepared
from training_process import RUN_FILES

from fmnist.training.dataset import Dataset, load_dataset

CHANCE = random.Random(7)  # noqa: S311
DELETE = r"gather failed: .*; delete results/quick/runs/fc/seed=0 to train the run again\."
NO_DATA = r"fashion_mnist\.npz cannot be read \("
TRAIN = "workflow/scripts/train.py"
MISSING = "Partial report: 1 of 3 trainings is missing."
ALL = ("--", "all")


def deleted(folder: Path) -> int:
    """each of `metrics.json`, `loss.csv`, `predictions.npy` and `provenance.json` of one run"""
    project = Project.finished(folder / "project")
    for name in RUN_FILES.values():
        (project.folder_of("fc") / name).unlink()
        project.run("--", "results/quick/runs.csv", f"results/quick/runs/fc/seed=0/{name}").succeeded()
        project.recovers()
    return len(RUN_FILES)


def truncated(folder: Path) -> int:
    """`metrics.json` of one run cut in the middle, and emptied"""
    project = Project.finished(folder / "project")
    metrics = project.folder_of("fc") / "metrics.json"
    for length in (metrics.stat().st_size // 2, 0):
        metrics.write_bytes(metrics.read_bytes()[:length])
        is_refused_then_mended(project)
    return 2


def foreign(folder: Path) -> int:
    """the files of one run copied over another's; its data's hash changed; its config changed; another's curve"""
    project = Project.finished(folder / "project")
    metrics, other = project.folder_of("fc") / "metrics.json", project.folder_of("lenet5")
    shutil.copytree(other, metrics.parent, dirs_exist_ok=True, copy_function=shutil.copy)
    is_refused_then_mended(project)
    for changes in ({"data_sha256": "0" * 64}, {"config": {"epochs": 1}}):
        metrics.write_text(json.dumps({**json.loads(metrics.read_text("utf-8")), **changes}), encoding="utf-8")
        is_refused_then_mended(project)
    shutil.copy(other / "loss.csv", metrics.with_name("loss.csv"))
    is_refused_then_mended(project, "--forcerun", "gather")  # Snakemake only looks at the metrics
    return 4


def is_refused_then_mended(project: Project, *options: str) -> None:
    project.run(*options, "--", "results/quick/runs.csv").failed(DELETE)
    shutil.rmtree(project.folder_of("fc"))
    project.recovers()


def arrays_bytes(folder: Path) -> int:
    """`fashion_mnist.npz` with a byte changed, at 400 random places, or cut, at 100"""
    path = prepared(folder)
    whole, content = load_dataset(path), path.read_bytes()
    # The ends hold the names and lengths of the arrays, the middle pixels.
    ends = [*range(300), *range(len(content) - 700, len(content))]
    places = [*CHANCE.sample(ends, 200), *CHANCE.sample(range(len(content)), 200)]
    spoilt = [flipped(content, place) for place in places]
    spoilt += [content[:length] for length in CHANCE.sample(range(len(content)), 100)]
    for changed in spoilt:
        path.write_bytes(changed)
        check(is_refused_or_equal(path, whole), "it is taken, with other images or labels")
    return len(spoilt)


def broken_files(folder: Path) -> int:
    """each file of a run, of `results/` and of a reused folder, with a wrong cell, value, column, line or bytes"""
    return generated("runs/test_generated_files.py")


def broken_configs(folder: Path) -> int:
    """`config.yaml` with anything at any place; also each setting at and around its bounds, and of other types"""
    return generated("plan/test_generated_configs.py")


def generated(name: str) -> int:
    """Run a test that draws 500 examples."""
    command = [sys.executable, "-m", "pytest", "-q", str(ROOT / "tests" / name)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    check(answer.returncode == 0, f"{name} failed", answer.stdout)
    return 500


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def is_refused_or_equal(path: Path, whole: Dataset) -> bool:
    try:
        found = load_dataset(path)
    except Exception:
        return True
    return all(map(torch.equal, dataclasses.astuple(found), dataclasses.astuple(whole)))


def arrays_workflow(folder: Path) -> int:
    """a byte of `fashion_mnist.npz` changed; cut; and all runs to be trained"""
    project = Project.finished(folder / "project")
    path = project.results / "data/fashion_mnist.npz"
    whole = path.read_bytes()
    for changed in (flipped(whole, len(whole) // 2), whole[:1000]):
        path.write_bytes(changed)
        shutil.rmtree(project.results / "runs")
        (project.results / "runs.csv").unlink()
        project.run().failed(f"(?s)({NO_DATA}.*){{{len(RUNS)}}}")
        path.unlink()
        project.recovers()
    return 2


def always_fails(folder: Path) -> int:
    """its script ends with `kill -9` of itself; then the whole report, a partial one, and the rest"""
    project = Project(folder / "project")
    path, page = project.folder / TRAIN, project.results / "report/index.html"
    begin = "    run_id, seed = job.wildcards.run_id, int(job.wildcards.seed)\n"
    check(begin in path.read_text("utf-8"), "the script is not as this fault expects it")
    deadly = '    if run_id == "fc":\n        __import__("os").kill(__import__("os").getpid(), 9)\n'
    path.write_text(path.read_text("utf-8").replace(begin, begin + deadly), encoding="utf-8")
    project.run(*ALL).failed("(?s)1 of 3 trainings are missing.*PARTIAL=1")
    check((project.folder_of("lenet5__pooling=max") / "metrics.json").exists(), "the others were not trained")
    project.run("--config", "partial=True", *ALL).succeeded()
    check(MISSING in " ".join(page.read_text("utf-8").split()), "the page does not name what is missing")
    path.write_bytes((ROOT / TRAIN).read_bytes())
    project.run(*ALL).succeeded()
    check("Partial report" not in page.read_text("utf-8"), "the whole report says that it is partial")
    project.recovers()
    return 1


def odd_folder(folder: Path) -> int:
    """`ein Ordner – 폴더`; `it's (100 %) "odd" & more; $HOME #1`"""
    Project(folder / "ein Ordner – 폴더").recovers()
    Project(folder / 'it\'s (100 %) "odd" & more; $HOME #1').recovers()
    return 2


def relocated(folder: Path) -> int:
    """moved with its results and Snakemake's records; and without the records"""
    for name in ("moved", "without records"):
        project = Project.finished(folder / name)
        if name == "without records":
            shutil.rmtree(project.folder / ".snakemake")
        metrics = project.folder_of("fc") / "metrics.json"
        before = metrics.stat().st_mtime_ns
        project.recovers()
        check(metrics.stat().st_mtime_ns == before, "it trains again")
    return 2
