"""What gpu.py measures: each part yields its rows one by one, in a process of its own."""

import contextlib
import importlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from cases import EPOCH, PROJECT, Arrays, case_config, load_arrays
from gpu_lanes import Lanes
from peers import NoEngineError, Train, ours, torch_loop

from fmnist.training.checkpoints import Checkpoint
from fmnist.training.dataset import Dataset
from fmnist.training.devices import make_deterministic
from fmnist.training.graph import BatchStep
from fmnist.training.loop import EpochRecord, TrainingResult, train
from fmnist.training.models import build_model
from fmnist.training.settings import RunSettings, run_settings

LANES = 8  # trainings at once


class Row(NamedTuple):
    """One measurement, or the reason why there is none."""

    part: str
    case: str
    contender: str
    measure: str
    value: float | None = None
    lowest: float | None = None
    highest: float | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """Where and how much: the real measurement, or a small one that tests the script."""

    device: str  # cuda, or cpu in a dry run
    cases: tuple[str, ...]
    steps: int  # of a block
    blocks: int
    images: int  # of a parity training
    epochs: int  # of a parity training: from the fourth the last batch is a graph too
    processes: int  # trainings at once on the cores
    at_once: int  # trainings of the report at once
    data: Path  # prepared array file, for timing; the sample where there is none
    folder: Path | None  # the four raw files, for the report

    @property
    def dry(self) -> bool:
        """Whether this only tests the script."""
        return self.device == "cpu"

    @property
    def graph(self) -> str:
        """The graph engine, or its steps without graphs where there are none."""
        return "uncaptured" if self.dry else "graph"


Part = Callable[[Scale], Iterator[Row]]

# Together they have every optimiser, loss, layer and schedule.
PARITY: dict[str, dict[str, Any]] = {
    "fc": {"model": "fc"},
    "base": {},
    "dropout": {"dropout": True, "batch_norm": True, "pooling": "max", "activation": "relu"},
    "step": {"scheduler": "step", "step_size": 7, "gamma": 0.5, "learning_rate": 0.005},
    "sgd": {"optimizer": "sgd", "momentum": 0.9, "weight_decay": 0.001, "loss": "mse"},
    "rmsprop": {"optimizer": "rmsprop", "momentum": 0.5, "loss": "multi_margin"},
}


def parity(scale: Scale) -> Iterator[Row]:
    """Compare the graph engine with the same steps without graphs, with itself, and with the other engines.

    With the first two there should be no difference. The others round in other places.
    """
    make_deterministic(torch.device(scale.device), 1)
    on_device, on_cpu = (few_images(scale, device) for device in (scale.device, "cpu"))
    for case, settings in PARITY.items():
        config = run_settings({"model": "lenet5", "epochs": scale.epochs, **settings})
        graph = train(config, on_device, 0, scale.graph)
        others = {
            "the same steps without graphs": train(config, on_device, 0, "uncaptured"),
            "the graph engine again": train(config, on_device, 0, scale.graph),
            "the graph engine, interrupted": interrupted(config, on_device, scale.graph),
            "the torch engine": train(config, on_device, 0, "torch"),
            "the native engine on the CPU": train(config, on_cpu, 0, "native"),
        }
        for other, result in others.items():
            yield from differences(case, other, graph, result)


def few_images(scale: Scale, device: str) -> Dataset:
    """Return the first images, for training and testing alike; the last batch of an epoch is a smaller one."""
    arrays = load_arrays(scale.data)
    images, labels = torch_loop.resident(Arrays(*(array[: scale.images] for array in arrays)), device)
    return Dataset(images, labels, images, labels)


def interrupted(config: RunSettings, data: Dataset, engine: str) -> TrainingResult:
    """Train, stop in the last epoch, and continue from the checkpoint."""

    def stop(record: EpochRecord) -> None:
        if record.epoch == config.epochs:
            raise InterruptedError

    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Checkpoint(Path(folder) / "state.pt", "")
        checkpoint._last_write = -np.inf  # write after the first epoch, however short
        with contextlib.suppress(InterruptedError):
            train(config, data, 0, engine, stop, checkpoint)
        return train(config, data, 0, engine, checkpoint=Checkpoint(Path(folder) / "state.pt", ""))


def differences(case: str, other: str, graph: TrainingResult, result: TrainingResult) -> Iterator[Row]:
    """Yield the largest relative difference of an epoch's training loss, and the predictions that differ."""
    pairs = zip(graph.epochs, result.epochs, strict=True)
    loss = max(abs(own.train_loss / their.train_loss - 1) for own, their in pairs)
    yield Row("parity", case, other, "largest relative difference of an epoch's training loss", loss)
    share = float((graph.predictions != result.predictions).mean())
    yield Row("parity", case, other, "share of predictions that differ", share)


def timed(name: str) -> Part:
    """Return the part that measures one contender in every case."""

    def part(scale: Scale) -> Iterator[Row]:
        torch.backends.cudnn.allow_tf32 = False  # the others compute in full float32 too
        build = CONTENDERS[name]
        for case in scale.cases:
            try:
                yield timing("speed", case, name, blocks(build(case_config(case), scale), case, scale))
            except NoEngineError as error:
                yield Row("speed", case, name, "seconds per epoch", problem=str(error))

    return part


def blocks(train_steps: Train, case: str, scale: Scale) -> list[float]:
    """Return seconds per epoch, one for each block. A first block captures, compiles and is not measured."""
    batch_size = case_config(case).batch_size
    steps = min(scale.steps, EPOCH // batch_size)
    train_steps(steps)
    return [train_steps(steps) / steps * EPOCH / batch_size for _ in range(scale.blocks)]


def timing(part: str, case: str, contender: str, seconds: list[float]) -> Row:
    """Return the row of several measurements of one thing."""
    numbers = (statistics.median(seconds), min(seconds), max(seconds))
    return Row(part, case, contender, "seconds per epoch", *numbers)


def build_engine(config: RunSettings, scale: Scale, engine: str) -> Train:
    """Train with one of our engines, deterministic as in a real run."""
    make_deterministic(torch.device(scale.device), 1)
    return ours.build(config, load_arrays(scale.data), engine, scale.device)


def build_compiled(config: RunSettings, scale: Scale, mode: str) -> Train:
    """Train with torch.compile."""
    return torch_loop.build_compiled_on(config, load_arrays(scale.data), scale.device, mode)


def build_jax(config: RunSettings, scale: Scale, function: str) -> Train:
    """Train with JAX, in full float32. Raises NoEngineError where it is not installed."""
    os.environ.setdefault("JAX_PLATFORMS", scale.device)
    os.environ.setdefault("JAX_DEFAULT_MATMUL_PRECISION", "highest")
    try:
        build = getattr(importlib.import_module("peers.jax_training"), function)
    except ImportError as error:
        raise NoEngineError(f"not installed: {error.name}") from None
    done: Train = build(config, load_arrays(scale.data))
    return done


def build_lanes(config: RunSettings, scale: Scale) -> Train:
    """Train several networks at once; the seconds are those of one of them."""
    make_deterministic(torch.device(scale.device), 1)
    images, labels = torch_loop.resident(load_arrays(scale.data), scale.device)
    models = [build_model(config) for _ in range(LANES)]
    lanes = Lanes(models, [config.learning_rate] * LANES, Dataset(images, labels, images, labels), LANES)
    indices = torch.zeros(LANES, config.batch_size, dtype=torch.int64, device=scale.device)
    step = BatchStep(lanes.step, indices, None if scale.dry else torch.cuda.Stream())

    def train_steps(steps: int) -> float:
        started = time.perf_counter()
        orders = [torch.randperm(len(labels))[: steps * config.batch_size] for _ in range(LANES)]
        batches = torch.stack(orders).to(scale.device).split(config.batch_size, dim=1)
        float(torch.stack([step(batch)[0] for batch in batches]).mean())
        return (time.perf_counter() - started) / LANES

    return train_steps


CONTENDERS: dict[str, Callable[[RunSettings, Scale], Train]] = {
    "graph engine": lambda config, scale: build_engine(config, scale, scale.graph),
    "torch engine": lambda config, scale: build_engine(config, scale, "torch"),
    f"{LANES} lanes": build_lanes,
    "torch.compile, reduce-overhead": lambda config, scale: build_compiled(config, scale, "reduce-overhead"),
    "JAX, jit and scan over patches": lambda config, scale: build_jax(config, scale, "build_scan"),
    "JAX, jit and scan of XLA's convolution": lambda config, scale: build_jax(config, scale, "build_scan_xla"),
    "torch.compile, max-autotune": lambda config, scale: build_compiled(config, scale, "max-autotune"),
}


def cores(scale: Scale) -> Iterator[Row]:
    """Measure the native engine on all cores at once, one training on each."""
    for case in scale.cases:
        command = [sys.executable, str(Path(__file__).with_name("gpu_core.py")), case]
        command += [str(scale.steps), str(scale.processes), str(scale.data)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        if answer.returncode:
            yield Row("cores", case, "native engine", "seconds per epoch", problem=last_line(answer.stderr))
        else:
            seconds = [float(word) for word in answer.stdout.split()]
            yield timing("cores", case, f"native engine, {scale.processes} at once", seconds)


def report(scale: Scale) -> Iterator[Row]:
    """Train every run of the report with one seed through Snakemake, from prepared data, and gather them.

    The pages need pandoc and Typst, which such a machine lacks. They take half a minute without a GPU.
    """
    results = f"results/gpu_{os.getpid()}"  # a new folder: nothing in it is finished
    snakemake(scale, results, f"{results}/data/fashion_mnist.npz")
    if scale.dry:
        seconds = snakemake(scale, results, f"{results}/runs/fc/seed=0/metrics.json")
        yield Row("report", "one run of the quick config", "native engine", "seconds", seconds)
        return
    seconds = snakemake(scale, results, f"{results}/runs.csv")
    yield Row("report", f"41 runs, {scale.at_once} at once, gathered", "graph engine", "seconds", seconds)
    runs = pd.read_csv(PROJECT / results / "runs.csv").set_index("run_id")["seconds"]
    yield Row("report", "all runs", "graph engine", "seconds of training, summed", float(runs.sum()))
    for run_id in ("fc", "lenet5"):
        yield Row("report", run_id, "graph engine", "seconds of training", float(runs[run_id]))


def snakemake(scale: Scale, results: str, target: str) -> float:
    """Make a target and return the seconds. Ends this process where Snakemake fails."""
    command = [sys.executable, "-m", "snakemake", "--quiet", "rules", "--cores", str(os.cpu_count())]
    values = [f"results={results}"]
    if scale.dry:
        command += ["--configfile", "config.yaml", "config.quick.yaml"]
    else:
        command += ["--resources", f"gpu={scale.at_once}"]
        values += ["seeds=1", "engine=graph"]
        values += [f"data={{folder: {scale.folder.resolve()}}}"] if scale.folder else []
    started = time.perf_counter()
    if subprocess.run([*command, "--config", *values, "--", target], cwd=PROJECT, check=False).returncode:
        sys.exit("Snakemake failed; gpu.log says why")
    return time.perf_counter() - started


def last_line(text: str) -> str:
    """Return the last line of what a process said, at most 200 characters."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return (lines[-1] if lines else "no message")[:200]


PARTS: Mapping[str, Part] = {
    "parity": parity,
    "graph engine": timed("graph engine"),
    "torch engine": timed("torch engine"),
    "report": report,
    "cores": cores,
    **{name: timed(name) for name in CONTENDERS if not name.endswith("engine")},
}
