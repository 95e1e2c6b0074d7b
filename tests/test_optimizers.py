"""The optimisers and the scheduler: torch's defaults, written out, and the decay at every step."""

from collections.abc import Callable

import pytest
import torch
from builders import SCHEMA, run_config
from torch import nn
from torch.optim import SGD, Adam, Optimizer, RMSprop

from fmnist.optimizers import OPTIMIZERS, SCHEDULERS
from fmnist.run_config import RunConfig


def optimizer_of(config: RunConfig, parameters: list[nn.Parameter] | None = None) -> Optimizer:
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
    assert type(optimizer) is kind
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
