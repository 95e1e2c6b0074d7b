"""LeNet-5 through the native kernels: the module's own parameters, another way to compute.

`NativeLeNet5(model)(images, indices)` equals `model(images[indices])`. All parameters move
into one flat tensor, of which the module's become views: one gradient and one optimiser
step instead of ten of each.
"""

import ctypes
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
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
    layer.running_mean, layer.running_var = _address(norm.running_mean), _address(norm.running_var)
    layer.epsilon, layer.momentum = norm.eps, norm.momentum


def _address(tensor: Tensor | None) -> int | None:
    if tensor is None:
        return None
    assert tensor.is_contiguous()
    assert tensor.dtype in (torch.float32, torch.int64)
    return tensor.data_ptr()


class _Pass(torch.autograd.Function):
    """Parameters [all], images [n, 1, 28, 28], indices [batch], mask [batch, 84] -> logits [batch, 10]."""

    @staticmethod
    def forward(
        ctx: Any, parameters: Tensor, network: "NativeLeNet5", images: Tensor, indices: Tensor, mask: Tensor | None
    ) -> Tensor:
        """Run the kernels; the workspace keeps what backward needs."""
        workspace = network.borrow(len(indices))
        logits = network.run(images, indices, mask, workspace)
        ctx.network, ctx.workspace, ctx.mask = network, workspace, mask
        ctx.save_for_backward(parameters)  # checks that nothing changes them before backward
        return logits

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_logits: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradient of the parameters; the workspace is free then."""
        (parameters,) = ctx.saved_tensors
        grad_logits = grad_logits.contiguous()
        gradient = torch.zeros_like(parameters)
        pointers = (_address(tensor) for tensor in (ctx.mask, ctx.workspace, grad_logits, gradient))
        library().lenet5_backward(ctx.network.layers, _address(parameters), len(grad_logits), *pointers)
        ctx.network.give_back(len(grad_logits), ctx.workspace)
        return gradient, None, None, None, None


class NativeLeNet5:
    """The forward of a LeNet5 on the CPU, in float32; its gradients land in `parameters`."""

    def __init__(self, model: LeNet5) -> None:
        library()  # BuildError before anything changes
        self.parameters, places = _flattened(model)
        self.layers = _layers(model, places)
        self._model = model
        self._norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
        self._free: dict[int, list[Tensor]] = {}  # workspaces by batch size

    def __call__(self, images: Tensor, indices: Tensor) -> Tensor:
        """Return the logits [batch, 10] of images[indices], as LeNet5.forward does."""
        for layer in self.layers:
            layer.training = self._model.training
        if self._norms and self._model.training:
            for norm in self._norms:
                assert isinstance(norm.num_batches_tracked, Tensor)
                norm.num_batches_tracked += 1
            return self._pass(images, indices)  # batch statistics need the whole batch at once
        outputs = [self._pass(images, part) for part in indices.split(CHUNK)]
        return outputs[0] if len(outputs) == 1 else torch.cat(outputs)

    def _pass(self, images: Tensor, indices: Tensor) -> Tensor:
        mask = self._mask(len(indices))
        if torch.is_grad_enabled():
            logits: Tensor = _Pass.apply(self.parameters, self, images, indices, mask)
            return logits
        workspace = self.borrow(len(indices))
        logits = self.run(images, indices, mask, workspace)
        self.give_back(len(indices), workspace)
        return logits

    def run(self, images: Tensor, indices: Tensor, mask: Tensor | None, workspace: Tensor) -> Tensor:
        """Return the logits [batch, 10]; raises IndexError for an index outside the images."""
        logits = torch.empty(len(indices), CLASSES)
        pointers = (_address(tensor) for tensor in (self.parameters, images))
        rest = (_address(tensor) for tensor in (mask, workspace, logits))
        if library().lenet5_forward(self.layers, *pointers, len(images), _address(indices), len(indices), *rest):
            raise IndexError(f"an index lies outside 0..{len(images) - 1}")
        return logits

    def _mask(self, batch: int) -> Tensor | None:
        """What dropout multiplies [batch, 84] by, drawn as the module's own dropout draws it."""
        dropout = self._model.dropout
        if not isinstance(dropout, nn.Dropout) or not self._model.training:
            return None
        return F.dropout(torch.ones(batch, self._model.fc1.out_features), dropout.p)

    def borrow(self, batch: int) -> Tensor:
        """Return a workspace for a pass; fresh memory for every pass would cost as much as the sums."""
        free = self._free.setdefault(batch, [])
        return free.pop() if free else torch.empty(library().lenet5_workspace(self.layers, batch))

    def give_back(self, batch: int, workspace: Tensor) -> None:
        """Let a later pass use a workspace."""
        self._free[batch].append(workspace)
