"""The native steps of training against torch's losses and optimisers."""

import copy
from dataclasses import replace

import pytest
import torch
from builders import run_config
from test_training import needs_native
from torch import Tensor

from fmnist.training.dataset import Dataset
from fmnist.training.engines import Engine, choose_engine
from fmnist.training.losses import LOSSES
from fmnist.training.models import LeNet5
from fmnist.training.native.lenet5 import CHUNK
from fmnist.training.optimizers import OPTIMIZERS
from fmnist.training.settings import LeNet5Settings, RunSettings

pytestmark = needs_native

ARCHITECTURE = LeNet5Settings(
    channels=(3, 4, 10),
    activation="tanh",
    pooling="average",
    batch_norm=False,
    dropout=False,
    dropout_probability=0.3,
)
IMAGES = 2 * CHUNK + 40


def _data() -> Dataset:
    torch.manual_seed(5)
    images, labels = torch.rand(IMAGES, 1, 28, 28), torch.randint(10, (IMAGES,))
    return Dataset(train_images=images, train_labels=labels, test_images=images, test_labels=labels)


def _steps(engine: Engine, config: RunSettings, batches: list[Tensor]) -> tuple[list[float], list[int], object]:
    optimizer = OPTIMIZERS[config.optimizer](engine.parameters, config)
    step = engine.trainer(_data(), config.loss, optimizer, config.batch_size)
    results = [step(batch) for batch in batches]
    return [float(loss) for loss, _ in results], [int(right) for _, right in results], optimizer


@pytest.mark.parametrize("batch_size", [1, 10, 100, CHUNK, CHUNK + 1, IMAGES])
@pytest.mark.parametrize("loss", list(LOSSES))
def test_losses_and_gradients_equal_torchs_in_float64(loss: str, batch_size: int) -> None:
    torch.manual_seed(0)
    model, data = LeNet5(ARCHITECTURE), _data()
    for parameter in model.fc2.parameters():
        parameter.data *= 20  # some margins met, some not
    reference = copy.deepcopy(model).double()
    config = run_config(model="lenet5", loss=loss, optimizer="sgd", learning_rate=0.0, batch_size=batch_size)
    engine = choose_engine("native", model, torch.device("cpu"))
    batch = torch.randperm(IMAGES)[:batch_size]
    (value,), (right,), _ = _steps(engine, config, [batch])

    outputs = reference(data.train_images[batch].double())
    expected = LOSSES[loss](outputs, data.train_labels[batch])
    expected.backward()
    assert value == pytest.approx(float(expected.detach()), rel=1e-5)
    assert right == int((outputs.argmax(1) == data.train_labels[batch]).sum())
    gradient = torch.cat([p.grad.flatten() for p in reference.parameters() if p.grad is not None])
    (parameters,) = engine.parameters
    assert parameters.grad is not None
    assert float((parameters.grad - gradient).abs().max()) <= 1e-5 * float(gradient.abs().max())


@pytest.mark.parametrize("weight_decay", [0.0, 0.01])
@pytest.mark.parametrize(
    ("optimizer", "momentum"), [("adam", 0.0), ("sgd", 0.0), ("sgd", 0.9), ("rmsprop", 0.0), ("rmsprop", 0.9)]
)
def test_updates_and_the_optimisers_state_equal_torchs(optimizer: str, weight_decay: float, momentum: float) -> None:
    config = run_config(
        model="lenet5", optimizer=optimizer, weight_decay=weight_decay, momentum=momentum, batch_size=20
    )
    torch.manual_seed(0)
    model = LeNet5(ARCHITECTURE)
    twin = copy.deepcopy(model)
    engine = choose_engine("native", model, torch.device("cpu"))
    (parameters,) = engine.parameters
    native = OPTIMIZERS[optimizer](engine.parameters, config)
    step = engine.trainer(_data(), "cross_entropy", native, 20)
    flat = torch.nn.Parameter(parameters.detach().clone())
    reference = OPTIMIZERS[optimizer]([flat], config)
    for batch in torch.arange(100).split(20):
        step(batch)
        assert parameters.grad is not None
        flat.grad = parameters.grad.clone()
        reference.step()
        assert torch.allclose(parameters, flat, rtol=1e-5, atol=1e-7)
    expected = reference.state[flat]
    for name, value in native.state[parameters].items():
        limit = 1e-6 * float(expected[name].abs().max())
        assert float((value - expected[name]).abs().max()) <= limit, name
    assert {k for k, v in expected.items() if v is not None} == set(native.state[parameters])
    assert not torch.equal(model.fc2.weight, twin.fc2.weight)


def test_the_state_moves_to_torchs_own_optimiser_and_back() -> None:
    config = run_config(model="lenet5", batch_size=20)
    engine = choose_engine("native", LeNet5(ARCHITECTURE), torch.device("cpu"))
    batches = list(torch.arange(80).split(20))
    _, _, first = _steps(engine, config, batches[:2])
    assert isinstance(first, torch.optim.Optimizer)
    twin = copy.deepcopy(engine.parameters[0].detach())
    saved = copy.deepcopy(first.state_dict())
    step = engine.trainer(_data(), config.loss, first, 20)
    expected = [float(step(batch)[0]) for batch in batches[2:]]

    engine.parameters[0].data.copy_(twin)
    again = OPTIMIZERS[config.optimizer](engine.parameters, config)
    again.load_state_dict(saved)
    step = engine.trainer(_data(), config.loss, again, 20)
    assert [float(step(batch)[0]) for batch in batches[2:]] == expected
    assert float(again.state[engine.parameters[0]]["step"]) == 4


def test_dropout_draws_what_the_module_draws() -> None:
    config = run_config(model="lenet5", batch_size=CHUNK + 20)
    architecture = replace(ARCHITECTURE, dropout=True)
    torch.manual_seed(0)
    model = LeNet5(architecture)
    twin = copy.deepcopy(model)
    batches = list(torch.arange(2 * (CHUNK + 20)).split(CHUNK + 20))
    torch.manual_seed(1)
    losses, right, _ = _steps(choose_engine("native", model, torch.device("cpu")), config, batches)
    torch.manual_seed(1)
    expected, expected_right, _ = _steps(choose_engine("torch", twin, torch.device("cpu")), config, batches)
    assert losses == pytest.approx(expected, rel=1e-5)
    assert right == expected_right
