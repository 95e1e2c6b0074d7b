"""LeNet-5 through the native kernels: the module's own parameters, another way to compute.

`NativeLeNet5(model)(images, indices)` equals `model(images[indices])`. All parameters move
into one flat tensor, of which the module's become views: one gradient and one update
instead of ten of each. How it is trained: steps.py.
"""

import ctypes
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fmnist.models import CLASSES, IMAGE_SIDE, LeNet5
from fmnist.native.build import library

CHUNK = 128  # images per pass without batch norm: keeps a pass in the processor's cache

DIRECT, WINOGRAD, WHOLE = range(3)  # kinds of layer, as in kernels.cpp
WINOGRAD_FROM = 12  # input channels: with fewer the transforms cost more than they save
PADDING = 2  # of the first convolution
ACTIVATION_CODES: dict[type[nn.Module], int] = {nn.Tanh: 0, nn.ReLU: 1, nn.LeakyReLU: 2}
NO_ACTIVATION = 3
POOLING_CODES: dict[type[nn.Module], int] = {nn.AvgPool2d: 0, nn.MaxPool2d: 1}


class _Layer(ctypes.Structure):
    """The twin of `struct Layer` in kernels.cpp."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in ("kind", "in_channels", "in_side", "padding", "channels", "side")),
        *((name, ctypes.c_int64) for name in ("activation", "pooling", "training")),
        *((name, ctypes.c_int64) for name in ("weight", "bias", "gamma", "beta")),
        *((name, ctypes.c_void_p) for name in ("running_mean", "running_var")),
        *((name, ctypes.c_double) for name in ("epsilon", "momentum")),
    )


def _flattened(model: nn.Module) -> tuple[nn.Parameter, dict[str, int]]:
    """Move a module's parameters into one; return it and where each begins in it."""
    flat = nn.Parameter(nn.utils.parameters_to_vector(model.parameters()).detach().clone())
    places, place = {}, 0
    for name, parameter in model.named_parameters():
        parameter.data = flat.data[place : place + parameter.numel()].view_as(parameter)
        places[name] = place
        place += parameter.numel()
    return flat, places


def _layers(model: LeNet5, places: dict[str, int]) -> Any:
    """Describe the model to the kernels; returns a ctypes array of five layers."""
    second = WINOGRAD if model.conv1.out_channels >= WINOGRAD_FROM else DIRECT
    sizes = (
        ("conv1", DIRECT, IMAGE_SIDE, IMAGE_SIDE),
        ("conv2", second, IMAGE_SIDE // 2, IMAGE_SIDE // 2 - 4),
        *((name, WHOLE, 1, 1) for name in ("conv3", "fc1", "fc2")),
    )
    layers = (_Layer * len(sizes))()
    for layer, (name, kind, in_side, side) in zip(layers, sizes, strict=True):
        layer.kind, layer.in_side, layer.side = kind, in_side, side
        _describe(layer, model, name, places)
    layers[0].padding = PADDING
    layers[-1].activation = NO_ACTIVATION
    return layers


def _describe(layer: _Layer, model: LeNet5, name: str, places: dict[str, int]) -> None:
    weight = getattr(model, name).weight
    layer.channels = len(weight)
    layer.in_channels = weight[0].numel() if layer.kind == WHOLE else weight.shape[1]
    layer.activation, layer.pooling = ACTIVATION_CODES[type(model.activation)], POOLING_CODES[type(model.pooling)]
    layer.weight, layer.bias = places[f"{name}.weight"], places[f"{name}.bias"]
    norm = name.replace("conv", "norm")  # fc1 and fc2 have none and stay themselves
    _describe_normalisation(layer, getattr(model, norm), norm, places)


def _describe_normalisation(layer: _Layer, norm: nn.Module, name: str, places: dict[str, int]) -> None:
    layer.gamma = layer.beta = -1
    if not isinstance(norm, nn.BatchNorm2d):
        return
    layer.gamma, layer.beta = places[f"{name}.weight"], places[f"{name}.bias"]
    layer.running_mean, layer.running_var = address(norm.running_mean), address(norm.running_var)
    layer.epsilon, layer.momentum = norm.eps, norm.momentum


def address(tensor: Tensor | None) -> int | None:
    """Return where a tensor's numbers begin, for the kernels."""
    if tensor is None:
        return None
    assert tensor.is_contiguous()
    assert tensor.dtype in (torch.float32, torch.int64)
    return tensor.data_ptr()


class NativeLeNet5:
    """A LeNet5 on the CPU, in float32: its outputs, and one step of its training."""

    def __init__(self, model: LeNet5) -> None:
        library()  # BuildError before anything changes
        self.model = model
        self.parameters, places = _flattened(model)
        self.parameters.grad = torch.zeros_like(self.parameters)
        self.layers = _layers(model, places)
        self.norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
        self._workspaces: dict[int, Tensor] = {}

    @torch.no_grad()
    def __call__(self, images: Tensor, indices: Tensor) -> Tensor:
        """Return the logits [batch, 10] of images[indices], as LeNet5.forward does in evaluation mode.

        Raises IndexError for an index outside the images.
        """
        self._set_training(False)
        return torch.cat([self._logits(images, part) for part in indices.split(CHUNK)])

    def _logits(self, images: Tensor, indices: Tensor) -> Tensor:
        logits = torch.empty(len(indices), CLASSES)
        pointers = (address(tensor) for tensor in (self.parameters, images))
        rest = (address(tensor) for tensor in (self.workspace(len(indices)), logits))
        if library().lenet5_forward(self.layers, *pointers, len(images), address(indices), len(indices), *rest):
            raise IndexError(f"an index lies outside 0..{len(images) - 1}")
        return logits

    def chunk(self, batch: int) -> int:
        """How many images go through the network at once."""
        return batch if self.norms else min(batch, CHUNK)  # batch statistics need the whole batch

    def workspace(self, images: int) -> Tensor:
        """Return the memory of a pass; fresh memory for every pass would cost as much as the sums."""
        if images not in self._workspaces:
            self._workspaces[images] = torch.empty(library().lenet5_workspace(self.layers, images))
        return self._workspaces[images]

    def start_step(self, batch: int) -> Tensor | None:
        """Do what the module does beside its sums in a step of training; return dropout's mask [batch, 84]."""
        self._set_training(True)
        for norm in self.norms:
            assert isinstance(norm.num_batches_tracked, Tensor)
            norm.num_batches_tracked += 1
        dropout = self.model.dropout
        if not isinstance(dropout, nn.Dropout):
            return None
        return F.dropout(torch.ones(batch, self.model.fc1.out_features), dropout.p)  # drawn as the module's own draws

    def _set_training(self, training: bool) -> None:
        for layer in self.layers:
            layer.training = training
