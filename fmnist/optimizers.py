"""The report's optimisers and scheduler (section 3-2), with torch's defaults written out."""

from collections.abc import Callable, Iterable

from torch import nn
from torch.optim import SGD, Adam, Optimizer, RMSprop
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, StepLR

from fmnist.run_config import RunConfig

Parameters = Iterable[nn.Parameter]


def _adam(parameters: Parameters, config: RunConfig) -> Optimizer:
    # fused: one kernel for all parameters, a tenth of a LeNet-5 step saved; same formula.
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
    )


OPTIMIZERS: dict[str, Callable[[Parameters, RunConfig], Optimizer]] = {
    "adam": _adam,
    "sgd": _sgd,
    "rmsprop": _rmsprop,
}


def _constant(optimizer: Optimizer, config: RunConfig) -> LRScheduler:
    return LambdaLR(optimizer, lambda step: 1.0)


def _step(optimizer: Optimizer, config: RunConfig) -> LRScheduler:
    assert config.step_size is not None  # the plan refuses scheduler: step without it
    return StepLR(optimizer, step_size=config.step_size, gamma=config.gamma)


SCHEDULERS: dict[str, Callable[[Optimizer, RunConfig], LRScheduler]] = {
    "none": _constant,
    "step": _step,
}
