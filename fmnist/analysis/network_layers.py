"""A network as a table, layer by layer, read from the network itself as it runs."""

from collections.abc import Callable, Mapping
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

    kind: str  # the module's class, such as "Conv2d"; "Input" and "Flatten" are no modules
    name: str  # in words, such as "convolution 5 × 5, padding 2"
    shape: Shape  # of the output for one image, without the batch
    parameters: int  # trainable


def layers(model: nn.Module, shape: Shape = (1, IMAGE_SIDE, IMAGE_SIDE)) -> list[Layer]:
    """List the layers of a model in the order in which an image of `shape` passes them.

    Forward hooks on the modules without children record every call, so that a module that
    is used several times stands in the list as often. Identities are left out; a reshape
    between two modules stands there as "Flatten".
    """
    steps = [Layer(kind="Input", name="input image", shape=shape, parameters=0)]

    def record(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        entering = tuple(inputs[0].shape[1:])
        if entering != steps[-1].shape:
            steps.append(Layer(kind="Flatten", name="reshape to a vector", shape=entering, parameters=0))
        steps.append(_layer(module, tuple(output.shape[1:])))

    _run_with_hooks(model, shape, record)
    return steps


def _run_with_hooks(model: nn.Module, shape: Shape, hook: Callable[..., None]) -> None:
    leaves = [m for m in model.modules() if not list(m.children()) and not isinstance(m, nn.Identity)]
    handles = [leaf.register_forward_hook(hook) for leaf in leaves]
    training = model.training
    try:
        # Evaluation mode: batch normalisation has no variance to take of one image.
        model.eval()
        with torch.no_grad():
            model(torch.zeros(1, *shape))
    finally:
        model.train(training)
        for handle in handles:
            handle.remove()


def _layer(module: nn.Module, shape: Shape) -> Layer:
    count = sum(p.numel() for p in module.parameters() if p.requires_grad)
    return Layer(kind=type(module).__name__, name=_name(module), shape=shape, parameters=count)


def _name(module: Any) -> str:
    """Describe a module in words; one that is not known by its class name."""
    describe = _NAMES.get(type(module))
    return describe(module) if describe else type(module).__name__


def _convolution(module: nn.Conv2d) -> str:
    padding = f", padding {module.padding[0]}" if module.padding[0] else ""
    return f"convolution {module.kernel_size[0]} × {module.kernel_size[1]}{padding}"


_NAMES: dict[type[nn.Module], Callable[[Any], str]] = {
    nn.Conv2d: _convolution,
    nn.Linear: lambda m: f"fully connected, {m.in_features} → {m.out_features}",
    nn.BatchNorm2d: lambda m: "batch normalisation",
    nn.AvgPool2d: lambda m: f"average pooling {m.kernel_size} × {m.kernel_size}",
    nn.MaxPool2d: lambda m: f"max pooling {m.kernel_size} × {m.kernel_size}",
    nn.Dropout: lambda m: f"dropout, p = {m.p:g}",
    nn.Tanh: lambda m: "tanh",
    nn.ReLU: lambda m: "ReLU",
    nn.LeakyReLU: lambda m: f"leaky ReLU, slope {m.negative_slope:g}",
}


def format_shape(shape: Shape) -> str:
    """Write a shape as `6 × 28 × 28`."""
    return " × ".join(str(size) for size in shape)


def build_network(model: str, settings: Mapping[str, Any]) -> nn.Module:
    """Build a network from its entry under `models:` in the config.

    Its weights are torch's fresh ones: for tables and drawings, not for training.
    """
    own: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in settings.items()}
    return MODELS[model](SETTINGS[model](**own))
