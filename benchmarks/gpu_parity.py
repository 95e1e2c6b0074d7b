"""Part of gpu.py: whether CUDA graphs train as the same steps without graphs do."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from cases import Arrays, load_arrays
from gpu_parts import Row, Scale
from peers import torch_loop

from fmnist.common.errors import FmnistError
from fmnist.training.checkpoints import Checkpoint
from fmnist.training.dataset import Dataset
from fmnist.training.devices import make_deterministic
from fmnist.training.loop import EpochRecord, TrainingResult, train
from fmnist.training.settings import RunSettings, run_settings

# Together they have every optimiser, loss and layer, and a rate that changes with each few batches.
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

    The first three should show no difference. The others round in other places.
    """
    make_deterministic(torch.device(scale.device), 1)
    on_device, on_cpu = (few_images(scale, device) for device in (scale.device, "cpu"))
    for case, settings in PARITY.items():
        config = run_settings({"model": "lenet5", "epochs": scale.epochs, **settings})
        graph = train(config, on_device, 0, scale.graph)
        others: dict[str, Callable[..., TrainingResult]] = {
            "the same steps without graphs": partial(train, config, on_device, 0, "uncaptured"),
            "the graph engine again": partial(train, config, on_device, 0, scale.graph),
            "the graph engine, interrupted": partial(interrupted, config, on_device, scale.graph),
            "the torch engine": partial(train, config, on_device, 0, "torch"),
            "the native engine on the CPU": partial(train, config, on_cpu, 0, "native"),
        }
        for other, training in others.items():
            try:
                yield from differences(case, other, graph, training())
            except FmnistError as error:  # there may be no C++ compiler
                yield Row("parity", case, other, "", problem=str(error))


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
