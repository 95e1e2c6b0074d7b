"""Native training steps against torch's losses and optimisers."""

import copy
from typing import Any

import pytest
import torch
from builders import run_config
from training_builders import CPU, initialised, native_step, needs_native, random_data, relative_error, torch_step

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
    reference, batch = copy.deepcopy(model).double(), torch.randperm(IMAGES)[:batch_size]
    value, right, gradients = native_step(model, DATA, batch, loss)
    expected_value, expected_right, expected = torch_step(reference, DATA, batch, loss)
    assert float(value) == pytest.approx(float(expected_value), rel=1e-5)
    assert int(right) == int(expected_right)
    flat = [torch.cat([gradient.flatten() for gradient in one.values()]) for one in (gradients, expected)]
    assert relative_error(*flat) <= 1e-5


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


@pytest.mark.parametrize("settings", [MODEL, {"model": "fc", "hidden_units": 20}], ids=str)
def test_a_step_changes_the_modules_parameters_unless_an_index_or_a_label_is_wrong(
    settings: dict[str, Any],
) -> None:
    model, batch = initialised(**settings), torch.arange(20)
    before = copy.deepcopy(model.state_dict())
    with pytest.raises(IndexError, match="outside"):
        choose_engine("native", model, CPU).forward(DATA.train_images, torch.tensor([IMAGES]))
    wrong = copy.deepcopy(DATA)
    wrong.train_labels[1] = 10
    with pytest.raises(IndexError, match="outside"):
        native_step(model, wrong, batch, learning_rate=0.1)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    native_step(model, DATA, batch, learning_rate=0.1)
    assert not any(torch.equal(value, before[name]) for name, value in model.state_dict().items())
