"""The native engine against the module itself in float64: outputs, gradients, running statistics."""

import copy
import itertools
import math
from typing import Any

import pytest
import torch
from builders import changed, plan, run_config
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F
from training_builders import CPU, native_step, needs_native, relative_error, torch_step

from fmnist.training.dataset import Dataset
from fmnist.training.engines import choose_engine
from fmnist.training.models import build_model
from fmnist.training.settings import FCSettings, LeNet5Settings, RunSettings

pytestmark = needs_native

TOLERANCE = 1e-5  # of a tensor's largest absolute value
NORMALISED_AWAY = ("conv1.bias", "conv2.bias", "conv3.bias")  # true gradient 0 under batch norm


def _lenet5(channels: tuple[int, int, int] = (6, 16, 120), activation: str = "tanh", **others: Any) -> RunSettings:
    return run_config(channels=channels, activation=activation, **others)


def _fc(hidden_units: int, activation: str = "relu") -> RunSettings:
    return run_config(model="fc", hidden_units=hidden_units, activation=activation)


def _report_architectures() -> list[LeNet5Settings]:
    """Every distinct LeNet-5 of config.yaml, whatever its training."""
    runs = plan(changed({"extensions": True})).runs.values()
    own = ("channels", "activation", "pooling", "batch_norm", "dropout")
    lenets = [run for run in runs if isinstance(run, LeNet5Settings)]
    return list(dict.fromkeys(LeNet5Settings(**{key: getattr(run, key) for key in own}) for run in lenets))


RANDOM_SHAPES = [
    (_lenet5((1, 1, 1)), 1),
    (_lenet5((1, 3, 2), "relu", pooling="max"), 2),
    (_lenet5((7, 9, 11), "leaky_relu", batch_norm=True), 3),
    (_lenet5((5, 13, 17), "tanh", pooling="max", batch_norm=True), 33),
    (_lenet5((11, 2, 5), "relu"), 17),
    (_lenet5((4, 10, 8), "tanh", pooling="max"), 129),
    (_lenet5((12, 3, 4)), 1),  # from here on, Winograd's form
    (_lenet5((13, 7, 5), "relu", pooling="max", batch_norm=True), 21),
    (_lenet5((16, 32, 60), "leaky_relu"), 200),
    (_lenet5(), 10),
    (_lenet5(), 1280),
    (_lenet5(batch_norm=True), 1280),
    *((_fc(512), batch) for batch in (1, 15, 16, 17, 100, 1280)),
]


def _model_and_data(architecture: RunSettings, batch: int, draw: int = 0) -> tuple[Any, Dataset, Tensor]:
    """Return a network, images with labels, and the indices of a batch of them."""
    torch.manual_seed(1000 * draw + batch)
    model = build_model(architecture)
    # Not whole pixels: a tie of max pooling decided by rounding would differ in float64.
    images = torch.rand(batch + 7, 1, 28, 28)
    indices, labels = torch.randperm(len(images))[:batch], torch.zeros(len(images), dtype=torch.int64)
    labels[indices] = torch.randint(10, (batch,))
    return model, Dataset(images, labels, images, labels), indices


def _assert_close(actual: Tensor, expected: Tensor, name: str, scale: float = 0.0) -> None:
    error = relative_error(actual, expected, scale)
    assert error <= TOLERANCE, f"{name}: relative error {error:.2e}"


@pytest.mark.parametrize(
    ("architecture", "batch"),
    # Few images of a wide network: with 100, some ReLU's side always hangs on float32's last bit.
    [*((a, 20 if a.channels[0] > 6 else 100) for a in _report_architectures()), *RANDOM_SHAPES],
    ids=str,
)
def test_outputs_gradients_and_statistics_equal_the_module_in_float64(architecture: RunSettings, batch: int) -> None:
    # A pooling winner or a ReLU's side that hangs on float32's last bit differs in float64;
    # a fault fails every draw of images, such a coin toss does not.
    failures = []
    for draw in range(3):
        try:
            return _assert_parity(architecture, batch, draw)
        except AssertionError as failure:
            failures.append(failure)
    raise failures[0]


def _assert_parity(architecture: RunSettings, batch: int, draw: int) -> None:
    model, data, indices = _model_and_data(architecture, batch, draw)
    batch_norm, dropout = (getattr(architecture, name, False) for name in ("batch_norm", "dropout"))
    if batch == 1 and not isinstance(architecture, FCSettings):
        model.norm3 = nn.Identity()
    reference = copy.deepcopy(model).double()
    torch.manual_seed(0)
    loss, _, gradients = native_step(model, data, indices)
    after = torch.get_rng_state()
    torch.manual_seed(0)
    if dropout:  # a mask drawn in float64 would be another
        mask = F.dropout(torch.ones(batch, 84), architecture.dropout_probability).double()
        reference.dropout.forward = lambda x: x * mask
        assert torch.equal(after, torch.get_rng_state())
    expected_loss, _, expected = torch_step(reference, data, indices)
    _assert_close(loss, expected_loss, "loss")
    for name, gradient in expected.items():
        away = batch_norm and name in NORMALISED_AWAY
        scale = float(gradients[name.replace("bias", "weight")].abs().max()) if away else 0.0
        _assert_close(gradients[name], gradient, name, scale)
    for (name, actual), wanted in zip(model.named_buffers(), reference.buffers(), strict=True):
        _assert_close(actual, wanted, name)


@pytest.mark.parametrize(
    "architecture", [_lenet5(dropout=True), _lenet5(batch_norm=True, dropout=True), _fc(20)], ids=str
)
def test_evaluation_uses_running_statistics(architecture: RunSettings) -> None:
    model, data, indices = _model_and_data(architecture, 200)
    native_step(model, data, indices)  # moves the running statistics off their start
    model.eval()
    before = copy.deepcopy(model.state_dict())
    with torch.no_grad():
        logits = choose_engine("native", model, CPU).forward(data.train_images, indices)
        expected = copy.deepcopy(model).double()(data.train_images[indices].double())
    _assert_close(logits, expected, "logits")
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


ACTIVATIONS = ("tanh", "relu", "leaky_relu")
NORMALISED_AND_POOLED = [
    _lenet5((3, 4, 5), activation, pooling=pooling, batch_norm=batch_norm)
    for activation, pooling, batch_norm in itertools.product(ACTIVATIONS, ("average", "max"), (False, True))
]


@pytest.mark.parametrize("architecture", [*NORMALISED_AND_POOLED, *(_fc(20, name) for name in ACTIVATIONS)], ids=str)
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_nan_and_infinity_travel_as_in_pytorch(architecture: RunSettings, bad: float) -> None:
    model, data, indices = _model_and_data(architecture, 5)
    data.train_images[indices[2], 0, 13, 14] = bad
    expected_loss, _, expected = torch_step(copy.deepcopy(model), data, indices)
    loss, _, gradients = native_step(model, data, indices)
    assert torch.equal(loss.isnan(), expected_loss.isnan())
    for name, gradient in expected.items():
        assert torch.equal(gradients[name].isfinite(), gradient.isfinite()), name


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_with_winograds_form_a_number_lost_is_lost_at_least_where_pytorch_loses_it(bad: float) -> None:
    # A tile's four outputs share sums: one input that is no number can take all four along.
    model, data, indices = _model_and_data(_lenet5((16, 4, 5), "relu"), 5)
    data.train_images[indices[2], 0, 13, 14] = bad
    expected = model(data.train_images[indices])
    _, _, expected_gradients = torch_step(copy.deepcopy(model), data, indices)
    logits = choose_engine("native", model, CPU).forward(data.train_images, indices)
    _, _, gradients = native_step(model, data, indices)
    assert not expected.isfinite().all()
    assert (logits.isfinite() <= expected.isfinite()).all()
    assert logits[[0, 1, 3, 4]].isfinite().all(), "other images are untouched"
    for name, gradient in expected_gradients.items():
        assert (gradients[name].isfinite() <= gradient.isfinite()).all(), name


def test_ties_of_max_pooling_go_to_the_first_maximum() -> None:
    model, data, indices = _model_and_data(_lenet5(activation="relu", pooling="max"), 20)
    tied = torch.rand(27, 1, 7, 7).round(decimals=1).repeat_interleave(4, 2).repeat_interleave(4, 3)
    data.train_images.copy_(tied)
    _, _, expected = torch_step(copy.deepcopy(model).double(), data, indices)
    _, _, gradients = native_step(model, data, indices)
    for name in ("conv3.weight", "fc1.weight"):
        _assert_close(gradients[name], expected[name], name)


def test_tanh_is_accurate_to_a_few_units_in_the_last_place() -> None:
    # The third convolution passes its biases on, and the rest of the network passes on tanh of tanh of ten of them.
    model, data, indices = _model_and_data(_lenet5((1, 1, 10)), 1)
    for layer in (model.conv3, model.fc1, model.fc2):
        torch.nn.init.zeros_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    torch.nn.init.eye_(model.fc1.weight)
    torch.nn.init.eye_(model.fc2.weight)
    engine = choose_engine("native", model, CPU)
    for values in torch.cat([torch.linspace(-12, 12, 4000), torch.logspace(-30, 0, 4000)]).split(10):
        model.conv3.bias.data.copy_(values)
        with torch.no_grad():
            outputs = engine.forward(data.train_images, indices)[0].double()
        expected = values.double().tanh().tanh()
        assert float(((outputs - expected) / expected).nan_to_num().abs().max()) < 5e-7


LENET5_OF_ANY_SHAPE = st.builds(
    _lenet5,
    channels=st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40)),
    activation=st.sampled_from(ACTIVATIONS),
    pooling=st.sampled_from(["average", "max"]),
    batch_norm=st.booleans(),
)
# Without ReLU: float32 and float64 can round an input near 0 to different sides of it.
FC_OF_ANY_SHAPE = st.builds(_fc, st.integers(1, 70), st.sampled_from(["tanh", "leaky_relu"]))


@given(architecture=LENET5_OF_ANY_SHAPE | FC_OF_ANY_SHAPE, batch=st.integers(2, 150))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_any_shape_equals_the_module_in_float64(architecture: RunSettings, batch: int) -> None:
    test_outputs_gradients_and_statistics_equal_the_module_in_float64(architecture, batch)
