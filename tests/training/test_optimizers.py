"""The optimisers are torch's with its defaults; test_loop.py has the schedulers."""

import subprocess
import sys
from collections.abc import Callable

import pytest
import torch
from builders import run_config
from torch import nn
from torch.optim import SGD, Adam, Optimizer, RMSprop

from fmnist.training.optimizers import OPTIMIZERS


@pytest.mark.parametrize(
    ("name", "original", "settings"),
    [
        ("sgd", SGD, {}),
        ("adam", Adam, {"weight_decay": 0.1}),
        ("sgd", SGD, {"weight_decay": 0.1, "momentum": 0.9}),
        ("rmsprop", RMSprop, {"weight_decay": 0.1, "momentum": 0.9}),
    ],
)
def test_steps_are_those_of_torchs_with_its_defaults(
    name: str, original: Callable[..., Optimizer], settings: dict[str, float]
) -> None:
    ours, theirs = (nn.Parameter(torch.linspace(-2, 2, 9)) for _ in range(2))
    config = run_config(optimizer=name, learning_rate=0.002, **settings)
    optimizers = {ours: OPTIMIZERS[name]([ours], config), theirs: original([theirs], lr=0.002, **settings)}
    for _ in range(20):
        for parameter, optimizer in optimizers.items():
            optimizer.zero_grad()
            (parameter**4).sum().backward()
            optimizer.step()
            optimizer.load_state_dict(optimizer.state_dict())
    assert not torch.allclose(ours, torch.linspace(-2, 2, 9))
    torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-7)


def test_an_optimiser_and_its_state_do_not_import_torchs_compiler() -> None:
    """The import would take a second of every training job."""
    program = (
        "import sys, torch; from fmnist.training import optimizers; from builders import run_config;"
        "optimizer = optimizers.OPTIMIZERS['adam']([torch.nn.Parameter(torch.ones(1))], run_config());"
        "optimizer.load_state_dict(optimizer.state_dict()); print('torch._dynamo' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": ":".join(sys.path)}, capture_output=True, text=True
    )
    assert done.stdout == "False\n", done.stderr
