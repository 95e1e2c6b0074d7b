"""Native training steps against torch's losses and optimisers."""

import copy
from typing import Any

import pytest
import torch
from builders import run_config
from training_builders import CPU, initialised, needs_native, random_data, relative_error

from fmnist.training.engines import choose_engine
from fmnist.training.losses import LOSSES
from fmnist.training.native.lenet5 import CHUNK
from fmnist.training.optimizers import OPTIMIZERS

pytestmark = needs_native

MODEL: dict[str, Any] = {"channels": [3, 4, 10]}
IMAGES = 2 * CHUNK + 40
DATA = random_data(IMAGES)


@pytest.mark.parametrize("batch_size", [1, 10, 100, CHUNK, CHUNK + 1, IMAGES])
@pytest.mark.parametrize("loss", list(LOSSES))
def test_losses_and_gradients_equal_torchs_in_float64(loss: str, batch_size: int) -> None:
    model = initialised(**MODEL)
    for parameter in model.fc2.parameters():
        parameter.data *= 20  # large enough that some margins are met and some are not
    reference = copy.deepcopy(model).double()
    config = run_config(**MODEL, loss=loss, optimizer="sgd", learning_rate=1e-30, batch_size=batch_size)
    engine = choose_engine("native", model, CPU)
    batch = torch.randperm(IMAGES)[:batch_size]
    optimizer = OPTIMIZERS["sgd"](engine.parameters, config)
    value, right = engine.trainer(DATA, loss, optimizer, batch_size)(batch)

    outputs = reference(DATA.train_images[batch].double())
    expected = LOSSES[loss](outputs, DATA.train_labels[batch])
    expected.backward()
    assert float(value) == pytest.approx(float(expected.detach()), rel=1e-5)
    assert int(right) == int((outputs.argmax(1) == DATA.train_labels[batch]).sum())
    gradient = torch.cat([p.grad.flatten() for p in reference.parameters()])
    assert relative_error(engine.parameters[0].grad, gradient) <= 1e-5


@pytest.mark.parametrize("weight_decay", [0.0, 0.01])
@pytest.mark.parametrize(
    ("optimizer", "momentum"), [("adam", 0.0), ("sgd", 0.0), ("sgd", 0.9), ("rmsprop", 0.0), ("rmsprop", 0.9)]
)
def test_updates_and_the_optimisers_state_equal_torchs(optimizer: str, weight_decay: float, momentum: float) -> None:
    config = run_config(**MODEL, optimizer=optimizer, weight_decay=weight_decay, momentum=momentum, batch_size=20)
    engine = choose_engine("native", initialised(**MODEL), CPU)
    (parameters,) = engine.parameters
    native = OPTIMIZERS[optimizer](engine.parameters, config)
    step = engine.trainer(DATA, "cross_entropy", native, 20)
    flat = torch.nn.Parameter(parameters.detach().clone())
    reference = OPTIMIZERS[optimizer]([flat], config)
    for batch in torch.arange(100).split(20):
        step(batch)
        assert parameters.grad is not None
        flat.grad = parameters.grad.clone()
        reference.step()
        assert torch.allclose(parameters, flat, rtol=1e-5, atol=1e-7)
    expected = {name: value for name, value in reference.state[flat].items() if value is not None}
    assert set(expected) == set(native.state[parameters])
    for name, value in native.state[parameters].items():
        assert relative_error(value, expected[name]) <= 1e-6, name
