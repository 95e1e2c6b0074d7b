"""Three ways to compute a model's outputs and training steps: the native kernels, PyTorch, PyTorch in CUDA graphs."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from fmnist.common.errors import FmnistError
from fmnist.training.dataset import Dataset
from fmnist.training.graph import GraphStep
from fmnist.training.losses import LOSSES, Loss
from fmnist.training.models import FCNetwork, LeNet5
from fmnist.training.native.build import BuildError
from fmnist.training.native.connected import NativeFCNetwork
from fmnist.training.native.lenet5 import POOLING_CODES, NativeLeNet5
from fmnist.training.native.network import ACTIVATION_CODES, NativeNetwork
from fmnist.training.native.steps import NativeStep

NATIVE: dict[type[nn.Module], Callable[..., NativeNetwork]] = {FCNetwork: NativeFCNetwork, LeNet5: NativeLeNet5}
NATIVE_LAYERS = (nn.Linear, nn.Conv2d, nn.BatchNorm2d, nn.Dropout, nn.Identity, *ACTIVATION_CODES, *POOLING_CODES)

# All images float32 [n, 1, 28, 28] and the batch's indices int64 [batch] -> logits [batch, 10].
Forward = Callable[[Tensor, Tensor], Tensor]
# Takes one step of the optimiser on a batch's indices; returns the batch's mean loss and the
# number of its images that were classified correctly.
Step = Callable[[Tensor], tuple[Tensor, Tensor]]
# Data, name of the loss, optimiser, batch size -> a function that steps on the training images.
Trainer = Callable[[Dataset, str, Optimizer, int], Step]


@dataclass(frozen=True, slots=True)
class Engine:
    """One way to compute a model's outputs and to train it."""

    name: str  # "native", "torch", "graph" or "uncaptured"
    forward: Forward  # in evaluation mode
    trainer: Trainer
    parameters: Sequence[nn.Parameter]  # for an optimiser: the model's own, or one tensor that holds them all


def choose_engine(requested: str, model: nn.Module, device: torch.device) -> Engine:
    """Return the requested engine for a model; auto is native if the kernels can be built, else torch.

    uncaptured, which no config can name, computes the steps of graph without graphs, on any device.
    Raises FmnistError if native is requested and cannot be built, or graph on a device without CUDA.
    """
    if requested == "torch":
        return _torch_engine(model)
    if requested in ("graph", "uncaptured"):
        return _graph_engine(requested, model, device)
    try:
        return _native_engine(model, device)
    except BuildError as error:
        if requested == "native":
            raise FmnistError(f"engine is 'native', but {error}; use engine: auto or torch.") from None
        logging.info("PyTorch trains this run, not the native kernels: %s.", error)
        return _torch_engine(model)


def _torch_engine(model: nn.Module) -> Engine:
    def forward(images: Tensor, indices: Tensor) -> Tensor:
        model.eval()
        outputs: Tensor = model(images[indices])
        return outputs

    def trainer(data: Dataset, loss: str, optimizer: Optimizer, batch_size: int) -> Step:
        return partial(_torch_step, model, data, LOSSES[loss], optimizer)

    return Engine("torch", forward, trainer, list(model.parameters()))


def _torch_step(
    model: nn.Module, data: Dataset, loss_function: Loss, optimizer: Optimizer, batch: Tensor
) -> tuple[Tensor, Tensor]:
    model.train()
    labels = data.train_labels[batch]
    outputs = model(data.train_images[batch])
    loss = loss_function(outputs, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.detach(), (outputs.argmax(1) == labels).sum()


def _graph_engine(requested: str, model: nn.Module, device: torch.device) -> Engine:
    capture = requested == "graph"
    if capture and device.type != "cuda":
        raise FmnistError(
            f"engine is 'graph' and the device is {device.type}; expected a CUDA GPU that Snakemake grants "
            "(--resources gpu=1), or engine: auto."
        )
    plain = _torch_engine(model)

    def trainer(data: Dataset, loss: str, optimizer: Optimizer, batch_size: int) -> Step:
        return GraphStep(plain.trainer(data, loss, optimizer, batch_size), optimizer, device, capture)

    return replace(plain, name=requested, trainer=trainer)


def _native_engine(model: nn.Module, device: torch.device) -> Engine:
    if device.type != "cpu":
        raise BuildError(f"the native kernels run on the CPU only, and the device is {device.type}")
    for module in (model, *model.children()):
        if type(module) not in (*NATIVE, *NATIVE_LAYERS):
            raise BuildError(f"the native kernels have no {type(module).__name__}")
    network = NATIVE[type(model)](model)

    def trainer(data: Dataset, loss: str, optimizer: Optimizer, batch_size: int) -> Step:
        return NativeStep(network, data.train_images, data.train_labels, loss, optimizer, batch_size)

    return Engine("native", network, trainer, [network.parameters])


@torch.no_grad()
def predict(engine: Engine, images: Tensor, batch_size: int | None = None) -> Tensor:
    """Return the logits [images, 10] of the engine's model in evaluation mode.

    The batch size affects the speed only: in evaluation mode images do not depend on each other.
    By default 200 fit a CPU's cache, and 2,000 keep a GPU busy between launches.
    """
    if batch_size is None:
        batch_size = 200 if images.device.type == "cpu" else 2_000
    indices = torch.arange(len(images), device=images.device)
    return torch.cat([engine.forward(images, batch) for batch in indices.split(batch_size)])
