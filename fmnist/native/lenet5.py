"""LeNet-5 through the native kernels: the module's own parameters, another way to compute.

`NativeLeNet5(model)(images, indices)` equals `model(images[indices])`. The kernels do the
two convolution stages; the rest are small matrix products and stays with PyTorch.
"""

import ctypes
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from fmnist.models import IMAGE_SIDE, LeNet5
from fmnist.native.build import library

KERNEL = 5
PADDING = 2  # of the first convolution
CHUNK = 128  # images per pass without batch norm: keeps a pass in the processor's cache

ACTIVATION_CODES: dict[type[nn.Module], int] = {nn.Tanh: 0, nn.ReLU: 1, nn.LeakyReLU: 2}
POOLING_CODES: dict[type[nn.Module], int] = {nn.AvgPool2d: 0, nn.MaxPool2d: 1}


class _StageArguments(ctypes.Structure):
    """The twin of `struct Stage` in kernels.cpp."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in ("batch", "in_channels", "in_rows", "in_columns", "pad_rows")),
        *((name, ctypes.c_int64) for name in ("channels", "rows", "columns", "activation", "pooling", "training")),
        *((name, ctypes.c_void_p) for name in ("weight", "bias", "gamma", "beta", "running_mean", "running_var")),
        *((name, ctypes.c_void_p) for name in ("mean", "inverse_std")),
        *((name, ctypes.c_double) for name in ("epsilon", "momentum")),
    )


@dataclass(frozen=True, slots=True)
class _Stage:
    """Convolution, batch normalisation or none, activation and pooling of a LeNet5."""

    convolution: nn.Conv2d
    norm: nn.Module
    activation: int
    pooling: int
    in_rows: int
    in_columns: int  # the first stage's include its padding
    pad_rows: int

    @property
    def rows(self) -> int:
        """Rows, and columns, of the convolution's output."""
        return self.in_columns - KERNEL + 1

    def parameters(self) -> list[Tensor]:
        """Weight and bias, then gamma and beta where there is batch normalisation."""
        return [*self.convolution.parameters(), *self.norm.parameters()]

    def arguments(self, batch: int, statistics: Tensor | None) -> _StageArguments:
        """Describe a pass over `batch` images; statistics [2, channels] holds mean and inverse deviation."""
        arguments = _StageArguments(
            batch=batch,
            in_channels=self.convolution.in_channels,
            in_rows=self.in_rows,
            in_columns=self.in_columns,
            pad_rows=self.pad_rows,
            channels=self.convolution.out_channels,
            rows=self.rows,
            columns=self.rows,
            activation=self.activation,
            pooling=self.pooling,
            weight=_address(self.convolution.weight),
            bias=_address(self.convolution.bias),
        )
        if statistics is not None:
            _describe_normalisation(arguments, self.norm, statistics)
        return arguments


def _describe_normalisation(arguments: _StageArguments, norm: nn.Module, statistics: Tensor) -> None:
    assert isinstance(norm, nn.BatchNorm2d)
    arguments.training = norm.training
    arguments.gamma, arguments.beta = _address(norm.weight), _address(norm.bias)
    arguments.running_mean, arguments.running_var = _address(norm.running_mean), _address(norm.running_var)
    arguments.mean, arguments.inverse_std = (_address(row) for row in statistics)
    arguments.epsilon, arguments.momentum = norm.eps, norm.momentum


def _address(tensor: Tensor | None) -> int | None:
    if tensor is None:
        return None
    assert tensor.is_contiguous()
    assert tensor.dtype in (torch.float32, torch.int64)
    return tensor.data_ptr()


@dataclass(frozen=True, slots=True)
class _Pass:
    """What a stage's forward leaves for its backward."""

    arguments: _StageArguments
    input: Tensor  # [in_channels, in_rows, in_columns, batch]
    kept: Tensor  # [channels, rows, columns, batch], see stage_forward in kernels.cpp
    statistics: Tensor | None  # keeps the arguments' mean and inverse_std alive

    def backward(self, grad_pooled: Tensor, with_input: bool) -> tuple[list[Tensor], Tensor | None]:
        """Return the gradients of the stage's parameters, and of its input if asked for."""
        channels = self.kept.shape[0]
        grad_weight = torch.empty(channels, self.arguments.in_channels, KERNEL, KERNEL)
        # Of bias, and with batch normalisation of gamma and beta.
        grads = [grad_weight, *torch.empty(1 if self.statistics is None else 3, channels)]
        grad_input = torch.empty_like(self.input) if with_input else None
        library().stage_backward(
            ctypes.byref(self.arguments),
            *_pointers(self.input, self.kept, grad_pooled),
            *_pointers(*(grads if len(grads) == 4 else [*grads, None, None])),
            *_pointers(grad_input),
        )
        return grads, grad_input


def _pointers(*tensors: Tensor | None) -> list[ctypes.c_void_p]:
    return [ctypes.c_void_p(_address(tensor)) for tensor in tensors]


def _forward(stage: _Stage, features: Tensor) -> tuple[_Pass, Tensor]:
    """Run a stage on [in_channels, in_rows, in_columns, batch]; return its pooled output too."""
    batch, channels = features.shape[-1], stage.convolution.out_channels
    statistics = torch.empty(2, channels) if isinstance(stage.norm, nn.BatchNorm2d) else None
    arguments = stage.arguments(batch, statistics)
    kept = torch.empty(channels, stage.rows, stage.rows, batch)
    pooled = torch.empty(channels, stage.rows // 2, stage.rows // 2, batch)
    library().stage_forward(ctypes.byref(arguments), *_pointers(features, kept, pooled))
    if statistics is not None and stage.norm.training:
        assert isinstance(stage.norm.num_batches_tracked, Tensor)
        stage.norm.num_batches_tracked += 1
    return _Pass(arguments, features, kept, statistics), pooled


def _gather(images: Tensor, indices: Tensor) -> Tensor:
    """Pick images [n, 1, 28, 28] into [1, 28, 32, batch], with the columns of the padding."""
    padded = torch.empty(1, IMAGE_SIDE, IMAGE_SIDE + 2 * PADDING, len(indices))
    count, batch = ctypes.c_int64(len(images)), ctypes.c_int64(len(indices))
    if library().gather_images(*_pointers(images), count, *_pointers(indices), batch, *_pointers(padded)):
        raise IndexError(f"an index lies outside 0..{len(images) - 1}")
    return padded


class _Stages(torch.autograd.Function):
    """Both stages: images [n, 1, 28, 28], indices [batch] -> [batch, channels * 25]."""

    @staticmethod
    def forward(
        ctx: Any, images: Tensor, indices: Tensor, stages: tuple[_Stage, _Stage], *parameters: Tensor
    ) -> Tensor:
        """Run the kernels; the parameters stand here so that autograd knows them."""
        first, features = _forward(stages[0], _gather(images, indices))
        second, features = _forward(stages[1], features)
        ctx.passes = (first, second)
        ctx.save_for_backward(*parameters)  # checks that nothing changes them before backward
        # Flattened and transposed here: each view outside would be a node of autograd's own.
        return features.flatten(0, 2).t()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_features: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of the parameters, in the order of forward."""
        first, second = ctx.passes
        assert ctx.saved_tensors
        grads_second, grad_pooled = second.backward(grad_features.t().contiguous(), with_input=True)
        grads_first, _ = first.backward(grad_pooled, with_input=False)
        return (None, None, None, *grads_first, *grads_second)


class NativeLeNet5:
    """The forward of a LeNet5 on the CPU, in float32; gradients land in the module's own parameters."""

    def __init__(self, model: LeNet5) -> None:
        activation = ACTIVATION_CODES[type(model.activation)]
        pooling = POOLING_CODES[type(model.pooling)]
        padded, halved = IMAGE_SIDE + 2 * PADDING, IMAGE_SIDE // 2
        self._model = model
        self._stages = (
            _Stage(model.conv1, model.norm1, activation, pooling, IMAGE_SIDE, padded, PADDING),
            _Stage(model.conv2, model.norm2, activation, pooling, halved, halved, 0),
        )
        self._parameters = [p for stage in self._stages for p in stage.parameters()]
        library()

    def __call__(self, images: Tensor, indices: Tensor) -> Tensor:
        """Return the logits [batch, 10] of images[indices], as LeNet5.forward does."""
        model = self._model
        # The third convolution covers its whole input: a matrix product.
        x = F.linear(self._features(images, indices), model.conv3.weight.flatten(1), model.conv3.bias)
        if isinstance(model.norm3, nn.BatchNorm2d):
            x = model.norm3(x[:, :, None, None]).flatten(1)
        x = model.activation(x)
        x = model.activation(model.dropout(model.fc1(x)))
        logits: Tensor = model.fc2(x)
        return logits

    def _features(self, images: Tensor, indices: Tensor) -> Tensor:
        """Return the two stages' outputs [batch, channels * 25]."""
        # Batch statistics need the whole batch at once; without them images are independent.
        whole = isinstance(self._model.norm1, nn.BatchNorm2d) and self._model.training
        parts = [indices] if whole else indices.split(CHUNK)
        outputs = [_Stages.apply(images, part, self._stages, *self._parameters) for part in parts]
        return outputs[0] if len(outputs) == 1 else torch.cat(outputs)
