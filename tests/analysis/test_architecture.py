"""The layer tables agree with the networks, and with the original's text."""

import pytest
import torch
from torch import nn

from fmnist.analysis.network_layers import format_shape, layers
from fmnist.figures.networks import DRAWINGS, stages
from fmnist.training.models import FCNetwork, LeNet5, parameter_count
from fmnist.training.settings import FCSettings, LeNet5Settings


def lenet5(**changes):
    base = {
        "channels": (6, 16, 120),
        "activation": "tanh",
        "pooling": "average",
        "batch_norm": False,
        "dropout": False,
        "dropout_probability": 0.3,
    }
    return LeNet5(LeNet5Settings(**{**base, **changes}))


def fc():
    return FCNetwork(FCSettings(hidden_units=512, activation="relu"))


@pytest.mark.parametrize(("model", "total"), [(fc(), 407_050), (lenet5(), 61_706)])
def test_parameters_sum_to_the_published_counts(model, total):
    assert sum(layer.parameters for layer in layers(model)) == total == parameter_count(model)


def test_shapes_of_lenet5_are_those_of_the_original():
    found = [format_shape(layer.shape) for layer in layers(lenet5()) if layer.kind in ("Conv2d", "AvgPool2d", "Linear")]
    assert found == ["6 × 28 × 28", "6 × 14 × 14", "16 × 10 × 10", "16 × 5 × 5", "120 × 1 × 1", "84", "10"]


def test_fully_connected_network_flattens_the_image_first():
    assert [(layer.kind, layer.shape) for layer in layers(fc())] == [
        ("Input", (1, 28, 28)),
        ("Flatten", (784,)),
        ("Linear", (512,)),
        ("ReLU", (512,)),
        ("Linear", (10,)),
    ]


def test_switches_appear_as_layers_in_the_order_of_the_forward_pass():
    kinds = [
        layer.kind for layer in layers(lenet5(batch_norm=True, dropout=True, pooling="max", activation="leaky_relu"))
    ]
    block = ["Conv2d", "BatchNorm2d", "LeakyReLU"]
    head = ["Flatten", "Linear", "Dropout", "LeakyReLU", "Linear"]
    assert kinds == ["Input", *block, "MaxPool2d", *block, "MaxPool2d", *block, *head]


def test_looking_at_a_network_leaves_it_as_it_was():
    model = lenet5(batch_norm=True)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    layers(model)
    assert model.training
    assert all(torch.equal(before[key], value) for key, value in model.state_dict().items())
    assert not any(module._forward_hooks for module in model.modules())


def test_a_module_without_a_description_keeps_its_class_name():
    assert layers(nn.Sequential(nn.Conv2d(1, 2, 3), nn.GELU()))[-1].name == "GELU"


@pytest.mark.parametrize("model", ["fc", "lenet5"])
def test_drawings_are_svg_and_the_same_each_time(tmp_path, model):
    network = {"fc": fc, "lenet5": lenet5}[model]()
    for name in ("a.svg", "b.svg"):
        DRAWINGS[model](layers(network), tmp_path / name)
    first = (tmp_path / "a.svg").read_bytes()
    assert first == (tmp_path / "b.svg").read_bytes()
    assert b"<svg" in first


def test_a_drawing_shows_every_array_once():
    blocks = stages(layers(lenet5(batch_norm=True, dropout=True)))
    assert [format_shape(block.shape) for block in blocks] == [
        "1 × 28 × 28",
        "6 × 28 × 28",
        "6 × 14 × 14",
        "16 × 10 × 10",
        "16 × 5 × 5",
        "120 × 1 × 1",
        "84",
        "10",
    ]
    assert blocks[1].operations == ["convolution 5 × 5, padding 2", "batch normalisation", "tanh"]
    assert blocks[6].operations == ["reshape", "fully connected, 120 → 84", "dropout, p = 0.3", "tanh"]
