"""A network as a table of layers, recorded while an image passes through it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from fmnist.training.models import IMAGE_SIDE, MODELS
from fmnist.training.settings import MODELS as SETTINGS

Shape = tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """One step of a network's forward pass."""

    kind: str  # the module's class, such as "Conv2d"; or "Input" or "Flatten", which have no module
    name: str  # in words, such as "convolution 5 × 5, padding 2"
    shape: Shape  # of the output for one image, without the batch
    parameters: int


def layers(network: nn.Module) -> list[Layer]:
    """List the layers of a network, new from build_network, in the order in which an image passes them.

    A module that is used several times is listed as often. Identities are left out; a reshape
    between two modules is listed as "Flatten".
    """
    image = torch.zeros(1, 1, IMAGE_SIDE, IMAGE_SIDE)
    steps = [Layer(kind="Input", name="input image", shape=tuple(image.shape[1:]), parameters=0)]

    def record(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        entering = tuple(inputs[0].shape[1:])
        if entering != steps[-1].shape:
            steps.append(Layer(kind="Flatten", name="reshape to a vector", shape=entering, parameters=0))
        count = sum(weights.numel() for weights in module.parameters())
        shape = tuple(output.shape[1:])
        steps.append(Layer(kind=type(module).__name__, name=_name(module), shape=shape, parameters=count))

    for module in network.modules():
        if not list(module.children()) and not isinstance(module, nn.Identity):
            module.register_forward_hook(record)
    with torch.no_grad():
        network.eval()(image)  # in training, batch normalisation cannot take the variance of one image
    return steps


def _name(module: nn.Module) -> str:
    """Describe a module in words; one of an unknown kind by its class name."""
    match module:
        case nn.Conv2d(kernel_size=(height, width), padding=(padding, _)):
            return f"convolution {height} × {width}" + (f", padding {padding}" if padding else "")
        case nn.Linear(in_features=inputs, out_features=outputs):
            return f"fully connected, {inputs} → {outputs}"
        case nn.BatchNorm2d():
            return "batch normalisation"
        case nn.AvgPool2d(kernel_size=side):
            return f"average pooling {side} × {side}"
        case nn.MaxPool2d(kernel_size=side):
            return f"max pooling {side} × {side}"
        case nn.Dropout(p=probability):
            return f"dropout, p = {probability:g}"
        case nn.Tanh():
            return "tanh"
        case nn.LeakyReLU(negative_slope=slope):
            return f"leaky ReLU, slope {slope:g}"
    return type(module).__name__


def format_shape(shape: Shape) -> str:
    """Write a shape as `6 × 28 × 28`."""
    return " × ".join(str(size) for size in shape)


def build_network(model: str, settings: Mapping[str, Any]) -> nn.Module:
    """Build a network from its entry under `models:` in the config, for tables and drawings.

    Its weights are torch's defaults, not those that training starts from.
    """
    return MODELS[model](SETTINGS[model](**settings))
