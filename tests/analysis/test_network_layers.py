"""The layer tables agree with the networks, and with the original's text."""

import pytest
from torch import nn

from fmnist.analysis.network_layers import build_network, layers
from fmnist.training.models import parameter_count


@pytest.mark.parametrize(
    ("network", "total"), [(build_network("fc", {}), 407_050), (build_network("lenet5", {}), 61_706)]
)
def test_parameters_sum_to_the_published_counts(network: nn.Module, total: int) -> None:
    assert sum(layer.parameters for layer in layers(network)) == total == parameter_count(network)


def test_the_fully_connected_network_flattens_the_image_first() -> None:
    assert [(layer.kind, layer.name, layer.shape) for layer in layers(build_network("fc", {}))] == [
        ("Input", "input image", (1, 28, 28)),
        ("Flatten", "reshape to a vector", (784,)),
        ("Linear", "fully connected, 784 → 512", (512,)),
        ("ReLU", "ReLU", (512,)),
        ("Linear", "fully connected, 512 → 10", (10,)),
    ]


def test_switches_are_layers_in_the_order_of_the_forward_pass() -> None:
    settings = {"batch_norm": True, "dropout": True, "pooling": "max", "activation": "leaky_relu"}
    found = layers(build_network("lenet5", settings))
    activation = "leaky ReLU, slope 0.01"
    first = ["convolution 5 × 5, padding 2", "batch normalisation", activation, "max pooling 2 × 2"]
    block = ["convolution 5 × 5", "batch normalisation", activation]
    head = ["reshape to a vector", "fully connected, 120 → 84", "dropout, p = 0.3", activation]
    names = ["input image", *first, *block, "max pooling 2 × 2", *block, *head, "fully connected, 84 → 10"]
    assert [layer.name for layer in found] == names


def test_a_module_of_an_unknown_kind_keeps_its_class_name() -> None:
    assert layers(nn.Sequential(nn.Conv2d(1, 2, 3), nn.GELU()))[-1].name == "GELU"
