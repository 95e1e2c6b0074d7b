"""The two networks: the original's code, its sizes and its initialisation."""

import itertools
import math

import pytest
import torch
from builders import run_config
from original_code import OriginalFC, OriginalLeNet5
from torch import Tensor, nn
from training_builders import initialised, random_data

from fmnist.training.models import ACTIVATIONS, POOLINGS, parameter_count

ALL = [
    *({"model": "fc", "activation": activation} for activation in ACTIVATIONS),
    *(
        {"activation": activation, "pooling": pooling, "batch_norm": batch_norm, "dropout": dropout}
        for activation, pooling, batch_norm, dropout in itertools.product(
            ACTIVATIONS, POOLINGS, (False, True), (False, True)
        )
    ),
    {"channels": [32, 64, 256]},
]
OF_THE_ORIGINAL = [own for own in ALL if own.get("activation", "tanh") in ("tanh", "relu", "leaky_relu")]


@pytest.mark.parametrize("settings", ALL, ids=str)
def test_a_model_gives_ten_logits_an_image_and_every_parameter_a_gradient(settings: dict[str, object]) -> None:
    model = initialised(**settings)
    outputs = model(random_data(16).train_images)
    assert (outputs.shape, outputs.dtype) == ((16, 10), torch.float32)
    nn.functional.cross_entropy(outputs, torch.arange(16) % 10).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name
        # Batch normalisation subtracts a convolution's bias again: its gradient is rounding noise.
        if not (settings.get("batch_norm") and name.startswith("conv") and name.endswith("bias")):
            assert parameter.grad.abs().max() > 0, name


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
@pytest.mark.parametrize("settings", [{"model": "fc"}, *OF_THE_ORIGINAL[3:]], ids=str)
def test_a_model_is_the_originals_code(settings: dict[str, object], training: bool) -> None:
    images = random_data(4).train_images

    def outputs(model: nn.Module) -> Tensor:
        torch.manual_seed(2)  # of the dropout
        return model.train(training)(images)

    ours = initialised(**settings)
    torch.manual_seed(0)
    original = OriginalFC() if settings.get("model") == "fc" else OriginalLeNet5(run_config(**settings))
    assert torch.equal(outputs(ours), outputs(original))


@pytest.mark.parametrize(
    ("settings", "count"),
    [
        ({"model": "fc"}, 407_050),
        ({}, 61_706),
        ({"batch_norm": True}, 61_706 + 2 * (6 + 16 + 120)),
        (
            {"channels": [32, 64, 256]},
            (25 * 32 + 32) + (25 * 32 * 64 + 64) + (25 * 64 * 256 + 256) + (84 * 256 + 84) + (10 * 84 + 10),
        ),
    ],
    ids=str,
)
def test_parameter_counts(settings: dict[str, object], count: int) -> None:
    assert parameter_count(initialised(**settings)) == count


@pytest.mark.parametrize("settings", [{"model": "fc"}, {}, {"channels": [32, 64, 256]}], ids=str)
def test_fully_connected_weights_are_xavier_uniform(settings: dict[str, object]) -> None:
    model = initialised(**settings)
    for layer in (model.fc1, model.fc2):
        bound = math.sqrt(6 / (layer.in_features + layer.out_features))
        largest = float(layer.weight.detach().abs().max())
        assert 0.97 * bound < largest <= bound
        assert abs(float(layer.weight.detach().mean())) < 0.1 * bound


def test_settings_reach_the_layers() -> None:
    model = initialised(dropout=True, dropout_probability=0.45, activation="leaky_relu")
    assert model.dropout.p == 0.45
    assert float(model.activation(torch.tensor(-1.0))) == pytest.approx(-0.01)
