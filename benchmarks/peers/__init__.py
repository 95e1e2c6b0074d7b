"""The contenders: each module trains the same network on the same images, in its library's own way.

`build(config, arrays)` of a module returns its `Train`. All losses are cross entropy and all
optimisers Adam, except in `original`, which knows every setting of the report.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from cases import Arrays

from fmnist.training.settings import RunSettings

# Take that many steps, at most one epoch, in shuffled order; return the seconds they took.
Train = Callable[[int], float]
Build = Callable[[RunSettings, Arrays], Train]


class NotInstalledError(Exception):
    """A contender's package is not there."""


class NoEngineError(Exception):
    """The project has no engine of this kind for the model."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to train: its name in tables, where it is built, and the packages it needs."""

    title: str
    module: str
    function: str = "build"
    packages: tuple[str, ...] = ()

    def build(self, config: RunSettings, arrays: Arrays) -> Train:
        """Import the contender's module and set its training up."""
        missing = [name for name in self.packages if find_spec(name) is None]
        if missing:
            raise NotInstalledError(", ".join(missing))
        build: Build = getattr(importlib.import_module(f"peers.{self.module}"), self.function)
        return build(config, arrays)


CONTENDERS: dict[str, Contender] = {
    "original": Contender("the original's loop", "original", packages=("torchvision", "PIL")),
    "lightning": Contender("Lightning", "lightning_trainer", packages=("lightning",)),
    "keras_torch": Contender("Keras on PyTorch", "keras_model", "build_on_torch", ("keras",)),
    "keras_jax": Contender("Keras on JAX", "keras_model", "build_on_jax", ("keras", "jax")),
    "jax_scan": Contender("JAX, jit and scan", "jax_training", "build_scan", ("jax", "optax")),
    "jax_steps": Contender("JAX, jit of a step", "jax_training", "build_steps", ("jax", "optax")),
    "eager": Contender("PyTorch, eager", "torch_loop", "build_eager"),
    "compiled": Contender("PyTorch, torch.compile", "torch_loop", "build_compiled"),
    "our_torch": Contender("ours, torch engine", "ours", "build_torch"),
    "our_native": Contender("ours, native engine", "ours", "build_native"),
    "own_shapes": Contender("matrix products, their own shapes", "floor", "build_own_shapes"),
    "floor": Contender("matrix products at the best rate", "floor", "build_best_rate"),
}
