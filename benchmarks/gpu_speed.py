"""Parts of gpu.py: seconds per epoch of each way to train on the GPU, and of the cores beside it."""

import importlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from cases import EPOCH, case_config, load_arrays
from gpu_lanes import Lanes
from gpu_parts import Part, Row, Scale, last_line
from peers import NoEngineError, Train, ours, torch_loop

from fmnist.training.dataset import Dataset
from fmnist.training.devices import make_deterministic
from fmnist.training.graph import BatchStep
from fmnist.training.models import build_model
from fmnist.training.settings import RunSettings

LANES = 8  # trainings at once


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
