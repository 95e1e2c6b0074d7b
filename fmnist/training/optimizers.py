"""The report's optimisers and scheduler (section 3-2) and one more, torch's defaults written out."""

from collections.abc import Callable, Iterable

from torch import nn
from torch.optim import SGD, Adam, Optimizer, RMSprop
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau, StepLR

from fmnist.training.settings import RunSettings
from fmnist.training.uncompiled import uncompiled

Parameters = Iterable[nn.Parameter]

# fused and foreach: one kernel, or one call, for all parameters; the same formulas, and a
# tenth of a LeNet-5 step saved.


def _adam(parameters: Parameters, config: RunSettings) -> Optimizer:
    return uncompiled(Adam)(
        parameters,
        lr=config.learning_rate,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=config.weight_decay,
        fused=True,
    )


def _sgd(parameters: Parameters, config: RunSettings) -> Optimizer:
    return uncompiled(SGD)(
        parameters,
        lr=config.learning_rate,
        momentum=config.momentum,
        dampening=0.0,
        nesterov=False,
        weight_decay=config.weight_decay,
        fused=True,
    )


def _rmsprop(parameters: Parameters, config: RunSettings) -> Optimizer:
    return uncompiled(RMSprop)(
        parameters,
        lr=config.learning_rate,
        alpha=0.99,
        eps=1e-8,
        momentum=config.momentum,
        centered=False,
        weight_decay=config.weight_decay,
        foreach=True,
    )


OPTIMIZERS: dict[str, Callable[[Parameters, RunSettings], Optimizer]] = {
    "adam": _adam,
    "sgd": _sgd,
    "rmsprop": _rmsprop,
}


def _step(optimizer: Optimizer, config: RunSettings) -> LRScheduler:
    assert config.step_size is not None  # the plan refuses scheduler: step without it
    return StepLR(optimizer, step_size=config.step_size, gamma=config.gamma)


def _plateau(optimizer: Optimizer, config: RunSettings) -> LRScheduler:
    assert config.patience is not None  # the plan refuses scheduler: plateau without it
    return ReduceLROnPlateau(
        optimizer,
        mode="min",  # it watches a loss
        factor=config.gamma,
        patience=config.patience,
        threshold=1e-4,  # a loss lower by less than this part of the best one is no progress
        threshold_mode="rel",
        cooldown=0,
        min_lr=0.0,
        eps=1e-8,  # a smaller decay than this is not made
    )


SCHEDULERS: dict[str, Callable[[Optimizer, RunSettings], LRScheduler | None]] = {
    "none": lambda optimizer, config: None,  # the learning rate stays
    "step": _step,
    "plateau": _plateau,
}


def step_after_batch(scheduler: LRScheduler | None, config: RunSettings) -> None:
    """Step StepLR where its unit is the batch, as in the report."""
    if isinstance(scheduler, StepLR) and config.scheduler_interval == "batch":
        scheduler.step()


def step_after_epoch(scheduler: LRScheduler | None, config: RunSettings, train_loss: float) -> None:
    """Step StepLR where its unit is the epoch; show ReduceLROnPlateau the epoch's mean training loss."""
    if isinstance(scheduler, ReduceLROnPlateau):
        scheduler.step(train_loss)
    elif isinstance(scheduler, StepLR) and config.scheduler_interval == "epoch":
        scheduler.step()
