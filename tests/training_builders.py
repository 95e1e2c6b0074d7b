"""Builders for the tests of fmnist/training: random images, steps of both engines, runs and their files."""

import math
from pathlib import Path

import pytest
import torch
from builders import run_config
from torch import Tensor, nn

from fmnist.runs.files import write_loss_curve, write_metrics
from fmnist.runs.predictions import write_predictions
from fmnist.training.dataset import Dataset
from fmnist.training.engines import choose_engine
from fmnist.training.loop import TrainingResult
from fmnist.training.losses import LOSSES
from fmnist.training.models import build_model
from fmnist.training.native.build import BuildError, library
from fmnist.training.settings import RunSettings

CPU = torch.device("cpu")
SMALL = {"channels": [2, 4, 8]}
DIVERGING = {"model": "fc", "hidden_units": 8, "optimizer": "sgd", "learning_rate": 1e30, "batch_size": 10}


def has_native_kernels() -> bool:
    try:
        library()
    except BuildError:
        return False
    return True


needs_native = pytest.mark.skipif(not has_native_kernels(), reason="the native kernels cannot be built here")
BOTH_ENGINES = ["torch", pytest.param("native", marks=needs_native)]


def write_all(folder: Path, config: RunSettings, result: TrainingResult) -> dict[str, bytes]:
    """Write the files of a run that must be equal when it is repeated; return their bytes by name."""
    write_metrics(folder / "metrics.json", run_id="x", seed=0, config=config, data_sha256="d", result=result)
    write_loss_curve(folder / "loss.csv", result.epochs)
    write_predictions(folder / "predictions.npy", result.predictions)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def initialised(seed: int = 0, **settings: object) -> nn.Module:
    """Build the network of some settings from a seed of torch's global random stream."""
    torch.manual_seed(seed)
    return build_model(run_config(**settings))


def random_data(images: int, seed: int = 0) -> Dataset:
    """Return random images with random labels, the same for training and test."""
    random = torch.Generator().manual_seed(seed)
    pixels = torch.rand(images, 1, 28, 28, generator=random)
    labels = torch.randint(10, (images,), generator=random)
    return Dataset(train_images=pixels, train_labels=labels, test_images=pixels, test_labels=labels)


Step = tuple[Tensor, Tensor, dict[str, Tensor]]  # loss, number of images recognised, gradients by parameter


def native_step(
    model: nn.Module, data: Dataset, batch: Tensor, loss: str = "cross_entropy", learning_rate: float = 0.0
) -> Step:
    """Take a native step on the training images with the indices `batch`."""
    engine = choose_engine("native", model, CPU)
    optimizer = torch.optim.SGD(engine.parameters, lr=learning_rate)
    value, right = engine.trainer(data, loss, optimizer, len(batch))(batch)
    parts = engine.parameters[0].grad.split([parameter.numel() for parameter in model.parameters()])
    named = zip(model.named_parameters(), parts, strict=True)
    return value, right, {name: part.view_as(parameter) for (name, parameter), part in named}


def torch_step(model: nn.Module, data: Dataset, batch: Tensor, loss: str = "cross_entropy") -> Step:
    """Return the same of the module itself, in its own precision."""
    outputs = model(data.train_images[batch].to(next(model.parameters()).dtype))
    labels = data.train_labels[batch]
    value = LOSSES[loss](outputs, labels)
    value.backward()
    gradients = {name: parameter.grad for name, parameter in model.named_parameters()}
    return value.detach(), (outputs.argmax(1) == labels).sum(), gradients


def relative_error(actual: Tensor, expected: Tensor, scale: float = 0.0) -> float:
    """Return the largest error of a tensor, relative to its largest absolute value or to a larger scale."""
    error = float((actual.detach().double() - expected.detach()).abs().max())
    largest = max(scale, float(expected.detach().abs().max()))
    return error / largest if largest else math.inf if error else 0.0
