"""The optimisers and the scheduler: torch's defaults, written out, and the decay at every step."""

from collections.abc import Callable

import pytest
import torch
from builders import SCHEMA, run_config
from torch import nn
from torch.optim import SGD, Adam, Optimizer, RMSprop
from torch.optim.lr_scheduler import ReduceLROnPlateau

from fmnist.training.optimizers import OPTIMIZERS, SCHEDULERS, step_after_batch, step_after_epoch
from fmnist.training.settings import RunSettings


def optimizer_of(config: RunSettings, parameters: list[nn.Parameter] | None = None) -> Optimizer:
    return OPTIMIZERS[config.optimizer](parameters or [nn.Parameter(torch.ones(3))], config)


@pytest.mark.parametrize(
    ("name", "kind", "constants"),
    [
        ("adam", Adam, {"betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.0, "amsgrad": False}),
        ("sgd", SGD, {"momentum": 0.0, "dampening": 0.0, "nesterov": False, "weight_decay": 0.0}),
        ("rmsprop", RMSprop, {"alpha": 0.99, "eps": 1e-8, "momentum": 0.0, "centered": False, "weight_decay": 0.0}),
    ],
)
def test_constants(name: str, kind: type[Optimizer], constants: dict[str, object]) -> None:
    optimizer = optimizer_of(run_config(optimizer=name, learning_rate=0.02))
    assert isinstance(optimizer, kind)
    (group,) = optimizer.param_groups
    assert {key: group[key] for key in constants} == constants
    assert group["lr"] == 0.02
    assert group["maximize"] is False


@pytest.mark.parametrize("name", ["sgd", "rmsprop"])
def test_momentum_comes_from_the_config(name: str) -> None:
    assert optimizer_of(run_config(optimizer=name, momentum=0.9)).param_groups[0]["momentum"] == 0.9


@pytest.mark.parametrize("name", ["adam", "sgd", "rmsprop"])
def test_weight_decay_comes_from_the_config(name: str) -> None:
    assert optimizer_of(run_config(optimizer=name, weight_decay=0.01)).param_groups[0]["weight_decay"] == 0.01


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
    assert not torch.allclose(ours, torch.linspace(-2, 2, 9))
    torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(("name", "registry"), [("optimizer", OPTIMIZERS), ("scheduler", SCHEDULERS)])
def test_the_registries_hold_exactly_what_the_schema_allows(name: str, registry: dict[str, object]) -> None:
    assert sorted(registry) == sorted(SCHEMA["$defs"]["settings"][name]["enum"])


@pytest.mark.parametrize("gamma", [0.9, 0.5, 1.0])
@pytest.mark.parametrize("step_size", [1, 3, 100])
def test_the_learning_rate_decays_by_gamma_every_step_size_steps(step_size: int, gamma: float) -> None:
    config = run_config(optimizer="sgd", scheduler="step", step_size=step_size, gamma=gamma, learning_rate=0.01)
    optimizer = optimizer_of(config)
    scheduler = SCHEDULERS["step"](optimizer, config)
    assert scheduler is not None
    for step in range(350):
        assert optimizer.param_groups[0]["lr"] == pytest.approx(0.01 * gamma ** (step // step_size), rel=1e-12)
        optimizer.step()
        scheduler.step()


def test_without_a_scheduler_there_is_none() -> None:
    config = run_config()
    assert SCHEDULERS["none"](optimizer_of(config), config) is None


PLATEAU = {"optimizer": "sgd", "scheduler": "plateau", "patience": 1, "gamma": 0.1, "learning_rate": 0.01}


def rates_after(config: RunSettings, losses: list[float]) -> list[float]:
    """Return the learning rate after each epoch, three batches long, that ends with a loss."""
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


def test_plateau_decays_where_more_epochs_than_its_patience_bring_nothing() -> None:
    losses = [1.0, 0.9, 0.9, 0.8, 0.8, 0.8, 0.7, 0.7, 0.7]
    expected = [0.01, 0.01, 0.01, 0.01, 0.01, 0.001, 0.001, 0.001, 0.0001]
    assert rates_after(run_config(**PLATEAU), losses) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("patience", [0, 1, 3])
def test_patience_and_gamma_are_those_of_the_config(patience: int) -> None:
    rates = rates_after(run_config(**{**PLATEAU, "patience": patience, "gamma": 0.5}), [1.0] * 9)
    assert rates == pytest.approx([0.01 * 0.5 ** (epoch // (patience + 1)) for epoch in range(9)], rel=1e-12)


def test_a_loss_lower_by_less_than_a_ten_thousandth_is_no_progress() -> None:
    assert rates_after(run_config(**PLATEAU), [1.0, 0.99995, 0.99992])[-1] == pytest.approx(0.001)
    assert rates_after(run_config(**PLATEAU), [1.0, 0.9998, 0.9996])[-1] == pytest.approx(0.01)


def test_plateau_is_torchs_with_its_defaults() -> None:
    config = run_config(**PLATEAU)
    ours = SCHEDULERS["plateau"](optimizer_of(config), config)
    theirs = ReduceLROnPlateau(optimizer_of(config), factor=0.1, patience=1)
    assert isinstance(ours, ReduceLROnPlateau)
    assert ours.state_dict() == theirs.state_dict()


@pytest.mark.parametrize(("unit", "counted"), [("batch", 3), ("epoch", 1)])
def test_step_counts_in_its_unit_and_looks_at_no_loss(unit: str, counted: int) -> None:
    config = run_config(**{**PLATEAU, "scheduler": "step", "patience": None, "step_size": 2, "step_unit": unit})
    rates = rates_after(config, [1.0, 0.1, 5.0, 5.0])
    assert rates == pytest.approx([0.01 * 0.1 ** (epoch * counted // 2) for epoch in (1, 2, 3, 4)], rel=1e-12)


def test_without_a_scheduler_the_learning_rate_stays() -> None:
    assert rates_after(run_config(learning_rate=0.01), [1.0] * 4) == [0.01] * 4
