"""A network as a table of layers, recorded while an image passes through it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from fmnist.training.models import IMAGE_SIDE, MODELS
from fmnist.training.settings import MODELS as SETTINGS

Shape = tuple[int, ...]
# What a module is called, by its attributes; one of another kind by its class name.
NAMES = {
    "Conv2d": "convolution {0.kernel_size[0]} × {0.kernel_size[1]}, padding {0.padding[0]}",
    "Linear": "fully connected, {0.in_features} → {0.out_features}",
    "BatchNorm2d": "batch normalisation",
    "AvgPool2d": "average pooling {0.kernel_size} × {0.kernel_size}",
    "MaxPool2d": "max pooling {0.kernel_size} × {0.kernel_size}",
    "Dropout": "dropout, p = {0.p:g}",
    "Tanh": "tanh",
    "LeakyReLU": "leaky ReLU, slope {0.negative_slope:g}",
}


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
        kind, shape = type(module).__name__, tuple(output.shape[1:])
        name = NAMES.get(kind, kind).format(module).removesuffix(", padding 0")
        steps.append(Layer(kind=kind, name=name, shape=shape, parameters=count))

    for module in network.modules():
        if not list(module.children()) and not isinstance(module, nn.Identity):
            module.register_forward_hook(record)
    with torch.no_grad():
        network.eval()(image)  # in training, batch normalisation cannot take the variance of one image
    return steps


def format_shape(shape: Shape) -> str:
    """Write a shape as `6 × 28 × 28`."""
    return " × ".join(str(size) for size in shape)


def build_network(model: str, settings: Mapping[str, Any]) -> nn.Module:
    """Build a network from its entry under `models:` in the config, for tables and drawings.

    Its weights are torch's defaults, not those that training starts from.
    """
    return MODELS[model](SETTINGS[model](**settings))
