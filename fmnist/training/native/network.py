"""Common parts of the native networks: one tensor of the module's parameters, and the outputs."""

import contextlib
import ctypes
import mmap
from typing import Any

import torch
from torch import Tensor, nn

from fmnist.training.models import CLASSES
from fmnist.training.native.build import library

ACTIVATION_CODES: dict[type[nn.Module], int] = {nn.Tanh: 0, nn.ReLU: 1, nn.LeakyReLU: 2}  # as in layers.h


def address(tensor: Tensor | None) -> int | None:
    """Return the address of a tensor's first number."""
    if tensor is None:
        return None
    assert tensor.is_contiguous()
    assert tensor.dtype in (torch.float32, torch.int64)
    return tensor.data_ptr()


def _flattened(model: nn.Module) -> tuple[nn.Parameter, dict[str, int]]:
    """Move a module's parameters into one tensor; return it and the offset of each parameter."""
    flat = nn.Parameter(nn.utils.parameters_to_vector(model.parameters()).detach().clone())
    places, place = {}, 0
    for name, parameter in model.named_parameters():
        parameter.data = flat.data[place : place + parameter.numel()].view_as(parameter)
        places[name] = place
        place += parameter.numel()
    return flat, places


def _in_large_pages(floats: int) -> Tensor:
    """Return memory in large pages if the system has them.

    A wide network's pass uses 20 MB. In pages of 4 KiB that exceeds the processor's address cache
    (TLB), and each miss costs as much as a few sums.
    """
    memory = mmap.mmap(-1, floats * torch.float32.itemsize)
    with contextlib.suppress(AttributeError, OSError):  # not on Linux, or not in this kernel
        memory.madvise(mmap.MADV_HUGEPAGE)
    return torch.frombuffer(memory, dtype=torch.float32)


class NativeNetwork:
    """A module on the CPU, in float32, computed by the kernels whose names begin with `kernels`.

    All parameters move into one flat tensor, and the module's become views of it: one gradient
    and one update for all of them. steps.py trains it.
    """

    kernels: str
    chunk_of_images: int | None  # images that go through the network together; None: a whole batch

    def __init__(self, model: nn.Module) -> None:
        library()  # raises BuildError before anything has changed
        self.parameters, places = _flattened(model)
        self.parameters.grad = torch.zeros_like(self.parameters)
        self.description = self._described(model, places)
        self._workspaces: dict[int, Tensor] = {}

    def _described(self, model: nn.Module, places: dict[str, int]) -> Any:
        """Return the description of the model for the kernels: a ctypes structure, or an array of them."""
        raise NotImplementedError

    @torch.no_grad()
    def __call__(self, images: Tensor, indices: Tensor) -> Tensor:
        """Return the logits [batch, 10] of images[indices], as the module does in evaluation mode.

        Raises IndexError for an index outside the images.
        """
        self._set_training(False)
        parts = indices.split(self.chunk_of_images or len(indices))
        return torch.cat([self._logits(images, part) for part in parts])

    def _logits(self, images: Tensor, indices: Tensor) -> Tensor:
        logits = torch.empty(len(indices), CLASSES)
        pointers = (address(tensor) for tensor in (self.parameters, images))
        rest = (address(tensor) for tensor in (self.workspace(len(indices)), logits))
        arguments = (*pointers, len(images), address(indices), len(indices), *rest)
        if self.kernel("forward")(ctypes.addressof(self.description), *arguments):
            raise IndexError(f"an index lies outside 0..{len(images) - 1}")
        return logits

    def kernel(self, name: str) -> Any:
        """Return one of the network's own functions: workspace, forward or step."""
        return getattr(library(), f"{self.kernels}_{name}")

    def chunk(self, batch: int) -> int:
        """Return the number of images that go through the network together in training."""
        return min(batch, self.chunk_of_images or batch)

    def workspace(self, images: int) -> Tensor:
        """Return the memory for a pass, allocated once: new memory for every pass would cost as much as the sums."""
        if images not in self._workspaces:
            floats = self.kernel("workspace")(ctypes.addressof(self.description), images)
            self._workspaces[images] = _in_large_pages(floats)
        return self._workspaces[images]

    def start_step(self, batch: int) -> Tensor | None:
        """Prepare a training step; return the dropout mask, if any."""
        self._set_training(True)
        return None

    def _set_training(self, training: bool) -> None:
        """Switch the kernels between training and evaluation, if the network behaves differently."""
