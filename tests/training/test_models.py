"""The two networks: the original's code, its sizes and its initialisation."""

import itertools
import math
from collections import OrderedDict

import pytest
import torch
from builders import SCHEMA, run_config
from torch import Tensor, nn

from fmnist.training.models import ACTIVATIONS, MODELS, POOLINGS, build_model, parameter_count
from fmnist.training.settings import ARCHITECTURES, RunSettings

SWITCHES = [
    {"activation": activation, "pooling": pooling, "batch_norm": batch_norm, "dropout": dropout}
    for activation, pooling, batch_norm, dropout in itertools.product(
        ("tanh", "relu", "leaky_relu"), ("average", "max"), (False, True), (False, True)
    )
]
ALL = [{"model": "fc", "activation": a} for a in ("tanh", "relu", "leaky_relu")] + SWITCHES


def named(settings: dict[str, object]) -> str:
    return "-".join(str(value) for value in settings.values())


def images(count: int = 4) -> Tensor:
    return torch.rand(count, 1, 28, 28, generator=torch.Generator().manual_seed(1))


class OriginalFC(nn.Module):
    """The original's code of section 2-1."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(784, 512)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(512, 10)
        torch.nn.init.xavier_uniform_(self.fc1.weight)
        torch.nn.init.xavier_uniform_(self.fc2.weight)

    def forward(self, x: Tensor) -> Tensor:
        x = self.fc1(x.reshape(x.shape[0], -1))
        x = self.relu(x)
        return self.fc2(x)


class OriginalLeNet5(nn.Module):
    """The original's code of section 2-2, its names kept."""

    def __init__(self, config: RunSettings) -> None:
        super().__init__()
        own = config
        first, second, third = own.channels
        self.con1 = nn.Conv2d(1, first, kernel_size=5, stride=1, padding=2)
        self.con2 = nn.Conv2d(first, second, kernel_size=5, stride=1)
        self.con3 = nn.Conv2d(second, third, kernel_size=5, stride=1)
        self.use_batchnormflag = own.batch_norm
        self.batchnorm1 = nn.BatchNorm2d(first)
        self.batchnorm2 = nn.BatchNorm2d(second)
        self.batchnorm3 = nn.BatchNorm2d(third)
        self.activation_function = {"tanh": nn.Tanh(), "relu": nn.ReLU(), "leaky_relu": nn.LeakyReLU()}[own.activation]
        self.pooling_layer = {"average": nn.AvgPool2d(2), "max": nn.MaxPool2d(2)}[own.pooling]
        self.fc1 = nn.Linear(third, 84)
        self.fc2 = nn.Linear(84, 10)
        self.dflag = own.dropout
        self.dropout = nn.Dropout(0.3)
        torch.nn.init.xavier_uniform_(self.fc1.weight)
        torch.nn.init.xavier_uniform_(self.fc2.weight)

    def forward(self, x: Tensor) -> Tensor:
        x = self.con1(x)
        if self.use_batchnormflag:
            x = self.batchnorm1(x)
        x = self.activation_function(x)
        x = self.pooling_layer(x)
        x = self.con2(x)
        if self.use_batchnormflag:
            x = self.batchnorm2(x)
        x = self.activation_function(x)
        x = self.pooling_layer(x)
        x = self.con3(x)
        if self.use_batchnormflag:
            x = self.batchnorm3(x)
        x = self.activation_function(x)
        x = x.reshape(x.shape[0], -1)
        x = self.fc1(x)
        if self.dflag:
            x = self.dropout(x)
        x = self.activation_function(x)
        return self.fc2(x)


def outputs_of(model: nn.Module, training: bool) -> Tensor:
    torch.manual_seed(2)  # of the dropout
    return model.train(training)(images())


@pytest.mark.parametrize("settings", ALL, ids=named)
def test_outputs_are_ten_logits_an_image(settings: dict[str, object]) -> None:
    outputs = build_model(run_config(**settings))(images(7))
    assert outputs.shape == (7, 10)
    assert outputs.dtype == torch.float32


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
@pytest.mark.parametrize("settings", [*SWITCHES, {"channels": [32, 64, 256]}], ids=named)
def test_lenet5_is_the_originals_code(settings: dict[str, object], training: bool) -> None:
    config = run_config(**settings)
    torch.manual_seed(0)
    original = OriginalLeNet5(config)
    torch.manual_seed(0)
    ours = build_model(config)
    assert torch.equal(outputs_of(ours, training), outputs_of(original, training))


def test_fully_connected_network_is_the_originals_code() -> None:
    torch.manual_seed(0)
    original = OriginalFC()
    torch.manual_seed(0)
    ours = build_model(run_config(model="fc"))
    assert torch.equal(ours(images()), original(images()))


def test_parameter_counts_of_the_originals_networks() -> None:
    assert parameter_count(build_model(run_config(model="fc"))) == 407_050
    assert parameter_count(build_model(run_config())) == 61_706


@pytest.mark.parametrize("hidden", [1, 16, 1000])
def test_parameter_count_of_the_fully_connected_network_follows_its_width(hidden: int) -> None:
    model = build_model(run_config(model="fc", hidden_units=hidden))
    assert parameter_count(model) == (784 * hidden + hidden) + (hidden * 10 + 10)


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("channels", [[6, 16, 120], [32, 64, 256], [1, 1, 1], [3, 5, 7]])
def test_parameter_count_of_lenet5_follows_its_channels(channels: list[int], batch_norm: bool) -> None:
    a, b, c = channels
    convolutions = (25 * a + a) + (25 * a * b + b) + (25 * b * c + c)
    normalisations = 2 * (a + b + c) if batch_norm else 0
    fully_connected = (84 * c + 84) + (10 * 84 + 10)
    model = build_model(run_config(channels=channels, batch_norm=batch_norm))
    assert parameter_count(model) == convolutions + normalisations + fully_connected


def test_parameter_count_leaves_out_what_is_not_trained() -> None:
    model = nn.Sequential(OrderedDict(trained=nn.Linear(3, 2), frozen=nn.Linear(2, 2).requires_grad_(False)))
    assert parameter_count(model) == 3 * 2 + 2


@pytest.mark.parametrize("settings", ALL, ids=named)
def test_every_parameter_receives_a_gradient(settings: dict[str, object]) -> None:
    torch.manual_seed(0)
    model = build_model(run_config(**settings))
    nn.functional.cross_entropy(model(images(16)), torch.arange(16) % 10).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name
        # Batch normalisation takes a convolution's bias out again: its gradient is rounding noise.
        if not (settings.get("batch_norm") and name.startswith("conv") and name.endswith("bias")):
            assert parameter.grad.abs().max() > 0, name


@pytest.mark.parametrize("settings", [{"model": "fc"}, {}, {"channels": [32, 64, 256]}], ids=["fc", "lenet5", "wide"])
def test_fully_connected_weights_are_xavier_uniform(settings: dict[str, object]) -> None:
    torch.manual_seed(0)
    model = build_model(run_config(**settings))
    for layer in (model.fc1, model.fc2):
        bound = math.sqrt(6 / (layer.in_features + layer.out_features))
        largest = float(layer.weight.detach().abs().max())
        assert 0.97 * bound < largest <= bound
        assert abs(float(layer.weight.detach().mean())) < 0.1 * bound


def test_all_else_has_torchs_default_initialisation() -> None:
    torch.manual_seed(0)
    model = build_model(run_config(batch_norm=True))
    fan_ins = {model.conv1: 25, model.conv2: 6 * 25, model.conv3: 16 * 25}
    for layer, fan_in in fan_ins.items():
        assert 0.9 / math.sqrt(fan_in) < float(layer.weight.detach().abs().max()) <= 1 / math.sqrt(fan_in)
        assert 0 < float(layer.bias.detach().abs().max()) <= 1 / math.sqrt(fan_in)
    for layer in (model.fc1, model.fc2):
        assert 0 < float(layer.bias.detach().abs().max()) <= 1 / math.sqrt(layer.in_features)
    for norm in (model.norm1, model.norm2, model.norm3):
        assert torch.equal(norm.weight, torch.ones_like(norm.weight))
        assert torch.equal(norm.bias, torch.zeros_like(norm.bias))


def test_leaky_relu_has_torchs_slope() -> None:
    assert float(ACTIVATIONS["leaky_relu"]()(torch.tensor(-1.0))) == pytest.approx(-0.01)


def test_dropout_uses_the_probability_of_the_config() -> None:
    assert build_model(run_config(dropout=True, dropout_probability=0.45)).dropout.p == 0.45


@pytest.mark.parametrize(
    ("registry", "setting"), [(ACTIVATIONS, "activation"), (POOLINGS, "pooling"), (MODELS, "model")]
)
def test_the_registries_hold_exactly_what_the_schema_allows(registry: dict[str, object], setting: str) -> None:
    assert sorted(registry) == sorted(SCHEMA["$defs"]["settings"][setting]["enum"])


def test_every_model_has_an_architecture() -> None:
    assert sorted(MODELS) == sorted(ARCHITECTURES)
