"""The three losses against formulas written out in numpy, and against the original's code."""

import numpy as np
import pytest
import torch
from builders import SCHEMA
from numpy.typing import NDArray
from torch import nn

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


def test_there_is_a_formula_for_every_loss_that_the_schema_allows() -> None:
    assert sorted(LOSSES) == sorted(FORMULAS) == sorted(SCHEMA["$defs"]["settings"]["loss"]["enum"])


@pytest.mark.parametrize("spread", [0.1, 3.0, 100.0])
@pytest.mark.parametrize("name", FORMULAS)
def test_a_loss_is_its_formula(name: str, spread: float) -> None:
    logits, labels = logits_and_labels(spread)
    assert float(LOSSES[name](logits, labels)) == pytest.approx(FORMULAS[name](logits.numpy(), labels.numpy()))


@pytest.mark.parametrize("name", FORMULAS)
def test_a_loss_is_the_mean_over_the_batch(name: str) -> None:
    logits, labels = logits_and_labels(rows=3)
    single = [float(LOSSES[name](logits[i : i + 1], labels[i : i + 1])) for i in range(3)]
    assert float(LOSSES[name](logits, labels)) == pytest.approx(np.mean(single))


def test_mse_is_the_originals_code_with_its_gradient() -> None:
    values, labels = logits_and_labels()
    ours, originals = values.clone().requires_grad_(), values.clone().requires_grad_()

    loss = LOSSES["mse"](ours, labels)
    loss.backward()

    one_hot = torch.zeros(labels.shape[0], 10).scatter_(1, labels.unsqueeze(1), 1.0).to(torch.float64)
    original = nn.MSELoss()(nn.Softmax(1)(originals), one_hot)
    original.backward()

    assert torch.equal(loss, original)
    assert torch.equal(ours.grad, originals.grad)


@pytest.mark.parametrize(
    ("name", "original"), [("cross_entropy", nn.CrossEntropyLoss()), ("multi_margin", nn.MultiMarginLoss())]
)
def test_the_others_are_the_originals_modules(name: str, original: nn.Module) -> None:
    logits, labels = logits_and_labels()
    assert float(LOSSES[name](logits, labels)) == float(original(logits, labels))


def test_multi_margin_has_margin_one_power_one_and_no_weights() -> None:
    logits = torch.zeros(1, 10, dtype=torch.float64)
    logits[0, 3] = 0.25  # the right class leads by 0.25: nine hinges of 0.75 over ten classes
    assert float(LOSSES["multi_margin"](logits, torch.tensor([3]))) == pytest.approx(9 * 0.75 / 10)


def test_losses_of_a_perfect_answer_vanish() -> None:
    logits = torch.full((1, 10), -1000.0)
    logits[0, 6] = 1000.0
    assert {name: float(loss(logits, torch.tensor([6]))) for name, loss in LOSSES.items()} == dict.fromkeys(LOSSES, 0.0)
