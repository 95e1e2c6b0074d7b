"""The optimisers and schedulers, with torch's defaults; its numbers are written out, so that none is hidden."""

import inspect
from collections.abc import Callable, Iterable

from torch import nn
from torch.optim import SGD, Adam, Optimizer, RMSprop
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau, StepLR

from fmnist.training.settings import RunSettings

Parameters = Iterable[nn.Parameter]

# Call torch's own functions, not the wrappers that prepare them for torch.compile: their first call
# imports the compiler, which takes one second of processor time in every training job.
for _name in ("add_param_group", "state_dict", "load_state_dict"):
    setattr(Optimizer, _name, inspect.unwrap(getattr(Optimizer, _name)))

# `fused` and `foreach` update all parameters in one call: 10 % faster for a step of LeNet-5.


def _adam(parameters: Parameters, config: RunSettings) -> Optimizer:
    decay = config.weight_decay
    return Adam(parameters, lr=config.learning_rate, betas=(0.9, 0.999), eps=1e-8, weight_decay=decay, fused=True)


def _sgd(parameters: Parameters, config: RunSettings) -> Optimizer:
    decay, momentum = config.weight_decay, config.momentum
    return SGD(parameters, lr=config.learning_rate, momentum=momentum, weight_decay=decay, fused=True)


def _rmsprop(parameters: Parameters, config: RunSettings) -> Optimizer:
    rate, decay, momentum = config.learning_rate, config.weight_decay, config.momentum
    return RMSprop(parameters, lr=rate, alpha=0.99, eps=1e-8, momentum=momentum, weight_decay=decay, foreach=True)


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
        factor=config.gamma,
        patience=config.patience,
        threshold=1e-4,  # a fall by less than this share of the best loss counts as none
        eps=1e-8,  # skip a smaller change of the learning rate
    )


SCHEDULERS: dict[str, Callable[[Optimizer, RunSettings], LRScheduler | None]] = {
    "none": lambda optimizer, config: None,  # constant learning rate
    "step": _step,
    "plateau": _plateau,
}


def step_after_batch(scheduler: LRScheduler | None, config: RunSettings) -> None:
    """Step StepLR if its unit is the batch, as in the original."""
    if isinstance(scheduler, StepLR) and config.scheduler_interval == "batch":
        scheduler.step()


def step_after_epoch(scheduler: LRScheduler | None, config: RunSettings, train_loss: float) -> None:
    """Step StepLR if its unit is the epoch; give ReduceLROnPlateau the epoch's mean training loss."""
    if isinstance(scheduler, ReduceLROnPlateau):
        scheduler.step(train_loss)
    elif isinstance(scheduler, StepLR) and config.scheduler_interval == "epoch":
        scheduler.step()
