"""LeNet-5 through the native kernels, on the module's own parameters.

`NativeLeNet5(model)(images, indices)` equals `model(images[indices])`.
"""

import ctypes
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fmnist.training.models import IMAGE_SIDE, LeNet5
from fmnist.training.native.network import ACTIVATION_CODES, NativeNetwork, address

CHUNK = 128  # images per pass without batch normalisation, so that a pass fits the processor's cache

DIRECT, WINOGRAD, WHOLE = range(3)  # kinds of layer, as in layers.h
WINOGRAD_FROM = 12  # input channels: with fewer the transforms cost more than they save
PADDING = 2  # of the first convolution
NO_ACTIVATION = 3
POOLING_CODES: dict[type[nn.Module], int] = {nn.AvgPool2d: 0, nn.MaxPool2d: 1}


class _Layer(ctypes.Structure):
    """The same fields as `struct Layer` in layers.h."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in ("kind", "in_channels", "in_side", "padding", "channels", "side")),
        *((name, ctypes.c_int64) for name in ("activation", "pooling", "training")),
        *((name, ctypes.c_int64) for name in ("weight", "bias", "gamma", "beta")),
        *((name, ctypes.c_void_p) for name in ("running_mean", "running_var")),
        *((name, ctypes.c_double) for name in ("epsilon", "momentum")),
    )


def _layers(model: LeNet5, places: dict[str, int]) -> Any:
    """Return the description of the model for the kernels: a ctypes array of five layers."""
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
    norm = name.replace("conv", "norm")  # fc1 and fc2 have no normalisation
    _describe_normalisation(layer, getattr(model, norm), norm, places)


def _describe_normalisation(layer: _Layer, norm: nn.Module, name: str, places: dict[str, int]) -> None:
    layer.gamma = layer.beta = -1
    if not isinstance(norm, nn.BatchNorm2d):
        return
    layer.gamma, layer.beta = places[f"{name}.weight"], places[f"{name}.bias"]
    layer.running_mean, layer.running_var = address(norm.running_mean), address(norm.running_var)
    layer.epsilon, layer.momentum = norm.eps, norm.momentum


class NativeLeNet5(NativeNetwork):
    """A LeNet5 on the CPU, in float32: its outputs, and one step of its training."""

    kernels = "lenet5"
    chunk_of_images = CHUNK

    def __init__(self, model: LeNet5) -> None:
        super().__init__(model)
        self.model = model
        self.norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]

    def _described(self, model: nn.Module, places: dict[str, int]) -> Any:
        assert isinstance(model, LeNet5)
        return _layers(model, places)

    def chunk(self, batch: int) -> int:
        """Return the number of images that go through the network together in training."""
        return batch if self.norms else super().chunk(batch)  # batch statistics need the whole batch

    def start_step(self, batch: int) -> Tensor | None:
        """Prepare a training step: count it in the normalisations, and return the dropout mask [batch, 84] if any."""
        self._set_training(True)
        for norm in self.norms:
            assert isinstance(norm.num_batches_tracked, Tensor)
            norm.num_batches_tracked += 1
        dropout = self.model.dropout
        if not isinstance(dropout, nn.Dropout):
            return None
        # Draws the same random numbers as the module.
        return F.dropout(torch.ones(batch, self.model.fc1.out_features), dropout.p)

    def _set_training(self, training: bool) -> None:
        for layer in self.description:
            layer.training = training
