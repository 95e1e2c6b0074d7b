"""Which engine trains a run, and that both train alike."""

from typing import Any

import pytest
from builders import only, run_config
from test_training import SMALL, needs_native
from torch import nn

from fmnist.common.errors import FmnistError
from fmnist.training import engines
from fmnist.training.dataset import Dataset
from fmnist.training.loop import train
from fmnist.training.models import LeNet5
from fmnist.training.native.build import BuildError

pytestmark = pytest.mark.usefixtures("one_thread")


@needs_native
@pytest.mark.parametrize(
    "settings", [{}, {"batch_norm": True, "pooling": "max", "activation": "leaky_relu", "dropout": True}], ids=str
)
def test_native_and_torch_engines_train_alike(sample: Dataset, settings: dict[str, Any]) -> None:
    data, config = only(sample, 500, 200), run_config(epochs=2, **settings)
    native, plain = (train(config, data, 0, engine=engine) for engine in ("native", "torch"))
    assert (native.engine, plain.engine) == ("native", "torch")
    for ours, theirs in zip(native.epochs, plain.epochs, strict=True):
        assert ours.train_loss == pytest.approx(theirs.train_loss, rel=1e-3)
        assert ours.test_loss == pytest.approx(theirs.test_loss, rel=1e-2)
        assert ours.test_accuracy == pytest.approx(theirs.test_accuracy, abs=0.02)


@needs_native
@pytest.mark.parametrize("requested", ["auto", "native", "torch"])
def test_auto_is_native_for_both_networks(requested: str, sample: Dataset) -> None:
    data = only(sample, 20, 10)
    for config in (run_config(**SMALL, epochs=1), run_config(model="fc", hidden_units=4, epochs=1)):
        expected = "torch" if requested == "torch" else "native"
        assert train(config, data, 0, engine=requested).engine == expected


@pytest.fixture
def _no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(model: nn.Module) -> None:
        raise BuildError("no C++ compiler was found")

    monkeypatch.setattr(engines, "NATIVE", {LeNet5: fail})


@pytest.mark.usefixtures("_no_compiler")
def test_without_a_compiler_native_is_refused_and_auto_is_torch(sample: Dataset) -> None:
    config, data = run_config(**SMALL, epochs=1), only(sample, 20, 10)
    with pytest.raises(FmnistError) as caught:
        train(config, data, 0, engine="native")
    assert str(caught.value) == "engine is 'native', but no C++ compiler was found; use engine: auto or torch."
    assert train(config, data, 0, engine="auto").engine == "torch"


def test_an_unknown_engine_is_refused(sample: Dataset) -> None:
    with pytest.raises(ValueError, match="engine is 'jax'; allowed: auto, native, torch"):
        train(run_config(epochs=1), only(sample, 20, 10), 0, engine="jax")
