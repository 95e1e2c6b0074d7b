"""The optimisers and schedulers: torch's defaults, and the learning rate at every step."""

import subprocess
import sys
from collections.abc import Callable

import pytest
import torch
from builders import run_config
from torch import nn
from torch.optim import SGD, Adam, Optimizer, RMSprop
from torch.optim.lr_scheduler import ReduceLROnPlateau

from fmnist.training.optimizers import OPTIMIZERS, SCHEDULERS, step_after_batch, step_after_epoch
from fmnist.training.settings import RunSettings


def optimizer_of(config: RunSettings, parameters: list[nn.Parameter] | None = None) -> Optimizer:
    return OPTIMIZERS[config.optimizer](parameters or [nn.Parameter(torch.ones(3))], config)


@pytest.mark.parametrize(
    ("name", "kind", "settings", "constants"),
    [
        ("adam", Adam, {}, {"betas": (0.9, 0.999), "eps": 1e-8, "amsgrad": False}),
        ("sgd", SGD, {"momentum": 0.9}, {"dampening": 0.0, "nesterov": False}),
        ("rmsprop", RMSprop, {"momentum": 0.9}, {"alpha": 0.99, "eps": 1e-8, "centered": False}),
    ],
)
@pytest.mark.parametrize("weight_decay", [0.0, 0.01])
def test_constants_and_settings(
    name: str, kind: type[Optimizer], settings: dict[str, float], constants: dict[str, object], weight_decay: float
) -> None:
    optimizer = optimizer_of(run_config(optimizer=name, learning_rate=0.02, weight_decay=weight_decay, **settings))
    assert isinstance(optimizer, kind)
    (group,) = optimizer.param_groups
    expected = {"lr": 0.02, "weight_decay": weight_decay, "maximize": False, **settings, **constants}
    assert {key: group[key] for key in expected} == expected


@pytest.mark.parametrize(("name", "original"), [("adam", Adam), ("sgd", SGD), ("rmsprop", RMSprop)])
def test_steps_are_those_of_the_originals_call_with_a_learning_rate_alone(
    name: str, original: Callable[..., Optimizer]
) -> None:
    ours, theirs = (nn.Parameter(torch.linspace(-2, 2, 9)) for _ in range(2))
    optimizers = [(optimizer_of(run_config(optimizer=name), [ours]), ours), (original([theirs], lr=0.001), theirs)]
    for _ in range(20):
        for optimizer, parameter in optimizers:
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


PLATEAU = {"optimizer": "sgd", "scheduler": "plateau", "patience": 1, "gamma": 0.1, "learning_rate": 0.01}
STEP = {"optimizer": "sgd", "scheduler": "step", "learning_rate": 0.01}


def rates_after(config: RunSettings, losses: list[float]) -> list[float]:
    """Return the learning rate after each epoch of three batches; each epoch ends with one of the losses."""
    optimizer = optimizer_of(config)
    scheduler = SCHEDULERS[config.scheduler](optimizer, config)
    rates = []
    for loss in losses:
        for _ in range(3):
            optimizer.step()
            step_after_batch(scheduler, config)
        step_after_epoch(scheduler, config, loss)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


@pytest.mark.parametrize(("unit", "per_epoch"), [("batch", 3), ("epoch", 1)])
@pytest.mark.parametrize("gamma", [0.9, 0.5, 1.0])
@pytest.mark.parametrize("step_size", [1, 2, 7, 100])
def test_the_learning_rate_decays_by_gamma_every_step_size_units_whatever_the_loss(
    step_size: int, gamma: float, unit: str, per_epoch: int
) -> None:
    rates = rates_after(run_config(**STEP, step_size=step_size, gamma=gamma, scheduler_interval=unit), [1.0, 0.1] * 60)
    expected = [0.01 * gamma ** (epoch * per_epoch // step_size) for epoch in range(1, 121)]
    assert rates == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("patience", "losses", "decays"),
    [
        (1, [1.0, 0.9, 0.9, 0.8, 0.8, 0.8, 0.7, 0.7, 0.7], [0, 0, 0, 0, 0, 1, 1, 1, 2]),
        (0, [1.0] * 4, [0, 1, 2, 3]),
        (3, [1.0] * 9, [0, 0, 0, 0, 1, 1, 1, 1, 2]),
        (1, [1.0, 0.99995, 0.99992], [0, 0, 1]),  # falls by less than 1e-4 of the best loss
        (1, [1.0, 0.9998, 0.9996], [0, 0, 0]),
    ],
)
def test_plateau_decays_after_more_epochs_without_progress_than_its_patience(
    patience: int, losses: list[float], decays: list[int]
) -> None:
    config = run_config(**{**PLATEAU, "patience": patience})
    assert rates_after(config, losses) == pytest.approx([0.01 * 0.1**count for count in decays], rel=1e-12)


def test_plateau_is_torchs_with_its_defaults() -> None:
    config = run_config(**PLATEAU)
    ours = SCHEDULERS["plateau"](optimizer_of(config), config)
    theirs = ReduceLROnPlateau(optimizer_of(config), factor=0.1, patience=1)
    assert isinstance(ours, ReduceLROnPlateau)
    assert ours.state_dict() == theirs.state_dict()
