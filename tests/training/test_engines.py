"""Which engine trains a run, and that both engines train alike."""

import logging
from typing import Any

import pytest
from builders import only, run_config
from torch import nn
from training_builders import CPU, SMALL, initialised, needs_native

from fmnist.common.errors import FmnistError
from fmnist.training import engines
from fmnist.training.dataset import Dataset
from fmnist.training.engines import choose_engine
from fmnist.training.loop import train
from fmnist.training.models import LeNet5
from fmnist.training.native.build import BuildError

pytestmark = pytest.mark.usefixtures("one_thread")

FC: dict[str, Any] = {"model": "fc", "hidden_units": 16}


@needs_native
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"batch_norm": True, "pooling": "max", "activation": "leaky_relu", "dropout": True},
        {**FC, "loss": "mse", "optimizer": "rmsprop"},
        {**FC, "loss": "multi_margin", "optimizer": "sgd"},
    ],
    ids=str,
)
def test_native_and_torch_engines_train_alike(sample: Dataset, settings: dict[str, Any]) -> None:
    data, config = only(sample, 500, 200), run_config(epochs=2, **settings)
    native, plain = (train(config, data, 0, engine=engine) for engine in ("auto", "torch"))
    assert (native.engine, plain.engine) == ("native", "torch")
    for ours, theirs in zip(native.epochs, plain.epochs, strict=True):
        assert ours.train_loss == pytest.approx(theirs.train_loss, rel=1e-3)
        assert ours.test_loss == pytest.approx(theirs.test_loss, rel=1e-2)
        assert ours.test_accuracy == pytest.approx(theirs.test_accuracy, abs=0.02)


def test_without_a_compiler_native_is_refused_and_auto_is_torch(
    few_images: Dataset, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(model: nn.Module) -> None:
        raise BuildError("no C++ compiler was found")

    monkeypatch.setattr(engines, "NATIVE", {LeNet5: fail})
    config = run_config(**SMALL, epochs=1)
    with pytest.raises(FmnistError) as caught:
        train(config, few_images, 0, engine="native")
    assert str(caught.value) == "engine is 'native', but no C++ compiler was found; use engine: auto or torch."
    caplog.set_level(logging.INFO)
    assert train(config, few_images, 0, engine="auto").engine == "torch"
    assert "no C++ compiler was found" in caplog.text  # the log says why the slower engine ran


def test_what_the_kernels_lack_trains_with_torch() -> None:
    model = initialised(**SMALL)
    model.activation = nn.GELU()
    assert choose_engine("auto", model, CPU).name == "torch"
    with pytest.raises(FmnistError, match="the native kernels have no GELU"):
        choose_engine("native", model, CPU)
