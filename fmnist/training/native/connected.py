"""The fully connected network through the native kernels.

`NativeFCNetwork(model)(images, indices)` equals `model(images[indices])`.
"""

import ctypes

from torch import nn

from fmnist.training.models import FCNetwork
from fmnist.training.native.network import ACTIVATION_CODES, NativeNetwork


class _Connected(ctypes.Structure):
    """The same fields as `struct Connected` in connected.h."""

    _fields_ = tuple(
        (name, ctypes.c_int64) for name in ("hidden", "activation", "weight1", "bias1", "weight2", "bias2")
    )


class NativeFCNetwork(NativeNetwork):
    """An FCNetwork on the CPU, in float32: its outputs, and one step of its training."""

    kernels = "connected"
    chunk_of_images = None  # its products already work in blocks that fit the processor's cache

    def _described(self, model: nn.Module, places: dict[str, int]) -> _Connected:
        assert isinstance(model, FCNetwork)
        offsets = {f"{part}{layer}": places[f"fc{layer}.{part}"] for layer in (1, 2) for part in ("weight", "bias")}
        activation = ACTIVATION_CODES[type(model.activation)]
        return _Connected(hidden=model.fc1.out_features, activation=activation, **offsets)
