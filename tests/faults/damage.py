"""Files that are gone, cut, altered, or another's."""

import dataclasses
import json
import random
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from builders import metrics_of, plan, provenance_of
from faults.project import GATHERED, RUNS, Project
from faults.registry import Outcome, check, fault
from faults.trainings import Training, prepared
from training_process import OUTPUTS

from fmnist.common.errors import DataError
from fmnist.runs.columns import CURVE_HEADER
from fmnist.runs.gathering import RunFolder, read_run
from fmnist.training.dataset import Dataset, load_dataset

DATA = "d" * 64
CHANCE = random.Random(7)  # noqa: S311
ANEW = r"gather failed: .*; delete results/quick/runs/fc/seed=0 to train the run again\."


@fault(
    "A file of a run deleted",
    "each of `metrics.json`, `loss.csv` and `provenance.json` of one run, then `predictions.npy`",
)
def deleted(folder: Path) -> Outcome:
    project = Project.finished(folder / "project")
    for name in OUTPUTS.values():
        (project.folder_of("fc") / name).unlink()
        project.run("--", "results/quick/runs.csv", f"results/quick/runs/fc/seed=0/{name}").succeeded()
        project.is_undisturbed()
    return Outcome(len(OUTPUTS), "that run is trained again, to the same bytes")


@fault("A truncated metrics file", "`metrics.json` of one run cut in the middle, and emptied")
def truncated(folder: Path) -> Outcome:
    project = Project.finished(folder / "project")
    path = project.folder_of("fc") / "metrics.json"
    for length in (path.stat().st_size // 2, 0):
        path.write_bytes(path.read_bytes()[:length])
        _refused_then_mended(project)
    return Outcome(2, "`gather` refuses it and names the folder to delete; then the same bytes")


@fault(
    "The files of another run",
    "the files of one run copied over another's; its config changed; its data's hash changed",
)
def foreign(folder: Path) -> Outcome:
    project = Project.finished(folder / "project")
    metrics = project.folder_of("fc") / "metrics.json"
    shutil.copytree(project.folder_of("lenet5"), metrics.parent, dirs_exist_ok=True, copy_function=shutil.copy)
    _refused_then_mended(project)
    for changes in ({"data_sha256": "0" * 64}, {"config": {"epochs": 1}}):
        metrics.write_text(json.dumps({**json.loads(metrics.read_text("utf-8")), **changes}), encoding="utf-8")
        _refused_then_mended(project)
    shutil.copy(project.folder_of("lenet5") / "loss.csv", metrics.with_name("loss.csv"))
    _refused_then_mended(project, "--forcerun", "gather")  # Snakemake only looks at the metrics
    return Outcome(4, "`gather` refuses them and names the folder to delete; then the same bytes")


def _refused_then_mended(project: Project, *options: str) -> None:
    project.run(*options, *GATHERED).failed(ANEW)
    shutil.rmtree(project.folder_of("fc"))
    project.run().succeeded()
    project.is_undisturbed()


@fault("A run's files cut anywhere", "`metrics.json` and `loss.csv` cut after every single byte", fast=True)
def cut_anywhere(folder: Path) -> Outcome:
    run, times = _run_folder(folder), 0
    for name in ("metrics.json", "loss.csv"):
        whole = (run.path / name).read_bytes()
        for length in range(len(whole) - 1):
            (run.path / name).write_bytes(whole[:length])
            check(_refused(run), f"{name} of {length} bytes is taken")
            times += 1
        (run.path / name).write_bytes(whole)
    check(not _refused(run), "the whole files are refused")
    return Outcome(times, "refused")


@fault("Metrics of another config, seed or data", "one setting, the seed, the id or the data's hash changed", fast=True)
def other_settings(folder: Path) -> Outcome:
    run, times = _run_folder(folder), 0
    metrics = json.loads((run.path / "metrics.json").read_text(encoding="utf-8"))
    config = metrics["config"]
    spoilt = [{**metrics, "config": {**config, key: "other"}} for key in config]
    spoilt += [{**metrics, key: "other"} for key in ("run_id", "seed", "data_sha256")]
    for content in spoilt:
        (run.path / "metrics.json").write_text(json.dumps(content), encoding="utf-8")
        check(_refused(run), "it is taken")
        times += 1
    return Outcome(times, "refused")


def _run_folder(folder: Path) -> RunFolder:
    """Write the files of a run as a training leaves them."""
    run = RunFolder(path=folder, run_id="lenet5", seed=0, settings=plan().runs["lenet5"].settings())
    metrics = {**metrics_of("lenet5", 0, run.settings, DATA), "epochs_trained": 1}
    row = [1, *(metrics[name] for name in ("train_loss", "train_accuracy", "test_loss", "test_accuracy")), 0.001]
    (folder / "metrics.json").write_text(json.dumps(metrics, indent=2), encoding="utf-8")
    (folder / "provenance.json").write_text(json.dumps(provenance_of()), encoding="utf-8")
    (folder / "loss.csv").write_text(f"{CURVE_HEADER}\n{','.join(map(str, row))}\n", encoding="utf-8")
    return run


def _refused(run: RunFolder) -> bool:
    try:
        read_run(run, DATA)
    except DataError as error:
        return str(error).endswith(f"; delete {run.path} to train the run again.")
    return False


@fault(
    "A corrupt checkpoint",
    "of a killed training: a bit flipped in its first line and in its content, cut, another run's",
)
def checkpoint(folder: Path) -> Outcome:
    arrays = prepared(folder)
    whole = Training(arrays, folder / "whole", 40).succeeds()
    changes: list[Callable[[bytes], bytes]] = [
        lambda content: _flipped(content, 3),
        lambda content: _flipped(content, len(content) // 2),
        lambda content: content[:-1],
        lambda content: b"",
        lambda content: b"0" * 64 + content[64:],
    ]
    for number, change in enumerate(changes):
        killed = Training(arrays, folder / str(number), 40)
        _kill_after_a_checkpoint(killed)
        killed.checkpoint.write_bytes(change(killed.checkpoint.read_bytes()))
        killed.succeeds()
        check("is ignored: it " in killed.log(), "the log does not say that it is ignored", killed.log())
        killed.is_like(whole)
    return Outcome(len(changes), "ignored, the log says why, and trained anew to the same bytes")


def _kill_after_a_checkpoint(training: Training) -> None:
    with subprocess.Popen(training.command()) as process:
        while not training.checkpoint.exists():
            check(process.poll() is None, "the training ended before its kill")
            time.sleep(0.001)
        process.kill()


def _flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@fault(
    "A corrupt prepared array",
    "`fashion_mnist.npz` with a byte changed, at 400 random places, or cut, at 100",
    fast=True,
)
def arrays_bytes(folder: Path) -> Outcome:
    path = prepared(folder)
    whole, content = load_dataset(path), path.read_bytes()
    harmless = 0
    # The ends hold the names and lengths of the arrays, the middle pixels.
    ends = [*range(300), *range(len(content) - 700, len(content))]
    places = [*CHANCE.sample(ends, 200), *CHANCE.sample(range(len(content)), 200)]
    spoilt = [_flipped(content, place) for place in places]
    spoilt += [content[:length] for length in CHANCE.sample(range(len(content)), 100)]
    for changed in spoilt:
        path.write_bytes(changed)
        found = _loaded(path)
        check(found is None or _same(found, whole), "it is taken, with other images or labels")
        harmless += found is not None
    return Outcome(len(spoilt), f"refused, but for {harmless} in dates and such, which gave the same images")


def _loaded(path: Path) -> Dataset | None:
    try:
        return load_dataset(path)
    except Exception:
        return None


def _same(one: Dataset, other: Dataset) -> bool:
    names: Any = (field.name for field in dataclasses.fields(Dataset))
    return all(torch.equal(getattr(one, name), getattr(other, name)) for name in names)


@fault(
    "A corrupt prepared array, in the workflow",
    "a byte of `fashion_mnist.npz` changed; cut; and all runs to be trained",
)
def arrays_workflow(folder: Path) -> Outcome:
    project = Project.finished(folder / "project")
    path = project.results / "data/fashion_mnist.npz"
    whole = path.read_bytes()
    for changed in (_flipped(whole, len(whole) // 2), whole[:1000]):
        path.write_bytes(changed)
        for run in RUNS:
            shutil.rmtree(project.folder_of(run))
        (project.results / "runs.csv").unlink()
        answer = project.run()
        check(answer.output.count("is no prepared Fashion-MNIST file (") >= len(RUNS), "no sentence", answer.output)
        check(answer.status != 0 and "Traceback" not in answer.output, "not one sentence", answer.output)
        path.unlink()
        project.run().succeeded()
        project.is_undisturbed()
    return Outcome(2, "every training ends with one sentence that says to delete it; then the same bytes")
