"""The two networks: the original's code, its sizes and its initialisation."""

import itertools

import pytest
import torch
from builders import run_config
from original_code import OriginalFC, OriginalLeNet5
from torch import Tensor, nn
from training_builders import initialised, random_data

from fmnist.training.models import ACTIVATIONS, POOLINGS, parameter_count

SWITCHES = ("activation", "pooling", "batch_norm", "dropout")
CHOICES = itertools.product(ACTIVATIONS, POOLINGS, (False, True), (False, True))
ALL = [
    *({"model": "fc", "activation": activation} for activation in ACTIVATIONS),
    *(dict(zip(SWITCHES, chosen, strict=True)) for chosen in CHOICES),
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
    [({"model": "fc"}, 407_050), ({}, 61_706), ({"batch_norm": True}, 61_706 + 2 * (6 + 16 + 120))],
    ids=str,
)
def test_parameter_counts(settings: dict[str, object], count: int) -> None:
    assert parameter_count(initialised(**settings)) == count


def test_the_probability_reaches_the_dropout() -> None:
    assert initialised(dropout=True, dropout_probability=0.45).dropout.p == 0.45
