"""The native engine against the module itself in float64: outputs, gradients, running statistics."""

import copy
import itertools
import math
from pathlib import Path

import pytest
import torch
import yaml
from torch import Tensor
from torch.nn import functional as F

from fmnist.engines import choose_engine
from fmnist.models import LeNet5
from fmnist.native.build import BuildError, library
from fmnist.run_config import LeNet5Config

try:
    library()
except BuildError as missing:
    pytest.skip(f"no native kernels: {missing}", allow_module_level=True)

CPU = torch.device("cpu")
TOLERANCE = 1e-5  # of a tensor's largest absolute value
NORMALISED_AWAY = ("conv1.bias", "conv2.bias", "conv3.bias")  # true gradient 0 under batch norm


def _architecture(channels=(6, 16, 120), activation="tanh", pooling="average", batch_norm=False, dropout=False):
    return LeNet5Config(
        channels=tuple(channels),
        activation=activation,
        pooling=pooling,
        batch_norm=batch_norm,
        dropout=dropout,
        dropout_probability=0.3,
    )


def _report_architectures() -> list[LeNet5Config]:
    """Every distinct LeNet-5 of config.yaml, found by expanding its sweeps' architecture settings."""
    config = yaml.safe_load(Path(__file__).parents[1].joinpath("config.yaml").read_text("utf-8"))
    base = config["models"]["lenet5"]
    found = {}
    for experiment in config["experiments"].values():
        if experiment.get("set", {}).get("model", "lenet5") != "lenet5":
            continue
        sweep = {k: v for k, v in experiment.get("sweep", {}).items() if k in base}
        for point in itertools.product(*sweep.values()):
            settings = base | experiment.get("set", {}) | dict(zip(sweep, point, strict=True))
            own = {k: settings[k] for k in base}
            found[str(own)] = LeNet5Config(**{**own, "channels": tuple(own["channels"])})
    return list(found.values())


RANDOM_SHAPES = [
    (_architecture((1, 1, 1)), 1),
    (_architecture((1, 3, 2), "relu", "max"), 2),
    (_architecture((7, 9, 11), "leaky_relu", "average", batch_norm=True), 3),
    (_architecture((5, 13, 17), "tanh", "max", batch_norm=True), 33),
    (_architecture((11, 2, 5), "relu", "average"), 17),
    (_architecture((4, 10, 8), "tanh", "max"), 129),
    (_architecture(), 10),
    (_architecture(), 1280),
    (_architecture(batch_norm=True), 1280),
]


def _model_and_data(architecture: LeNet5Config, batch: int, draw: int = 0) -> tuple[LeNet5, Tensor, Tensor, Tensor]:
    torch.manual_seed(1000 * draw + batch)
    model = LeNet5(architecture)
    # Not whole pixels: a tie of max pooling decided by rounding would differ in float64.
    images = torch.rand(batch + 7, 1, 28, 28)
    return model, images, torch.randperm(len(images))[:batch], torch.randint(10, (batch,))


def _native(model: LeNet5, images: Tensor, indices: Tensor) -> Tensor:
    return choose_engine("native", model, CPU).forward(images, indices)


def _gradients(model: LeNet5, logits: Tensor, labels: Tensor, dtype: torch.dtype) -> dict[str, Tensor]:
    F.cross_entropy(logits, labels).backward()
    return {name: p.grad.to(dtype) for name, p in model.named_parameters()}


def _assert_close(actual: Tensor, expected: Tensor, name: str, scale: float = 0.0) -> None:
    limit = TOLERANCE * max(scale, float(expected.abs().max()))
    error = float((actual.detach().double() - expected).abs().max())
    assert error <= limit, f"{name}: error {error:.2e} above {limit:.2e}"


@pytest.mark.parametrize(
    ("architecture", "batch"), [*((a, 100) for a in _report_architectures()), *RANDOM_SHAPES], ids=str
)
def test_outputs_gradients_and_statistics_equal_the_module_in_float64(architecture: LeNet5Config, batch: int) -> None:
    # A pooling winner or a ReLU's side that hangs on float32's last bit differs in float64;
    # a fault fails every draw of images, such a coin toss does not.
    failures = []
    for draw in range(3):
        try:
            return _assert_parity(architecture, batch, draw)
        except AssertionError as failure:
            failures.append(failure)
    raise failures[0]


def _assert_parity(architecture: LeNet5Config, batch: int, draw: int) -> None:
    model, images, indices, labels = _model_and_data(architecture, batch, draw)
    if batch == 1:
        model.norm3 = torch.nn.Identity()
    reference = copy.deepcopy(model).double()

    torch.manual_seed(0)
    logits = _native(model, images, indices)
    masks = torch.get_rng_state()
    torch.manual_seed(0)
    # Dropout draws in float64 differ from float32's: the reference gets the masks of a float32 run.
    expected = _reference_logits(reference, model, images, indices, architecture)
    if architecture.dropout:
        assert torch.equal(masks, torch.get_rng_state())

    _assert_close(logits, expected.detach(), "logits")
    gradients = _gradients(model, logits, labels, torch.float64)
    for name, gradient in _gradients(reference, expected, labels, torch.float64).items():
        away = architecture.batch_norm and name in NORMALISED_AWAY
        scale = float(gradients[name.replace("bias", "weight")].abs().max()) if away else 0.0
        _assert_close(gradients[name], gradient, name, scale)
    for (name, actual), wanted in zip(model.named_buffers(), reference.buffers(), strict=True):
        _assert_close(actual, wanted, name)


def _reference_logits(
    reference: LeNet5, model: LeNet5, images: Tensor, indices: Tensor, architecture: LeNet5Config
) -> Tensor:
    if architecture.dropout:
        ones = torch.ones(len(indices), 84)
        mask = F.dropout(ones, architecture.dropout_probability)
        reference.dropout.forward = lambda x: x * mask.double()
    return reference(images[indices].double())


@pytest.mark.parametrize("batch_norm", [False, True])
def test_evaluation_uses_running_statistics(batch_norm: bool) -> None:
    model, images, indices, _ = _model_and_data(_architecture(batch_norm=batch_norm, dropout=True), 200)
    _native(model, images, indices)  # moves the running statistics off their start
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
    logits, expected = _native(model, images, indices), reference(images[indices])
    assert torch.equal(logits.isnan(), expected.isnan())
    gradients = _gradients(model, logits, labels, torch.float32)
    for name, gradient in _gradients(reference, expected, labels, torch.float32).items():
        assert torch.equal(gradients[name].isfinite(), gradient.isfinite()), name


def test_ties_of_max_pooling_go_to_the_first_maximum() -> None:
    model, _, indices, labels = _model_and_data(_architecture(activation="relu", pooling="max"), 20)
    images = torch.rand(27, 1, 7, 7).round(decimals=1).repeat_interleave(4, 2).repeat_interleave(4, 3)
    reference = copy.deepcopy(model).double()
    gradients = _gradients(model, _native(model, images, indices), labels, torch.float64)
    expected = _gradients(reference, reference(images[indices].double()), labels, torch.float64)
    for name in ("conv3.weight", "fc1.weight"):
        _assert_close(gradients[name], expected[name], name)


def test_the_same_step_twice_gives_the_same_bytes() -> None:
    model, images, indices, labels = _model_and_data(_architecture(batch_norm=True, pooling="max"), 33)
    twin = copy.deepcopy(model)
    first = _gradients(model, _native(model, images, indices), labels, torch.float32)
    second = _gradients(twin, _native(twin, images, indices), labels, torch.float32)
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_tanh_is_accurate_to_a_few_units_in_the_last_place() -> None:
    model, images, indices, _ = _model_and_data(_architecture((1, 1, 1)), 50)
    inputs = torch.cat([torch.linspace(-12, 12, 4001), torch.logspace(-30, 0, 4001)])
    # A first stage that passes its bias on: conv weight 0, one bias at a time is one tanh.
    torch.nn.init.zeros_(model.conv1.weight)
    engine = choose_engine("native", model, CPU)
    stages = engine.forward
    for value in inputs[::400]:
        torch.nn.init.constant_(model.conv1.bias, float(value))
        torch.nn.init.zeros_(model.conv2.weight)
        model.conv2.weight.data[0, 0, 2, 2] = 1.0
        torch.nn.init.zeros_(model.conv2.bias)
        with torch.no_grad():
            features = stages._features(images, indices)  # type: ignore[attr-defined]
        expected = torch.tanh(torch.tanh(value.double()))
        assert float(((features.double() - expected) / expected).abs().max()) < 5e-7


def test_an_index_outside_the_images_is_an_error() -> None:
    model, images, _, _ = _model_and_data(_architecture((1, 1, 1)), 3)
    with pytest.raises(IndexError, match="outside"):
        _native(model, images, torch.tensor([len(images)]))
