"""The native engine against the module itself in float64: outputs, gradients, running statistics."""

import copy
import math

import pytest
import torch
from builders import changed, plan
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F
from training_builders import needs_native

from fmnist.training.dataset import Dataset
from fmnist.training.engines import choose_engine
from fmnist.training.models import LeNet5
from fmnist.training.settings import LeNet5Settings

pytestmark = needs_native

CPU = torch.device("cpu")
TOLERANCE = 1e-5  # of a tensor's largest absolute value
NORMALISED_AWAY = ("conv1.bias", "conv2.bias", "conv3.bias")  # true gradient 0 under batch norm


def _architecture(channels=(6, 16, 120), activation="tanh", pooling="average", batch_norm=False, dropout=False):
    return LeNet5Settings(
        channels=tuple(channels),
        activation=activation,
        pooling=pooling,
        batch_norm=batch_norm,
        dropout=dropout,
        dropout_probability=0.3,
    )


def _report_architectures() -> list[LeNet5Settings]:
    """Every distinct LeNet-5 of config.yaml, whatever its training."""
    runs = plan(changed({"extensions": True})).runs.values()
    own = ("channels", "activation", "pooling", "batch_norm", "dropout")
    return list(
        dict.fromkeys(
            LeNet5Settings(**{key: getattr(run, key) for key in own}) for run in runs if isinstance(run, LeNet5Settings)
        )
    )


RANDOM_SHAPES = [
    (_architecture((1, 1, 1)), 1),
    (_architecture((1, 3, 2), "relu", "max"), 2),
    (_architecture((7, 9, 11), "leaky_relu", "average", batch_norm=True), 3),
    (_architecture((5, 13, 17), "tanh", "max", batch_norm=True), 33),
    (_architecture((11, 2, 5), "relu", "average"), 17),
    (_architecture((4, 10, 8), "tanh", "max"), 129),
    (_architecture((12, 3, 4), "tanh", "average"), 1),  # from here on, Winograd's form
    (_architecture((13, 7, 5), "relu", "max", batch_norm=True), 21),
    (_architecture((16, 32, 60), "leaky_relu", "average"), 200),
    (_architecture(), 10),
    (_architecture(), 1280),
    (_architecture(batch_norm=True), 1280),
]


def _model_and_data(architecture: LeNet5Settings, batch: int, draw: int = 0) -> tuple[LeNet5, Tensor, Tensor, Tensor]:
    torch.manual_seed(1000 * draw + batch)
    model = LeNet5(architecture)
    # Not whole pixels: a tie of max pooling decided by rounding would differ in float64.
    images = torch.rand(batch + 7, 1, 28, 28)
    return model, images, torch.randperm(len(images))[:batch], torch.randint(10, (batch,))


def _native(model: LeNet5, images: Tensor, indices: Tensor) -> Tensor:
    return choose_engine("native", model, CPU).forward(images, indices)


def _named(model: LeNet5, flat: Tensor) -> dict[str, Tensor]:
    """Cut the one gradient of all parameters into those of the module's own."""
    parts = flat.split([p.numel() for p in model.parameters()])
    return {name: part.view_as(p) for (name, p), part in zip(model.named_parameters(), parts, strict=True)}


def _data(images: Tensor, labels: Tensor) -> Dataset:
    return Dataset(train_images=images, train_labels=labels, test_images=images, test_labels=labels)


def _native_step(
    model: LeNet5, images: Tensor, indices: Tensor, labels: Tensor, learning_rate: float = 0.0
) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the loss and every parameter's gradient; a learning rate of 0 leaves the parameters."""
    engine = choose_engine("native", model, CPU)
    all_labels = torch.zeros(len(images), dtype=torch.int64)
    all_labels[indices] = labels
    optimizer = torch.optim.SGD(engine.parameters, lr=learning_rate)
    value, _ = engine.trainer(_data(images, all_labels), "cross_entropy", optimizer, len(indices))(indices)
    (parameters,) = engine.parameters
    assert parameters.grad is not None
    return value, _named(model, parameters.grad)


def _gradients(model: LeNet5, logits: Tensor, labels: Tensor) -> dict[str, Tensor]:
    F.cross_entropy(logits, labels).backward()
    return {name: p.grad for name, p in model.named_parameters() if p.grad is not None}


def _assert_close(actual: Tensor, expected: Tensor, name: str, scale: float = 0.0) -> None:
    limit = TOLERANCE * max(scale, float(expected.abs().max()))
    error = float((actual.detach().double() - expected).abs().max())
    assert error <= limit, f"{name}: error {error:.2e} above {limit:.2e}"


@pytest.mark.parametrize(
    ("architecture", "batch"),
    # Few images of a wide network: with 100, some ReLU's side always hangs on float32's last bit.
    [*((a, 20 if a.channels[0] > 6 else 100) for a in _report_architectures()), *RANDOM_SHAPES],
    ids=str,
)
def test_outputs_gradients_and_statistics_equal_the_module_in_float64(architecture: LeNet5Settings, batch: int) -> None:
    # A pooling winner or a ReLU's side that hangs on float32's last bit differs in float64;
    # a fault fails every draw of images, such a coin toss does not.
    failures = []
    for draw in range(3):
        try:
            return _assert_parity(architecture, batch, draw)
        except AssertionError as failure:
            failures.append(failure)
    raise failures[0]


def _assert_parity(architecture: LeNet5Settings, batch: int, draw: int) -> None:
    model, images, indices, labels = _model_and_data(architecture, batch, draw)
    if batch == 1:
        model.norm3 = torch.nn.Identity()
    reference = copy.deepcopy(model).double()

    torch.manual_seed(0)
    loss, gradients = _native_step(model, images, indices, labels)
    masks = torch.get_rng_state()
    torch.manual_seed(0)
    # Dropout draws in float64 differ from float32's: the reference gets the masks of a float32 run.
    expected = _reference_logits(reference, model, images, indices, architecture)
    if architecture.dropout:
        assert torch.equal(masks, torch.get_rng_state())

    _assert_close(loss, F.cross_entropy(expected, labels).detach(), "loss")
    for name, gradient in _gradients(reference, expected, labels).items():
        away = architecture.batch_norm and name in NORMALISED_AWAY
        scale = float(gradients[name.replace("bias", "weight")].abs().max()) if away else 0.0
        _assert_close(gradients[name], gradient, name, scale)
    for (name, actual), wanted in zip(model.named_buffers(), reference.buffers(), strict=True):
        _assert_close(actual, wanted, name)


def _reference_logits(
    reference: LeNet5, model: LeNet5, images: Tensor, indices: Tensor, architecture: LeNet5Settings
) -> Tensor:
    if architecture.dropout:
        ones = torch.ones(len(indices), 84)
        mask = F.dropout(ones, architecture.dropout_probability)
        reference.dropout.forward = lambda x: x * mask.double()
    return reference(images[indices].double())


@pytest.mark.parametrize("batch_norm", [False, True])
def test_evaluation_uses_running_statistics(batch_norm: bool) -> None:
    model, images, indices, labels = _model_and_data(_architecture(batch_norm=batch_norm, dropout=True), 200)
    _native_step(model, images, indices, labels)  # moves the running statistics off their start
    model.eval()
    before = copy.deepcopy(model.state_dict())
    with torch.no_grad():
        logits = _native(model, images, indices)
        expected = copy.deepcopy(model).double()(images[indices].double())
    _assert_close(logits, expected, "logits")
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


@pytest.mark.parametrize("activation", ["tanh", "relu", "leaky_relu"])
@pytest.mark.parametrize("pooling", ["average", "max"])
@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_nan_and_infinity_travel_as_in_pytorch(activation: str, pooling: str, batch_norm: bool, bad: float) -> None:
    architecture = _architecture((3, 4, 5), activation, pooling, batch_norm)
    model, images, indices, labels = _model_and_data(architecture, 5)
    images[indices[2], 0, 13, 14] = bad
    reference = copy.deepcopy(model)
    expected = reference(images[indices])
    loss, gradients = _native_step(model, images, indices, labels)
    assert torch.equal(loss.isnan(), F.cross_entropy(expected, labels).isnan())
    for name, gradient in _gradients(reference, expected, labels).items():
        assert torch.equal(gradients[name].isfinite(), gradient.isfinite()), name


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_with_winograds_form_a_number_lost_is_lost_at_least_where_pytorch_loses_it(bad: float) -> None:
    # A tile's four outputs share sums: one input that is no number can take all four along.
    model, images, indices, labels = _model_and_data(_architecture((16, 4, 5), "relu", "average"), 5)
    images[indices[2], 0, 13, 14] = bad
    reference = copy.deepcopy(model)
    expected = reference(images[indices])
    logits = _native(model, images, indices)
    _, gradients = _native_step(model, images, indices, labels)
    assert not expected.isfinite().all()
    assert (logits.isfinite() <= expected.isfinite()).all()
    assert logits[[0, 1, 3, 4]].isfinite().all(), "other images are untouched"
    for name, gradient in _gradients(reference, expected, labels).items():
        assert (gradients[name].isfinite() <= gradient.isfinite()).all(), name


def test_ties_of_max_pooling_go_to_the_first_maximum() -> None:
    model, _, indices, labels = _model_and_data(_architecture(activation="relu", pooling="max"), 20)
    images = torch.rand(27, 1, 7, 7).round(decimals=1).repeat_interleave(4, 2).repeat_interleave(4, 3)
    reference = copy.deepcopy(model).double()
    _, gradients = _native_step(model, images, indices, labels)
    expected = _gradients(reference, reference(images[indices].double()), labels)
    for name in ("conv3.weight", "fc1.weight"):
        _assert_close(gradients[name], expected[name], name)


def test_the_same_step_twice_gives_the_same_bytes() -> None:
    model, images, indices, labels = _model_and_data(_architecture(batch_norm=True, pooling="max"), 33)
    twin = copy.deepcopy(model)
    _, first = _native_step(model, images, indices, labels)
    _, second = _native_step(twin, images, indices, labels)
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_tanh_is_accurate_to_a_few_units_in_the_last_place() -> None:
    # The third convolution passes its biases on, and the rest of the network passes on tanh of tanh of ten of them.
    model, images, indices, _ = _model_and_data(_architecture((1, 1, 10)), 1)
    for layer in (model.conv3, model.fc1, model.fc2):
        torch.nn.init.zeros_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    torch.nn.init.eye_(model.fc1.weight)
    torch.nn.init.eye_(model.fc2.weight)
    engine = choose_engine("native", model, CPU)
    for values in torch.cat([torch.linspace(-12, 12, 4000), torch.logspace(-30, 0, 4000)]).split(10):
        model.conv3.bias.data.copy_(values)
        with torch.no_grad():
            outputs = engine.forward(images, indices)[0].double()
        expected = values.double().tanh().tanh()
        assert float(((outputs - expected) / expected).nan_to_num().abs().max()) < 5e-7


def test_the_module_stays_the_definition() -> None:
    model, images, indices, _ = _model_and_data(_architecture(batch_norm=True), 20)
    twin = copy.deepcopy(model)
    engine = choose_engine("native", model, CPU)
    assert {k: v.tolist() for k, v in model.state_dict().items()} == {
        k: v.tolist() for k, v in twin.state_dict().items()
    }
    optimizer = torch.optim.SGD(engine.parameters, lr=0.1)
    engine.trainer(_data(images, torch.zeros(27, dtype=torch.int64)), "cross_entropy", optimizer, 20)(indices)
    assert not torch.equal(model.conv1.weight, twin.conv1.weight), "the module's parameters are what is trained"
    model.eval()
    with torch.no_grad():
        _assert_close(engine.forward(images, indices), model(images[indices]).double(), "logits")


@given(
    channels=st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40)),
    activation=st.sampled_from(["tanh", "relu", "leaky_relu"]),
    pooling=st.sampled_from(["average", "max"]),
    batch_norm=st.booleans(),
    batch=st.integers(2, 150),
)
@settings(max_examples=25, deadline=None, derandomize=True)
def test_any_shape_equals_the_module_in_float64(
    channels: tuple[int, int, int], activation: str, pooling: str, batch_norm: bool, batch: int
) -> None:
    architecture = _architecture(channels, activation, pooling, batch_norm)
    test_outputs_gradients_and_statistics_equal_the_module_in_float64(architecture, batch)


@pytest.mark.parametrize("channels", [(6, 16, 120), (32, 64, 256)])
def test_no_image_has_no_outputs(channels: tuple[int, int, int]) -> None:
    model = LeNet5(_architecture(channels))
    assert _native(model, torch.rand(3, 1, 28, 28), torch.empty(0, dtype=torch.int64)).shape == (0, 10)


def test_an_index_or_a_label_outside_is_an_error_that_changes_nothing() -> None:
    model, images, indices, _ = _model_and_data(_architecture((1, 1, 1)), 3)
    before = copy.deepcopy(model.state_dict())
    with pytest.raises(IndexError, match="outside"):
        _native(model, images, torch.tensor([len(images)]))
    with pytest.raises(IndexError, match="outside"):
        _native_step(model, images, indices, torch.tensor([0, 10, 1]), learning_rate=0.1)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
