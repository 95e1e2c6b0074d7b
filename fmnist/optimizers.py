"""The report's optimisers and scheduler (section 3-2), with torch's defaults written out."""

from collections.abc import Callable, Iterable

from torch import nn
from torch.optim import SGD, Adam, Optimizer, RMSprop
from torch.optim.lr_scheduler import LRScheduler, StepLR

from fmnist.run_config import RunConfig

Parameters = Iterable[nn.Parameter]

# fused and foreach: one kernel, or one call, for all parameters; the same formulas, and a
# tenth of a LeNet-5 step saved.


def _adam(parameters: Parameters, config: RunConfig) -> Optimizer:
    return Adam(
        parameters,
        lr=config.learning_rate,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=config.weight_decay,
        fused=True,
    )


def _sgd(parameters: Parameters, config: RunConfig) -> Optimizer:
    return SGD(
        parameters,
        lr=config.learning_rate,
        momentum=config.momentum,
        dampening=0.0,
        nesterov=False,
        weight_decay=config.weight_decay,
        fused=True,
    )


def _rmsprop(parameters: Parameters, config: RunConfig) -> Optimizer:
    return RMSprop(
        parameters,
        lr=config.learning_rate,
        alpha=0.99,
        eps=1e-8,
        momentum=config.momentum,
        centered=False,
        weight_decay=config.weight_decay,
        foreach=True,
    )


OPTIMIZERS: dict[str, Callable[[Parameters, RunConfig], Optimizer]] = {
    "adam": _adam,
    "sgd": _sgd,
    "rmsprop": _rmsprop,
}


def _step(optimizer: Optimizer, config: RunConfig) -> LRScheduler:
    assert config.step_size is not None  # the plan refuses scheduler: step without it
    return StepLR(optimizer, step_size=config.step_size, gamma=config.gamma)


SCHEDULERS: dict[str, Callable[[Optimizer, RunConfig], LRScheduler | None]] = {
    "none": lambda optimizer, config: None,  # the learning rate stays
    "step": _step,
}
