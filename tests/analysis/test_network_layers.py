"""The layer tables agree with the networks, and with the original's text."""

from typing import Any

import pytest
import torch
from torch import nn

from fmnist.analysis.network_layers import build_network, format_shape, layers
from fmnist.training.models import parameter_count

LENET5 = {
    "channels": [6, 16, 120],
    "activation": "tanh",
    "pooling": "average",
    "batch_norm": False,
    "dropout": False,
    "dropout_probability": 0.3,
}
FC = {"hidden_units": 512, "activation": "relu"}


def lenet5(**changes: Any) -> nn.Module:
    return build_network("lenet5", {**LENET5, **changes})


@pytest.mark.parametrize(("network", "total"), [(build_network("fc", FC), 407_050), (lenet5(), 61_706)])
def test_parameters_sum_to_the_published_counts(network: nn.Module, total: int) -> None:
    assert sum(layer.parameters for layer in layers(network)) == total == parameter_count(network)


def test_lenet5_has_the_shapes_of_the_original() -> None:
    found = [format_shape(layer.shape) for layer in layers(lenet5()) if layer.kind in ("Conv2d", "AvgPool2d", "Linear")]
    assert found == ["6 × 28 × 28", "6 × 14 × 14", "16 × 10 × 10", "16 × 5 × 5", "120 × 1 × 1", "84", "10"]


def test_the_fully_connected_network_flattens_the_image_first() -> None:
    assert [(layer.kind, layer.name, layer.shape) for layer in layers(build_network("fc", FC))] == [
        ("Input", "input image", (1, 28, 28)),
        ("Flatten", "reshape to a vector", (784,)),
        ("Linear", "fully connected, 784 → 512", (512,)),
        ("ReLU", "ReLU", (512,)),
        ("Linear", "fully connected, 512 → 10", (10,)),
    ]


def test_switches_are_layers_in_the_order_of_the_forward_pass() -> None:
    found = layers(lenet5(batch_norm=True, dropout=True, pooling="max", activation="leaky_relu"))
    activation = "leaky ReLU, slope 0.01"
    first = ["convolution 5 × 5, padding 2", "batch normalisation", activation, "max pooling 2 × 2"]
    block = ["convolution 5 × 5", "batch normalisation", activation]
    head = ["reshape to a vector", "fully connected, 120 → 84", "dropout, p = 0.3", activation]
    names = ["input image", *first, *block, "max pooling 2 × 2", *block, *head, "fully connected, 84 → 10"]
    assert [layer.name for layer in found] == names


def test_listing_the_layers_leaves_the_network_unchanged() -> None:
    network = lenet5(batch_norm=True)
    before = {key: value.clone() for key, value in network.state_dict().items()}
    layers(network)
    assert network.training
    assert all(torch.equal(before[key], value) for key, value in network.state_dict().items())
    assert not any(module._forward_hooks for module in network.modules())


def test_a_module_of_an_unknown_kind_keeps_its_class_name() -> None:
    assert layers(nn.Sequential(nn.Conv2d(1, 2, 3), nn.GELU()))[-1].name == "GELU"
