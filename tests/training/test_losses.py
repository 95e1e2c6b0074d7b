"""The three losses against formulas in numpy; test_loop.py trains with them as the original's code does."""

import numpy as np
import pytest
import torch
from scipy.special import softmax

from fmnist.training.losses import LOSSES


@pytest.mark.parametrize("spread", [0.1, 3.0, 100.0])
def test_a_loss_is_its_formula(spread: float) -> None:
    random = torch.Generator().manual_seed(4)
    logits = spread * torch.randn(50, 10, generator=random, dtype=torch.float64)
    labels = torch.randint(10, (50,), generator=random)
    scores, right = logits.numpy(), np.eye(10)[labels]
    shares = softmax(scores, axis=1)
    hinges = np.maximum(0, 1 - (scores * right).sum(1, keepdims=True) + scores) * (1 - right)
    formulas = {
        "cross_entropy": -np.log((shares * right).sum(1)).mean(),
        "mse": ((shares - right) ** 2).mean(),
        "multi_margin": hinges.sum(1).mean() / 10,
    }
    assert {name: float(loss(logits, labels)) for name, loss in LOSSES.items()} == pytest.approx(formulas)
