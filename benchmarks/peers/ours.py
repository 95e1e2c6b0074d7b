"""The project's training, through its own functions."""

import time

import torch
from cases import Arrays

from fmnist.training import loop as training
from fmnist.training.dataset import Dataset
from fmnist.training.engines import choose_engine
from fmnist.training.models import build_model
from fmnist.training.optimizers import OPTIMIZERS, SCHEDULERS
from fmnist.training.settings import RunSettings
from peers import NoEngineError, Train
from peers.torch_loop import resident


def build_torch(config: RunSettings, arrays: Arrays) -> Train:
    """Train with `engine: torch`."""
    return build(config, arrays, "torch")


def build_native(config: RunSettings, arrays: Arrays) -> Train:
    """Train with `engine: native`."""
    return build(config, arrays, "native")


def build(config: RunSettings, arrays: Arrays, name: str, device: str = "cpu") -> Train:
    """Set up one epoch as the project trains it."""
    images, labels = resident(arrays, device)
    data = Dataset(images, labels, images[:1], labels[:1])
    model = build_model(config).to(device).train()
    engine = choose_engine(name, model, images.device)
    if engine.name != name:
        raise NoEngineError(f"{config.model} has no {name} engine")
    optimizer = OPTIMIZERS[config.optimizer](engine.parameters, config)
    scheduler = SCHEDULERS[config.scheduler](optimizer, config)

    step = engine.trainer(data, config.loss, optimizer, config.batch_size)

    def train(steps: int) -> float:
        started = time.perf_counter()
        order = torch.randperm(len(labels))[: steps * config.batch_size]
        batches = training._batches(order.to(device), config)
        training._train_epoch(config, batches, step, scheduler)
        return time.perf_counter() - started

    return train
