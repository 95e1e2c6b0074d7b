"""The fully connected network's native kernels against the module itself."""

import copy
import math

import pytest
import torch
from builders import only, run_config
from hypothesis import given, settings
from hypothesis import strategies as st
from test_training import needs_native
from torch import Tensor
from torch.nn import functional as F

from fmnist.training.dataset import Dataset
from fmnist.training.engines import choose_engine
from fmnist.training.loop import train
from fmnist.training.models import FCNetwork
from fmnist.training.settings import FCSettings

pytestmark = needs_native

CPU = torch.device("cpu")
TOLERANCE = 1e-5  # of a tensor's largest absolute value


def _model_and_data(batch: int, hidden_units: int = 20, activation: str = "relu") -> tuple[FCNetwork, Dataset, Tensor]:
    """Return a network, images with labels, and the indices of a batch of them."""
    torch.manual_seed(batch)
    model = FCNetwork(FCSettings(hidden_units=hidden_units, activation=activation))
    images, labels = torch.rand(batch + 7, 1, 28, 28), torch.randint(10, (batch + 7,))
    data = Dataset(train_images=images, train_labels=labels, test_images=images, test_labels=labels)
    return model, data, torch.randperm(batch + 7)[:batch]


def _step(model: FCNetwork, data: Dataset, batch: Tensor, learning_rate: float = 0.0) -> tuple[Tensor, Tensor]:
    """Take a step; return the loss and the gradient of all parameters."""
    engine = choose_engine("native", model, CPU)
    optimizer = torch.optim.SGD(engine.parameters, lr=learning_rate)
    loss, _ = engine.trainer(data, "cross_entropy", optimizer, len(batch))(batch)
    (parameters,) = engine.parameters
    assert parameters.grad is not None
    return loss, parameters.grad


def _expected(model: FCNetwork, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    return loss.detach(), torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])


def _assert_parity(batch: int, hidden_units: int, activation: str) -> None:
    model, data, indices = _model_and_data(batch, hidden_units, activation)
    reference = copy.deepcopy(model).double()
    logits = choose_engine("native", copy.deepcopy(model), CPU).forward(data.train_images, indices)
    loss, gradient = _step(model, data, indices)
    images, labels = data.train_images[indices].double(), data.train_labels[indices]
    for actual, expected in zip(
        (logits, loss, gradient), (reference(images).detach(), *_expected(reference, images, labels)), strict=True
    ):
        assert float((actual - expected).abs().max()) <= TOLERANCE * float(expected.abs().max())


@pytest.mark.parametrize("batch", [1, 15, 16, 17, 100, 1280])
def test_outputs_and_gradients_equal_the_module_in_float64(batch: int) -> None:
    _assert_parity(batch, 512, "relu")


# ReLU's and leaky ReLU's sides can hang on float32's last bit: then float64 differs. These draws do not.
@given(batch=st.integers(1, 150), hidden_units=st.integers(1, 70), activation=st.sampled_from(["tanh", "leaky_relu"]))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_any_shape_equals_the_module_in_float64(batch: int, hidden_units: int, activation: str) -> None:
    _assert_parity(batch, hidden_units, activation)


@pytest.mark.parametrize("activation", ["tanh", "relu", "leaky_relu"])
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_nan_and_infinity_travel_as_in_pytorch(activation: str, bad: float) -> None:
    model, data, indices = _model_and_data(5, activation=activation)
    data.train_images[indices[2], 0, 13, 14] = bad
    reference = copy.deepcopy(model)
    loss, gradient = _step(model, data, indices)
    expected, expected_gradient = _expected(reference, data.train_images[indices], data.train_labels[indices])
    assert torch.equal(loss.isnan(), expected.isnan())
    assert torch.equal(gradient.isfinite(), expected_gradient.isfinite())


@pytest.mark.parametrize("loss", ["cross_entropy", "mse", "multi_margin"])
@pytest.mark.parametrize("optimizer", ["adam", "sgd", "rmsprop"])
def test_a_short_training_is_torchs_within_float32_noise(loss: str, optimizer: str, sample: Dataset) -> None:
    config = run_config(model="fc", hidden_units=64, epochs=3, batch_size=30, loss=loss, optimizer=optimizer)
    data = only(sample, 200, 50)
    native, reference = (train(config, data, 0, engine=engine) for engine in ("native", "torch"))
    assert (native.engine, reference.engine) == ("native", "torch")
    losses, expected = ([e.train_loss for e in result.epochs] for result in (native, reference))
    assert losses == pytest.approx(expected, rel=1e-4)


def test_the_module_stays_the_definition() -> None:
    model, data, indices = _model_and_data(20)
    twin = copy.deepcopy(model)
    engine = choose_engine("native", model, CPU)
    assert all(torch.equal(value, twin.state_dict()[name]) for name, value in model.state_dict().items())
    engine.trainer(data, "mse", torch.optim.SGD(engine.parameters, lr=0.1), 20)(indices)
    assert not torch.equal(model.fc1.weight, twin.fc1.weight), "the module's parameters are what is trained"
    logits, expected = engine.forward(data.train_images, indices), model(data.train_images[indices])
    assert float((logits - expected).detach().abs().max()) <= TOLERANCE * float(expected.detach().abs().max())


def test_an_index_or_a_label_outside_is_an_error_that_changes_nothing() -> None:
    model, data, indices = _model_and_data(3)
    before = copy.deepcopy(model.state_dict())
    with pytest.raises(IndexError, match="outside"):
        choose_engine("native", model, CPU).forward(data.train_images, torch.tensor([len(data.train_images)]))
    data.train_labels[indices[1]] = 10
    with pytest.raises(IndexError, match="outside"):
        _step(model, data, indices, learning_rate=0.1)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
