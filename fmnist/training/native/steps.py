"""A whole training step in one call: outputs, loss, gradients and the optimiser's update.

With ten images a step, PyTorch's autograd, loss and optimiser would take as long as the kernels
of LeNet-5. The optimiser stays a torch object: the kernels read its settings and change its
state in place.
"""

import ctypes

import torch
from torch import Tensor
from torch.optim import Optimizer

from fmnist.training.native.network import NativeNetwork, address

LOSS_CODES = {"cross_entropy": 0, "mse": 1, "multi_margin": 2}  # as in losses.h
ADAM, PLAIN, RMSPROP = range(3)  # as in optimizers.h
# Each optimiser's rule, and torch's names of the parts of its state: step, mean and square.
# Look up the name, not the class: AdamW is a subclass of Adam but follows another rule.
RULES = {
    "Adam": (ADAM, "step", "exp_avg", "exp_avg_sq"),
    "SGD": (PLAIN, None, "momentum_buffer", None),
    "RMSprop": (RMSPROP, "step", "momentum_buffer", "square_avg"),
}


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
    rule, *parts = RULES[type(optimizer).__name__]
    momentum = group.get("momentum", 0.0)
    decay_of_mean, decay_of_square = group.get("betas", (0.0, group.get("alpha", 0.0)))

    def buffer(name: str | None) -> int | None:
        if name is None or (name == "momentum_buffer" and not momentum):
            return None
        if name not in state:
            state[name] = torch.tensor(0.0) if name == "step" else torch.zeros_like(parameter)
        return address(state[name])

    step, mean, square = map(buffer, parts)
    return _Optimizer(
        rule=rule,
        weight_decay=group["weight_decay"],
        momentum=momentum,
        epsilon=group.get("eps", 0.0),
        decay_of_mean=decay_of_mean,
        decay_of_square=decay_of_square,
        step=step,
        mean=mean,
        square=square,
    )
