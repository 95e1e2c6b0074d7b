"""The fully connected network's native kernels against the module in float64."""

import copy
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from training_builders import CPU, initialised, native_step, needs_native, random_data, relative_error, torch_step

from fmnist.training.dataset import Dataset
from fmnist.training.engines import choose_engine

pytestmark = needs_native

TOLERANCE = 1e-5


def model_and_data(batch: int, hidden_units: int = 20, activation: str = "relu") -> tuple[nn.Module, Dataset, Tensor]:
    """Return a network, images with labels, and the indices of a batch of them."""
    model = initialised(batch, model="fc", hidden_units=hidden_units, activation=activation)
    return model, random_data(batch + 7, batch), torch.randperm(batch + 7)[:batch]


def assert_parity(batch: int, hidden_units: int, activation: str) -> None:
    model, data, indices = model_and_data(batch, hidden_units, activation)
    reference = copy.deepcopy(model).double()
    logits = choose_engine("native", copy.deepcopy(model), CPU).forward(data.train_images, indices)
    loss, _, gradients = native_step(model, data, indices)
    expected_loss, _, expected = torch_step(reference, data, indices)
    assert relative_error(logits, reference(data.train_images[indices].double())) <= TOLERANCE
    assert relative_error(loss, expected_loss) <= TOLERANCE
    flat = [torch.cat([gradient.flatten() for gradient in one.values()]) for one in (gradients, expected)]
    assert relative_error(*flat) <= TOLERANCE


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
    expected_loss, _, expected = torch_step(copy.deepcopy(model), data, indices)
    loss, _, gradients = native_step(model, data, indices)
    assert torch.equal(loss.isnan(), expected_loss.isnan())
    assert all(torch.equal(gradients[name].isfinite(), expected[name].isfinite()) for name in expected)
