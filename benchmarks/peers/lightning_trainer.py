"""Lightning's Trainer, its extras off; batches are cut from resident tensors, not made item by item."""

import logging
import time
import warnings
from collections.abc import Iterator
from typing import Any

import lightning  # type: ignore[import-not-found]
import torch
from cases import Arrays
from torch import Tensor
from torch.nn import functional as F

from fmnist.training.settings import RunSettings
from peers import Train
from peers.network import network
from peers.torch_loop import resident


class Module(lightning.LightningModule):  # type: ignore[misc]
    """The network with its loss and its optimiser."""

    def __init__(self, config: RunSettings) -> None:
        super().__init__()
        self.network = network(config)
        self.learning_rate = config.learning_rate

    def training_step(self, batch: tuple[Tensor, Tensor], _: int) -> Tensor:
        images, labels = batch
        return F.cross_entropy(self.network(images), labels)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.parameters(), lr=self.learning_rate, fused=True)


class Batches:
    """An epoch's batches in shuffled order."""

    def __init__(self, arrays: Arrays, size: int) -> None:
        self.images, self.labels = resident(arrays)
        self.size = size

    def __len__(self) -> int:
        return -(-len(self.labels) // self.size)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for batch in torch.randperm(len(self.labels)).split(self.size):
            yield self.images[batch], self.labels[batch]


class Clock(lightning.Callback):  # type: ignore[misc]
    """Seconds from the start of training to its end, without the Trainer's own start."""

    seconds = 0.0

    def on_train_start(self, *_: Any) -> None:
        self.started = time.perf_counter()

    def on_train_end(self, *_: Any) -> None:
        self.seconds = time.perf_counter() - self.started


def build(config: RunSettings, arrays: Arrays) -> Train:
    """Set Lightning up on the CPU."""
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="lightning")
    module, batches, clock = Module(config), Batches(arrays, config.batch_size), Clock()
    off = ("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary")

    def train(steps: int) -> float:
        options = dict.fromkeys(off, False)
        trainer = lightning.Trainer(accelerator="cpu", devices=1, max_steps=steps, callbacks=[clock], **options)
        trainer.fit(module, batches)
        return clock.seconds

    return train
