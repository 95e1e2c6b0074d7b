"""LeNet-5's native kernels against the module in float64: outputs, gradients, running statistics."""

import copy
import math
from typing import Any

import pytest
import torch
from builders import plan
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F
from training_builders import CPU, initialised, needs_native, random_data, relative_error

from fmnist.training.dataset import Dataset
from fmnist.training.engines import choose_engine
from fmnist.training.native.lenet5 import CHUNK

pytestmark = needs_native

TOLERANCE = 3e-5  # for 1280 normalised images the errors of PyTorch's own float32 reach 1e-4
ARCHITECTURE = ("channels", "activation", "pooling", "batch_norm", "dropout")
# Batch normalisation can make these gradients 0: compare their errors with the other parameter of the layer.
NORMALISED_AWAY = {f"conv{layer}.bias": f"conv{layer}.weight" for layer in (1, 2, 3)}
NORMALISED_AWAY |= {f"norm{layer}.weight": f"norm{layer}.bias" for layer in (1, 2, 3)}


def report_architectures() -> list[dict[str, Any]]:
    """Return every distinct LeNet-5 of config.yaml."""
    runs = [run.settings() for run in plan().runs.values() if run.model == "lenet5"]
    found = {str(own): own for own in ({key: run[key] for key in ARCHITECTURE} for run in runs)}
    return list(found.values())


def shape(*channels: int, activation: str = "tanh", pooling: str = "average", **others: bool) -> dict[str, Any]:
    return {"channels": list(channels), "activation": activation, "pooling": pooling, **others}


SHAPES: list[tuple[dict[str, Any], int]] = [
    (shape(1, 1, 1), 1),
    (shape(1, 3, 2, activation="relu", pooling="max"), 2),
    (shape(7, 9, 11, activation="leaky_relu", batch_norm=True), 3),
    (shape(5, 13, 17, pooling="max", batch_norm=True), 33),
    (shape(11, 2, 5, activation="relu"), 17),
    (shape(4, 10, 8, pooling="max", dropout=True), 2 * CHUNK + 1),
    (shape(12, 3, 4), 1),  # 12 channels and more use Winograd's form
    (shape(13, 7, 5, activation="relu", pooling="max", batch_norm=True), 21),
    (shape(16, 32, 60, activation="leaky_relu"), 200),
    (shape(6, 16, 120), 10),
    (shape(6, 16, 120), 1280),
    (shape(6, 16, 120, batch_norm=True), 1280),
]


def model_and_data(settings: dict[str, Any], batch: int, draw: int = 0) -> tuple[nn.Module, Dataset, Tensor]:
    """Return a network, random images and the indices of a batch; random images have no ties in max pooling."""
    model = initialised(1000 * draw + batch, **settings)
    return model, random_data(batch + 7, 1000 * draw + batch), torch.randperm(batch + 7)[:batch]


def native_step(
    model: nn.Module, data: Dataset, indices: Tensor, learning_rate: float = 0.0
) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the loss and every parameter's gradient; a learning rate of 0 keeps the parameters."""
    engine = choose_engine("native", model, CPU)
    optimizer = torch.optim.SGD(engine.parameters, lr=learning_rate)
    loss, _ = engine.trainer(data, "cross_entropy", optimizer, len(indices))(indices)
    parts = engine.parameters[0].grad.split([p.numel() for p in model.parameters()])
    named = zip(model.named_parameters(), parts, strict=True)
    return loss, {name: part.view_as(parameter) for (name, parameter), part in named}


def torch_step(model: nn.Module, images: Tensor, labels: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    return loss.detach(), {name: parameter.grad for name, parameter in model.named_parameters()}


def largest_errors(settings: dict[str, Any], batch: int, draw: int) -> dict[str, float]:
    """Return the relative error of each number of a native step that exceeds the tolerance."""
    model, data, indices = model_and_data(settings, batch, draw)
    if batch == 1:
        model.norm3 = nn.Identity()  # torch cannot normalise a single value
    reference = copy.deepcopy(model).double()
    if settings.get("dropout"):  # float64 would draw another mask
        torch.manual_seed(0)
        mask = F.dropout(torch.ones(batch, 84), model.dropout.p).double()
        reference.dropout.forward = lambda x: x * mask
    torch.manual_seed(0)
    loss, gradients = native_step(model, data, indices)
    expected_loss, expected = torch_step(reference, data.train_images[indices].double(), data.train_labels[indices])
    errors = {"loss": relative_error(loss, expected_loss)}
    for name, gradient in expected.items():
        partner = NORMALISED_AWAY.get(name) if settings.get("batch_norm") else None
        scale = float(expected[partner].abs().max()) if partner else 0.0
        errors[name] = relative_error(gradients[name], gradient, scale)
    for (name, actual), wanted in zip(model.named_buffers(), reference.buffers(), strict=True):
        errors[name] = relative_error(actual, wanted)
    return {name: error for name, error in errors.items() if not error <= TOLERANCE}


def assert_parity(settings: dict[str, Any], batch: int) -> None:
    # Float32 and float64 can choose different winners of a pooling, or sides of a ReLU, by the last
    # bit. A fault of the kernels fails with all three draws of images, such a coincidence does not.
    failures = []
    for draw in range(3):
        failures.append(largest_errors(settings, batch, draw))
        if not failures[-1]:
            return
    raise AssertionError(failures)


@pytest.mark.parametrize(("settings", "batch"), [*((own, 100) for own in report_architectures()), *SHAPES], ids=str)
def test_a_step_equals_the_module_in_float64(settings: dict[str, Any], batch: int) -> None:
    assert_parity(settings, batch)


@given(
    channels=st.tuples(st.integers(2, 40), st.integers(2, 40), st.integers(2, 40)),
    activation=st.sampled_from(["tanh", "relu", "leaky_relu"]),
    pooling=st.sampled_from(["average", "max"]),
    batch_norm=st.booleans(),
    batch=st.integers(20, 150),  # fewer values make batch normalisation ill-conditioned
)
@hypothesis_settings(max_examples=25, deadline=None, derandomize=True)
def test_any_shape_equals_the_module_in_float64(
    channels: tuple[int, int, int], activation: str, pooling: str, batch_norm: bool, batch: int
) -> None:
    assert_parity(shape(*channels, activation=activation, pooling=pooling, batch_norm=batch_norm), batch)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_evaluation_uses_the_running_statistics_of_a_step_and_changes_nothing(batch_norm: bool) -> None:
    model, data, indices = model_and_data({"batch_norm": batch_norm, "dropout": True}, 200)
    start = copy.deepcopy(model.state_dict())
    native_step(model, data, indices, learning_rate=0.1)
    before = copy.deepcopy(model.state_dict())
    assert not torch.equal(before["conv1.weight"], start["conv1.weight"])
    model.eval()
    with torch.no_grad():
        logits = choose_engine("native", model, CPU).forward(data.train_images, indices)
        expected = copy.deepcopy(model).double()(data.train_images[indices].double())
    assert relative_error(logits, expected) <= TOLERANCE
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


@pytest.mark.parametrize("activation", ["tanh", "relu", "leaky_relu"])
@pytest.mark.parametrize("pooling", ["average", "max"])
@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_nan_and_infinity_spread_as_in_pytorch(activation: str, pooling: str, batch_norm: bool, bad: float) -> None:
    settings = shape(3, 4, 5, activation=activation, pooling=pooling, batch_norm=batch_norm)
    model, data, indices = model_and_data(settings, 5)
    data.train_images[indices[2], 0, 13, 14] = bad
    expected_loss, expected = torch_step(copy.deepcopy(model), data.train_images[indices], data.train_labels[indices])
    loss, gradients = native_step(model, data, indices)
    assert torch.equal(loss.isnan(), expected_loss.isnan())
    for name, gradient in expected.items():
        assert torch.equal(gradients[name].isfinite(), gradient.isfinite()), name


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_winograds_form_loses_at_least_the_numbers_that_pytorch_loses(bad: float) -> None:
    # The four outputs of a tile share sums: one NaN among the inputs can spoil all four.
    model, data, indices = model_and_data(shape(16, 4, 5, activation="relu"), 5)
    data.train_images[indices[2], 0, 13, 14] = bad
    _, expected = torch_step(copy.deepcopy(model), data.train_images[indices], data.train_labels[indices])
    logits = choose_engine("native", model, CPU).forward(data.train_images, indices)
    _, gradients = native_step(model, data, indices)
    assert not logits[2].isfinite().any()
    assert logits[[0, 1, 3, 4]].isfinite().all(), "other images are untouched"
    for name, gradient in expected.items():
        assert (gradients[name].isfinite() <= gradient.isfinite()).all(), name


def test_of_equal_values_max_pooling_takes_the_first() -> None:
    model, data, indices = model_and_data({"activation": "relu", "pooling": "max"}, 20)
    data.train_images[:] = torch.rand(27, 1, 7, 7).round(decimals=1).repeat_interleave(4, 2).repeat_interleave(4, 3)
    _, expected = torch_step(
        copy.deepcopy(model).double(), data.train_images[indices].double(), data.train_labels[indices]
    )
    _, gradients = native_step(model, data, indices)
    for name in ("conv3.weight", "fc1.weight"):
        assert relative_error(gradients[name], expected[name]) <= TOLERANCE


def test_tanh_is_accurate_to_a_few_units_in_the_last_place() -> None:
    # Zero weights and identities reduce the network to tanh(tanh(bias)) of the third convolution's ten biases.
    model, data, indices = model_and_data(shape(1, 1, 10), 1)
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


def test_an_index_or_a_label_outside_is_an_error_that_changes_nothing() -> None:
    model, data, indices = model_and_data(shape(1, 1, 1), 3)
    before = copy.deepcopy(model.state_dict())
    with pytest.raises(IndexError, match="outside"):
        choose_engine("native", model, CPU).forward(data.train_images, torch.tensor([len(data.train_images)]))
    data.train_labels[indices[1]] = 10
    with pytest.raises(IndexError, match="outside"):
        native_step(model, data, indices, learning_rate=0.1)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
