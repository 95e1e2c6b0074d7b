"""A whole training step in one call: outputs, loss, gradients and the optimiser's update.

With ten images a step, PyTorch's autograd, loss and optimiser would take as long as the kernels
of LeNet-5. The optimiser stays a torch object: the kernels read its settings and change its
state in place.
"""

import ctypes
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from fmnist.training.native.network import NativeNetwork, address

LOSS_CODES = {"cross_entropy": 0, "mse": 1, "multi_margin": 2}  # as in losses.h
ADAM, PLAIN, RMSPROP = range(3)  # as in optimizers.h


class _Optimizer(ctypes.Structure):
    """The same fields as `struct Optimizer` in optimizers.h."""

    _fields_ = (
        ("rule", ctypes.c_int64),
        *((name, ctypes.c_double) for name in ("weight_decay", "momentum", "epsilon")),
        *((name, ctypes.c_double) for name in ("decay_of_mean", "decay_of_square")),
        *((name, ctypes.c_void_p) for name in ("step", "mean", "square")),
    )


class _Training(ctypes.Structure):
    """The same fields as `struct Training` in training.h."""

    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("network", "parameters", "gradients")),
        ("count", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in ("images", "labels")),
        *((name, ctypes.c_int64) for name in ("n", "chunk")),
        ("workspace", ctypes.c_void_p),
        ("loss", ctypes.c_int64),
        ("optimizer", _Optimizer),
    )


class NativeStep:
    """Steps of one optimiser on batches of the training images; `step(batch)` takes one.

    `images` float32 [n, 1, 28, 28], `labels` int64 [n]. The network's `parameters.grad` keeps the
    gradients of the last step.
    """

    def __init__(
        self, network: NativeNetwork, images: Tensor, labels: Tensor, loss: str, optimizer: Optimizer, batch_size: int
    ) -> None:
        self._network, self._optimizer, self._batch_size = network, optimizer, batch_size
        chunk = network.chunk(batch_size)
        workspace, gradients = network.workspace(chunk), network.parameters.grad
        self._tensors = (workspace, gradients, images, labels)  # keep them alive: the kernels hold their addresses
        optimizer._opt_called = True  # type: ignore[attr-defined]  # torch's schedulers warn without it
        self._training = _Training(
            network=ctypes.addressof(network.description),
            parameters=address(network.parameters),
            gradients=address(gradients),
            count=network.parameters.numel(),
            images=address(images),
            labels=address(labels),
            n=len(labels),
            chunk=chunk,
            workspace=address(workspace),
            loss=LOSS_CODES[loss],
            optimizer=_described(optimizer),
        )

    def __call__(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        """Step on the images with the indices `batch`: int64, at most batch_size of them.

        Returns the mean loss (float32) and the number of correctly classified images (int64).
        Raises IndexError for an index outside the images or a label outside 0..9.
        """
        assert len(batch) <= self._batch_size
        mask = self._network.start_step(len(batch))
        loss, correct = torch.empty(()), torch.empty((), dtype=torch.int64)
        learning_rate = self._optimizer.param_groups[0]["lr"]
        results = (address(loss), address(correct))
        if self._network.kernel("step")(
            ctypes.addressof(self._training), address(batch), len(batch), address(mask), learning_rate, *results
        ):
            raise IndexError("an index lies outside the images, or a label outside 0..9")
        return loss, correct


def _described(optimizer: Optimizer) -> _Optimizer:
    """Return the description of an optimiser of one parameter for the kernels; create its state if it has none."""
    group = optimizer.param_groups[0]
    (parameter,) = group["params"]
    state = optimizer.state[parameter]

    def buffer(name: str) -> int | None:
        if name not in state:
            state[name] = torch.tensor(0.0) if name == "step" else torch.zeros_like(parameter)
        return address(state[name])

    return _RULES[type(optimizer).__name__](group, buffer)


Group = dict[str, Any]
Buffer = Callable[[str], int | None]  # torch's name of a part of the state -> its address


def _adam(group: Group, buffer: Buffer) -> _Optimizer:
    decay_of_mean, decay_of_square = group["betas"]
    return _Optimizer(
        rule=ADAM,
        weight_decay=group["weight_decay"],
        epsilon=group["eps"],
        decay_of_mean=decay_of_mean,
        decay_of_square=decay_of_square,
        step=buffer("step"),
        mean=buffer("exp_avg"),
        square=buffer("exp_avg_sq"),
    )


def _sgd(group: Group, buffer: Buffer) -> _Optimizer:
    momentum = group["momentum"]
    mean = buffer("momentum_buffer") if momentum else None
    return _Optimizer(rule=PLAIN, weight_decay=group["weight_decay"], momentum=momentum, mean=mean)


def _rmsprop(group: Group, buffer: Buffer) -> _Optimizer:
    momentum = group["momentum"]
    return _Optimizer(
        rule=RMSPROP,
        weight_decay=group["weight_decay"],
        momentum=momentum,
        epsilon=group["eps"],
        decay_of_square=group["alpha"],
        step=buffer("step"),
        mean=buffer("momentum_buffer") if momentum else None,
        square=buffer("square_avg"),
    )


# Look up the name, not the class: AdamW is a subclass of Adam but follows another rule.
_RULES: dict[str, Callable[[Group, Buffer], _Optimizer]] = {"Adam": _adam, "SGD": _sgd, "RMSprop": _rmsprop}
