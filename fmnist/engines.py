"""How a model's outputs are computed: by the native kernels or by PyTorch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from fmnist.errors import FmnistError
from fmnist.models import LeNet5
from fmnist.native.build import BuildError
from fmnist.native.lenet5 import NativeLeNet5

ENGINES = ("auto", "native", "torch")

# All images float32 [n, 1, 28, 28] and the batch's indices int64 [batch] -> logits [batch, 10].
Forward = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class Engine:
    """A way to run a model forward; train() or eval() on the model holds for it."""

    name: str  # "native" or "torch"
    forward: Forward
    parameters: Sequence[nn.Parameter]  # what an optimiser steps: the model's own, or one that holds them all


def choose_engine(requested: str, model: nn.Module, device: torch.device) -> Engine:
    """Return the engine for a model: auto means native wherever that is possible.

    Native kernels exist for LeNet-5; the fully connected network is matrix products, which
    PyTorch does well, and has its engine whatever is requested. Raises FmnistError where
    native is demanded and cannot be had, and ValueError for an unknown name.
    """
    if requested not in ENGINES:
        raise ValueError(f"engine is {requested!r}; allowed: {', '.join(ENGINES)}")
    if requested == "torch" or not isinstance(model, LeNet5):
        return _torch_engine(model)
    try:
        return _native_engine(model, device)
    except BuildError as error:
        if requested == "native":
            raise FmnistError(f"engine is 'native', but {error}; use engine: auto or torch.") from None
        return _torch_engine(model)


def _torch_engine(model: nn.Module) -> Engine:
    return Engine("torch", lambda images, indices: model(images[indices]), list(model.parameters()))


def _native_engine(model: LeNet5, device: torch.device) -> Engine:
    if device.type != "cpu":
        raise BuildError(f"the native kernels run on the CPU, and the device is {device.type}")
    native = NativeLeNet5(model)
    return Engine("native", native, [native.parameters])


@torch.no_grad()
def predict(engine: Engine, model: nn.Module, images: Tensor, batch_size: int = 200) -> Tensor:
    """Return the logits [images, 10] of a model in evaluation mode.

    The batch size decides speed only; no output depends on its batch's other images.
    """
    model.eval()
    indices = torch.arange(len(images), device=images.device)
    return torch.cat([engine.forward(images, batch) for batch in indices.split(batch_size)])
