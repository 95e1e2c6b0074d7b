"""The three losses against formulas in numpy; test_loop.py trains with them as the original's code does."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from fmnist.training.losses import LOSSES

Array = NDArray[np.float64]


def softmax(logits: Array) -> Array:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def cross_entropy(logits: Array, labels: NDArray[np.int64]) -> float:
    return float(np.mean([-np.log(softmax(logits)[row, label]) for row, label in enumerate(labels)]))


def mse(logits: Array, labels: NDArray[np.int64]) -> float:
    return float(np.mean((softmax(logits) - np.eye(logits.shape[1])[labels]) ** 2))


def multi_margin(logits: Array, labels: NDArray[np.int64]) -> float:
    """Hinge loss with margin 1 and power 1, divided by the number of classes."""
    rows = []
    for scores, label in zip(logits, labels, strict=True):
        hinges = np.maximum(0, 1 - scores[label] + scores)
        rows.append((hinges.sum() - hinges[label]) / len(scores))
    return float(np.mean(rows))


FORMULAS = {"cross_entropy": cross_entropy, "mse": mse, "multi_margin": multi_margin}


def logits_and_labels(spread: float = 3.0, rows: int = 50) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(4)
    logits = spread * torch.randn(rows, 10, generator=random, dtype=torch.float64)
    return logits, torch.randint(10, (rows,), generator=random)


@pytest.mark.parametrize(("spread", "rows"), [(0.1, 50), (3.0, 1), (3.0, 50), (100.0, 50)])
@pytest.mark.parametrize("name", FORMULAS)
def test_a_loss_is_its_formula(name: str, spread: float, rows: int) -> None:
    logits, labels = logits_and_labels(spread, rows)
    assert float(LOSSES[name](logits, labels)) == pytest.approx(FORMULAS[name](logits.numpy(), labels.numpy()))
