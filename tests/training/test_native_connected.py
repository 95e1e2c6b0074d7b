"""The fully connected network's native kernels against the module in float64."""

import copy
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F
from training_builders import CPU, initialised, needs_native, random_data, relative_error

from fmnist.training.dataset import Dataset
from fmnist.training.engines import choose_engine

pytestmark = needs_native

TOLERANCE = 1e-5


def model_and_data(batch: int, hidden_units: int = 20, activation: str = "relu") -> tuple[nn.Module, Dataset, Tensor]:
    """Return a network, images with labels, and the indices of a batch of them."""
    model = initialised(batch, model="fc", hidden_units=hidden_units, activation=activation)
    return model, random_data(batch + 7, batch), torch.randperm(batch + 7)[:batch]


def native_step(model: nn.Module, data: Dataset, batch: Tensor, learning_rate: float = 0.0) -> tuple[Tensor, Tensor]:
    """Take a step; return the loss and the gradient of all parameters."""
    engine = choose_engine("native", model, CPU)
    optimizer = torch.optim.SGD(engine.parameters, lr=learning_rate)
    loss, _ = engine.trainer(data, "cross_entropy", optimizer, len(batch))(batch)
    return loss, engine.parameters[0].grad


def torch_step(model: nn.Module, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    return loss.detach(), torch.cat([p.grad.flatten() for p in model.parameters()])


def assert_parity(batch: int, hidden_units: int, activation: str) -> None:
    model, data, indices = model_and_data(batch, hidden_units, activation)
    reference = copy.deepcopy(model).double()
    logits = choose_engine("native", copy.deepcopy(model), CPU).forward(data.train_images, indices)
    ours = logits, *native_step(model, data, indices)
    images, labels = data.train_images[indices].double(), data.train_labels[indices]
    theirs = reference(images), *torch_step(reference, images, labels)
    assert max(map(relative_error, ours, theirs)) <= TOLERANCE


@pytest.mark.parametrize("batch", [1, 15, 16, 17, 100, 1280])
def test_outputs_and_gradients_equal_the_module_in_float64(batch: int) -> None:
    assert_parity(batch, 512, "relu")


# Without ReLU: float32 and float64 can round an input near 0 to different sides of it.
@given(batch=st.integers(1, 150), hidden_units=st.integers(1, 70), activation=st.sampled_from(["tanh", "leaky_relu"]))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_any_shape_equals_the_module_in_float64(batch: int, hidden_units: int, activation: str) -> None:
    assert_parity(batch, hidden_units, activation)


@pytest.mark.parametrize("activation", ["tanh", "relu", "leaky_relu"])
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_nan_and_infinity_spread_as_in_pytorch(activation: str, bad: float) -> None:
    model, data, indices = model_and_data(5, activation=activation)
    data.train_images[indices[2], 0, 13, 14] = bad
    expected, expected_gradient = torch_step(
        copy.deepcopy(model), data.train_images[indices], data.train_labels[indices]
    )
    loss, gradient = native_step(model, data, indices)
    assert torch.equal(loss.isnan(), expected.isnan())
    assert torch.equal(gradient.isfinite(), expected_gradient.isfinite())


def test_a_step_changes_the_modules_own_parameters_unless_an_index_or_a_label_is_wrong() -> None:
    model, data, indices = model_and_data(20)
    before = copy.deepcopy(model.state_dict())
    with pytest.raises(IndexError, match="outside"):
        choose_engine("native", model, CPU).forward(data.train_images, torch.tensor([len(data.train_images)]))
    wrong = copy.deepcopy(data)
    wrong.train_labels[indices[1]] = 10
    with pytest.raises(IndexError, match="outside"):
        native_step(model, wrong, indices, learning_rate=0.1)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    native_step(model, data, indices, learning_rate=0.1)
    assert not any(torch.equal(value, before[name]) for name, value in model.state_dict().items())
