"""Train one run: `train(config, data, seed)`."""

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LRScheduler

from fmnist.training.checkpoints import Checkpoint, TrainingState
from fmnist.training.dataset import Dataset
from fmnist.training.engines import Engine, Step, choose_engine, predict
from fmnist.training.losses import LOSSES
from fmnist.training.models import build_model, parameter_count
from fmnist.training.optimizers import OPTIMIZERS, SCHEDULERS, step_after_batch, step_after_epoch
from fmnist.training.randomness import shuffling_generator, stream_seed
from fmnist.training.settings import RunSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class EpochRecord:
    """One row of loss.csv. Accuracies are fractions, 0..1."""

    epoch: int  # from 1
    train_loss: float  # mean of the batch losses during the epoch, dropout on
    train_accuracy: float  # of the same predictions that made train_loss
    test_loss: float  # mean over the test images, dropout off
    test_accuracy: float
    learning_rate: float  # after the epoch's last step

    @property
    def finite(self) -> bool:
        """Whether both losses are finite; if not, the run has diverged."""
        return math.isfinite(self.train_loss) and math.isfinite(self.test_loss)


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingResult:
    """The outcome of a run."""

    epochs: list[EpochRecord]
    parameter_count: int
    fitted_train_accuracy: float  # of the final network on the training images, dropout off
    diverged: bool  # a loss was not finite, and the training ended there
    predictions: npt.NDArray[np.uint8]  # [test images], predicted classes
    seconds: float
    engine: str  # as in Engine.name

    @property
    def generalization_gap(self) -> float:
        """Accuracy of the final network on the training images minus that on the test images, as a fraction."""
        return self.fitted_train_accuracy - self.epochs[-1].test_accuracy


Progress = Callable[[EpochRecord], None]


def train(
    config: RunSettings,
    data: Dataset,
    seed: int,
    engine: str = "auto",
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
) -> TrainingResult:
    """Train a run, from scratch or from its checkpoint, and measure it after every epoch.

    `engine` is auto, native, torch or graph. The same config, seed, engine, machine and thread
    count give the same result, bit for bit, with or without interruptions.
    A loss that is not finite ends the training, and the result says so.
    """
    started = time.perf_counter()
    model = _initialised(config, data, seed)
    chosen = choose_engine(engine, model, data.train_images.device)
    state = _first_state(config, model, chosen, data, seed)
    # Restore before preparing a step: loading replaces the optimiser's tensors.
    epochs, seconds = checkpoint.restore(state) if checkpoint else ([], 0.0)
    started -= seconds
    step = chosen.trainer(data, config.loss, state.optimizer, config.batch_size)
    records = [EpochRecord(**epoch) for epoch in epochs]
    while len(records) < config.epochs and all(record.finite for record in records):
        records.append(_epoch(config, chosen, step, data, state, len(records) + 1))
        if progress:
            progress(records[-1])
        if checkpoint:
            checkpoint.keep(state, [asdict(record) for record in records], time.perf_counter() - started)
    predictions = predict(chosen, data.test_images).argmax(1)
    return TrainingResult(
        epochs=records,
        parameter_count=parameter_count(model),
        fitted_train_accuracy=_accuracy(predict(chosen, data.train_images), data.train_labels),
        diverged=not records[-1].finite,
        predictions=predictions.to("cpu", torch.uint8).numpy(),
        seconds=time.perf_counter() - started,
        engine=chosen.name,
    )


def _initialised(config: RunSettings, data: Dataset, seed: int) -> nn.Module:
    # Initialise on the CPU so that weights do not depend on the device.
    own = config.initialisation_seed
    torch.manual_seed(stream_seed(seed if own is None else own, "initialisation"))
    model = build_model(config).to(data.train_images.device)
    # Only dropout draws from torch's global stream after this line.
    torch.manual_seed(stream_seed(seed, "dropout"))
    return model


def _first_state(config: RunSettings, model: nn.Module, engine: Engine, data: Dataset, seed: int) -> TrainingState:
    device = data.train_images.device
    optimizer = OPTIMIZERS[config.optimizer](engine.parameters, config)
    return TrainingState(
        identity={
            "settings": config.settings(),
            "seed": seed,
            "engine": engine.name,
            "device": torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
            "threads": torch.get_num_threads(),
        },
        model=model,
        optimizer=optimizer,
        scheduler=SCHEDULERS[config.scheduler](optimizer, config),
        shuffling=shuffling_generator(seed if config.shuffling_seed is None else config.shuffling_seed),
    )


def _epoch(
    config: RunSettings, engine: Engine, step: Step, data: Dataset, state: TrainingState, epoch: int
) -> EpochRecord:
    order = torch.randperm(len(data.train_labels), generator=state.shuffling)
    batches = _batches(order.to(data.train_labels.device), config)
    train_loss, train_accuracy = _train_epoch(config, batches, step, state.scheduler)
    step_after_epoch(state.scheduler, config, train_loss)
    outputs = predict(engine, data.test_images)
    return EpochRecord(
        epoch=epoch,
        train_loss=train_loss,
        train_accuracy=train_accuracy,
        test_loss=float(LOSSES[config.loss](outputs, data.test_labels)),
        test_accuracy=_accuracy(outputs, data.test_labels),
        learning_rate=float(state.optimizer.param_groups[0]["lr"]),
    )


def _train_epoch(
    config: RunSettings, batches: list[Tensor], step: Step, scheduler: LRScheduler | None
) -> tuple[float, float]:
    """Train one epoch; return the mean batch loss and the accuracy while training."""
    losses, correct = [], []
    for batch in batches:
        loss, right = step(batch)
        step_after_batch(scheduler, config)
        losses.append(loss)
        correct.append(right)
    seen = sum(len(batch) for batch in batches)
    return float(torch.stack(losses).double().mean()), int(torch.stack(correct).sum()) / seen


def _batches(order: Tensor, config: RunSettings) -> list[Tensor]:
    batches = list(order.split(config.batch_size))
    # Keep the only batch even if it is small: an epoch needs one.
    if config.drop_last and len(batches) > 1 and len(batches[-1]) < config.batch_size:
        batches.pop()
    return batches


def _accuracy(outputs: Tensor, labels: Tensor) -> float:
    return int((outputs.argmax(1) == labels).sum()) / len(labels)
