"""What the matrix products of a step would take alone: a floor for direct convolutions.

Forward, gradient of the weights and gradient of the input of every layer, each one product,
with convolutions as products over unfolded patches. The first layer's input needs no gradient.
Forms that multiply less, as Winograd's does, may undercut it.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

import torch
from cases import Arrays
from torch import Tensor, nn

from fmnist.training.settings import RunSettings
from peers import Train
from peers.network import network

SQUARE = 1024  # rows of the square product whose rate is the machine's best


class Product(NamedTuple):
    """A matrix product [rows, inner] x [inner, columns]."""

    rows: int
    inner: int
    columns: int

    @property
    def operations(self) -> int:
        """Floating-point operations: a multiplication and an addition each."""
        return 2 * self.rows * self.inner * self.columns


def products_of(config: RunSettings) -> list[Product]:
    """The matrix products of one training step."""
    forward = [Product(*shape) for shape in forward_shapes(config)]
    weights = [Product(p.inner, p.rows, p.columns) for p in forward]
    inputs = [Product(p.rows, p.columns, p.inner) for p in forward[1:]]
    return [*forward, *weights, *inputs]


def forward_shapes(config: RunSettings) -> list[tuple[int, int, int]]:
    """Positions of the batch, inputs of one output, and outputs, of every layer with weights."""
    shapes: list[tuple[int, int, int]] = []

    def note(layer: nn.Module, _: object, output: Tensor) -> None:
        assert isinstance(layer, nn.Conv2d | nn.Linear)
        outputs = layer.weight.shape[0]
        shapes.append((config.batch_size * output.numel() // outputs, layer.weight.numel() // outputs, outputs))

    model = network(config).eval()
    for layer in model:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            layer.register_forward_hook(note)
    with torch.no_grad():
        model(torch.zeros(1, 1, 28, 28))
    return shapes


def build_best_rate(config: RunSettings, _: Arrays) -> Train:
    """Time large square products, scaled to the operations of the steps."""
    square = Product(SQUARE, SQUARE, SQUARE)
    share = sum(product.operations for product in products_of(config)) / square.operations
    multiply = multiplication(square)
    return lambda steps: steps * share * best_seconds(multiply, max(1, round(steps * share)))


def build_own_shapes(config: RunSettings, _: Arrays) -> Train:
    """Time the products of a step in their own shapes, patches already unfolded."""
    multiplications = [multiplication(product) for product in products_of(config)]

    def train(steps: int) -> float:
        started = time.perf_counter()
        for _ in range(steps):
            for multiply in multiplications:
                multiply()
        return time.perf_counter() - started

    return train


def multiplication(product: Product) -> Callable[[], object]:
    left, right = torch.randn(product.rows, product.inner), torch.randn(product.inner, product.columns)
    result = torch.empty(product.rows, product.columns)
    return lambda: torch.mm(left, right, out=result)


def best_seconds(work: Callable[[], object], repeats: int) -> float:
    """The least time of one call: a rate is a machine's best only undisturbed."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)
