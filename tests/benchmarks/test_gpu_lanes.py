"""Lanes train as single runs do, to rounding; who trains beside a run changes nothing in it."""

from typing import Any

import pytest
import torch
from builders import run_config
from gpu_lanes import Lanes
from peers import NoEngineError
from torch import Tensor, nn
from training_builders import CPU, SMALL, initialised, random_data

from fmnist.training.engines import choose_engine
from fmnist.training.optimizers import OPTIMIZERS

pytestmark = pytest.mark.usefixtures("one_thread")

DATA = random_data(40)
STEPS, BATCH = 6, 10


def order(seed: int) -> Tensor:
    """Return the batches [steps, batch] of a run."""
    random = torch.Generator().manual_seed(seed)
    return torch.randint(len(DATA.train_labels), (STEPS, BATCH), generator=random)


def trained_alone(model: nn.Module, rate: float, batches: Tensor) -> tuple[list[tuple[float, int]], Tensor]:
    """Train with the torch engine; return each step's loss and correct images, and the final parameters."""
    engine = choose_engine("torch", model, CPU)
    step = engine.trainer(
        DATA, "cross_entropy", OPTIMIZERS["adam"](engine.parameters, run_config(learning_rate=rate)), 1
    )
    outputs = [step(batch) for batch in batches]
    return [(float(loss), int(right)) for loss, right in outputs], torch.cat([p.flatten() for p in model.parameters()])


def trained_together(
    models: list[nn.Module], rates: list[float], orders: list[Tensor], lanes: int
) -> tuple[Any, Tensor]:
    """Train in lanes; an empty one gets the first run's batches."""
    together = Lanes(models, rates, DATA, lanes)
    padded = torch.stack([*orders, *[orders[0]] * (lanes - len(orders))])
    outputs = [together.step(padded[:, step]) for step in range(STEPS)]
    return outputs, together.parameters.detach()


@pytest.mark.parametrize(
    "settings",
    [
        {"model": "fc", "hidden_units": 12},
        SMALL,
        {**SMALL, "pooling": "max", "activation": "leaky_relu"},
    ],
    ids=str,
)
def test_lanes_are_single_runs_to_rounding(settings: dict[str, Any]) -> None:
    rates = [0.001, 0.01, 0.0005]
    outputs, parameters = trained_together(
        [initialised(seed, **settings) for seed in range(3)], rates, [order(seed) for seed in range(3)], lanes=4
    )
    for seed, rate in enumerate(rates):
        steps, alone = trained_alone(initialised(seed, **settings), rate, order(seed))
        assert [float(losses[seed]) for losses, _ in outputs] == pytest.approx([loss for loss, _ in steps], rel=1e-5)
        assert [int(correct[seed]) for _, correct in outputs] == [right for _, right in steps]
        # Adam divides by a gradient's size, so that the rounding of a tiny one is a share of a step.
        torch.testing.assert_close(parameters[seed], alone, rtol=1e-5, atol=0.01 * rate)


def test_a_runs_bytes_do_not_depend_on_who_trains_beside_it() -> None:
    def first_of(seeds: list[int], rates: list[float]) -> Tensor:
        models, orders = [initialised(seed, **SMALL) for seed in seeds], [order(seed) for seed in seeds]
        return trained_together(models, rates, orders, lanes=4)[1][0]

    alone = first_of([0], [0.001])
    assert torch.equal(alone, first_of([0, 1, 2, 3], [0.001, 0.01, 0.1, 0.5]))
    assert not torch.equal(alone, first_of([0, 1], [0.002, 0.001]))


@pytest.mark.parametrize("settings", [{"dropout": True}, {"batch_norm": True}], ids=str)
def test_what_lanes_lack_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(NoEngineError, match="neither dropout nor batch normalisation"):
        Lanes([initialised(**SMALL, **settings)], [0.001], DATA, 2)
