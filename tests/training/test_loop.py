"""The training loop: the original's numbers, repeatable bit for bit, and its result."""

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from builders import Spy, only, run_config
from original_code import original_loop
from torch import nn
from training_builders import BOTH_ENGINES, DIVERGING, SMALL, write_all

from fmnist.common.errors import DataError
from fmnist.common.validation import json_schema
from fmnist.training.dataset import Dataset, load_dataset
from fmnist.training.loop import EpochRecord, train
from fmnist.training.losses import LOSSES
from fmnist.training.models import ACTIVATIONS, MODELS, POOLINGS
from fmnist.training.optimizers import OPTIMIZERS, SCHEDULERS
from fmnist.training.settings import MODELS as SETTINGS
from fmnist.training.settings import LeNet5Settings

pytestmark = pytest.mark.usefixtures("one_thread")


def test_there_is_code_for_exactly_what_the_declaration_allows() -> None:
    code = {"activation": ACTIVATIONS, "pooling": POOLINGS, "loss": LOSSES, "optimizer": OPTIMIZERS}
    declared = json_schema(LeNet5Settings)["properties"]
    for setting, choices in {**code, "scheduler": SCHEDULERS}.items():
        assert sorted(choices) == sorted(declared[setting]["enum"]), setting
    assert sorted(MODELS) == sorted(SETTINGS)


@pytest.mark.parametrize(
    "settings",
    [
        {"model": "fc"},
        {},
        {"optimizer": "sgd", "learning_rate": 0.1},
        {"optimizer": "rmsprop"},
        {"loss": "mse"},
        {"loss": "multi_margin"},
        {"scheduler": "step", "step_size": 2, "learning_rate": 0.01},
        {"batch_norm": True, "activation": "relu", "pooling": "max"},
        {"dropout": True, "activation": "leaky_relu"},
    ],
    ids=str,
)
def test_training_is_the_originals_loop(sample: Dataset, settings: dict[str, Any]) -> None:
    data = only(sample, 330, 200)  # 128 + 128 + 74: the last, smaller batch counts as much as the others
    config = run_config(epochs=2, batch_size=128, **settings)
    epochs = train(config, data, 5, engine="torch").epochs
    for ours, original in zip(epochs, original_loop(config, data, 5), strict=True):
        assert ours.train_loss == pytest.approx(original["train_loss"], rel=1e-5)
        assert ours.learning_rate == pytest.approx(original["learning_rate"], rel=1e-12)
        assert ours.train_accuracy == pytest.approx(original["train_accuracy"], abs=1.5 / 330)
        assert ours.test_accuracy == pytest.approx(original["test_accuracy"], abs=1.5 / 200)


@pytest.mark.parametrize(
    ("images", "batch_size", "drop_last", "sizes"),
    [
        (25, 10, False, [10, 10, 5]),
        (25, 10, True, [10, 10]),
        (20, 10, True, [10, 10]),
        (5, 10, True, [5]),  # the only batch is kept
    ],
)
def test_the_last_batch_is_kept_or_dropped(
    sample: Dataset, monkeypatch: pytest.MonkeyPatch, images: int, batch_size: int, drop_last: bool, sizes: list[int]
) -> None:
    spy = Spy(monkeypatch)
    config = run_config(model="fc", hidden_units=4, epochs=2, batch_size=batch_size, drop_last=drop_last)
    train(config, only(sample, images, 10), 0)
    assert [len(batch) for batch in spy.batches] == sizes * 2


@pytest.mark.parametrize("engine", BOTH_ENGINES)
@pytest.mark.parametrize(
    "settings", [{}, {"dropout": True, "batch_norm": True, "pooling": "max", "activation": "relu"}], ids=["base", "all"]
)
def test_a_repeated_run_leaves_the_same_bytes(
    sample: Dataset, tmp_path: Path, engine: str, settings: dict[str, Any]
) -> None:
    data, config = only(sample, 300, 100), run_config(epochs=2, **settings)
    first = write_all(tmp_path / "first", config, train(config, data, 0, engine=engine))
    torch.rand(7)  # other draws from the global stream make no difference
    second = write_all(tmp_path / "second", config, train(config, data, 0, engine=engine))
    assert sorted(first) == ["loss.csv", "metrics.json", "predictions.npy"]
    assert first == second


def test_a_seed_gives_one_architecture_the_same_first_weights(sample: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    def first_weights(seed: int, **settings: Any) -> dict[str, torch.Tensor]:
        with monkeypatch.context() as patch:
            spy = Spy(patch)
            train(run_config(**SMALL, epochs=1, **settings), only(sample, 20, 10), seed)
            return spy.first_weights

    base = first_weights(0)
    same = [{"optimizer": "sgd"}, {"batch_size": 7}, {"loss": "mse"}, {"dropout": True}, {"activation": "relu"}]
    for settings in [*same, {"pooling": "max"}, {"scheduler": "step", "step_size": 2}]:
        other = first_weights(0, **settings)
        assert all(torch.equal(base[name], other[name]) for name in base), settings
    assert not torch.equal(base["fc1.weight"], first_weights(1)["fc1.weight"])


def test_initialisation_and_order_can_have_seeds_of_their_own(sample: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    def weights_and_order(seed: int, **settings: Any) -> tuple[torch.Tensor, list[list[int]]]:
        with monkeypatch.context() as patch:
            spy = Spy(patch)
            train(run_config(**SMALL, epochs=1, **settings), only(sample, 20, 10), seed)
            return spy.first_weights["fc1.weight"], [batch.tolist() for batch in spy.batches]

    (zero, zero_order), (one, one_order) = weights_and_order(0), weights_and_order(1)
    mixed, mixed_order = weights_and_order(7, initialisation_seed=0, shuffling_seed=1)
    assert torch.equal(mixed, zero)
    assert not torch.equal(mixed, one)
    assert mixed_order == one_order != zero_order


@pytest.mark.parametrize(("unit", "per_epoch"), [("batch", 7), ("epoch", 1)])
def test_the_learning_rate_of_every_step(
    sample: Dataset, monkeypatch: pytest.MonkeyPatch, unit: str, per_epoch: int
) -> None:
    """70 images in batches of 10 are 7 steps an epoch; the scheduler counts batches or epochs."""
    spy = Spy(monkeypatch)
    schedule = {"scheduler": "step", "step_size": 3, "gamma": 0.5, "scheduler_interval": unit, "learning_rate": 0.01}
    config = run_config(model="fc", hidden_units=4, epochs=8, batch_size=10, **schedule)
    epochs = train(config, only(sample, 70, 10), 0).epochs
    used = [0.01 * 0.5 ** (step * per_epoch // 7 // 3) for step in range(56)]
    assert spy.learning_rates == pytest.approx(used, rel=1e-12)
    after = [0.01 * 0.5 ** (record.epoch * per_epoch // 3) for record in epochs]
    assert [record.learning_rate for record in epochs] == pytest.approx(after, rel=1e-12)


def test_plateau_watches_the_epochs_mean_training_loss(sample: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """Torch's own scheduler, given the recorded losses, has the same rates. The high rate makes some losses rise."""
    spy = Spy(monkeypatch)
    schedule = {"scheduler": "plateau", "patience": 0, "gamma": 0.5, "learning_rate": 0.5, "threshold": 0.01}
    config = run_config(model="fc", hidden_units=16, epochs=8, batch_size=10, **schedule)
    epochs = train(config, only(sample, 70, 10), 0).epochs
    optimizer = torch.optim.Adam([nn.Parameter(torch.ones(1))], lr=0.5)
    original = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=0, threshold=0.01)
    expected = [0.5]
    for record in epochs:
        original.step(record.train_loss)
        expected.append(optimizer.param_groups[0]["lr"])
    assert 2 < len(set(expected)) < len(expected)  # some epochs decay the rate, and some do not
    assert spy.learning_rates == [rate for rate in expected[:-1] for _ in range(7)]
    assert [record.learning_rate for record in epochs] == expected[1:]


def test_measures_are_those_of_the_final_network_in_evaluation_mode(
    sample: Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spy = Spy(monkeypatch)
    data = only(sample, 200, 150)
    config = run_config(**SMALL, epochs=3, dropout=True, dropout_probability=0.9, batch_norm=True, learning_rate=0.01)
    result = train(config, data, 0, engine="torch")
    model = spy.model.eval()
    with torch.no_grad():
        on_train, on_test = model(data.train_images), model(data.test_images)
    fitted = float((on_train.argmax(1) == data.train_labels).double().mean())
    accuracy = float((on_test.argmax(1) == data.test_labels).double().mean())

    assert result.fitted_train_accuracy == pytest.approx(fitted, abs=1.5 / 200)
    assert result.epochs[-1].test_accuracy == pytest.approx(accuracy, abs=1.5 / 150)
    test_loss = float(nn.functional.cross_entropy(on_test, data.test_labels))
    assert result.epochs[-1].test_loss == pytest.approx(test_loss, rel=1e-4)
    assert (result.predictions == on_test.argmax(1).numpy()).mean() > 0.98

    metrics = json.loads(write_all(tmp_path, config, result)["metrics.json"])
    assert metrics["fitted_train_accuracy"] == result.fitted_train_accuracy
    assert metrics["generalization_gap"] == result.fitted_train_accuracy - result.epochs[-1].test_accuracy


def test_the_result_has_a_record_an_epoch_and_a_class_for_every_test_image(sample: Dataset) -> None:
    reported: list[EpochRecord] = []
    result = train(run_config(epochs=3), only(sample, 300, 77), 0, progress=reported.append)
    assert [record.epoch for record in result.epochs] == [1, 2, 3]
    assert reported == result.epochs
    assert {record.learning_rate for record in result.epochs} == {0.001}
    assert result.epochs[-1].train_loss < result.epochs[0].train_loss
    assert (str(result.predictions.dtype), result.predictions.shape) == ("uint8", (77,))
    hits = result.predictions == sample.test_labels[:77].numpy()
    assert hits.mean() == result.epochs[-1].test_accuracy > 0.3
    assert (result.parameter_count, result.diverged) == (61_706, False)
    assert result.seconds > 0


def test_a_diverged_run_stops_and_its_files_say_so(sample: Dataset, tmp_path: Path) -> None:
    config = run_config(**DIVERGING, epochs=5)
    result = train(config, only(sample, 50, 20), 0)
    assert result.diverged
    assert len(result.epochs) == 1
    files = write_all(tmp_path, config, result)
    metrics = json.loads(files["metrics.json"])
    assert (metrics["diverged"], metrics["epochs_trained"]) == (True, 1)
    assert metrics["train_loss"] is metrics["test_loss"] is None
    (row,) = csv.DictReader(files["loss.csv"].decode().splitlines())
    assert not math.isfinite(float(row["train_loss"]))


@pytest.mark.parametrize(
    "images", [np.zeros((2, 32, 32), np.uint8), np.zeros((3, 28, 28), np.uint8), np.zeros((2, 28, 28))]
)
def test_prepared_images_of_another_shape_or_type_are_refused(tmp_path: Path, images: Any) -> None:
    with pytest.raises(DataError, match=r"a\.npz holds images of shape"):
        load_dataset(prepared(tmp_path, images, np.zeros(2, np.uint8)))


@pytest.mark.parametrize("labels", [np.array([0, 10], np.uint8), np.zeros(2), np.zeros(0, np.uint8)])
def test_prepared_labels_that_are_not_classes_are_refused(tmp_path: Path, labels: Any) -> None:
    with pytest.raises(DataError, match=r"a\.npz has labels that are not classes"):
        load_dataset(prepared(tmp_path, np.zeros((len(labels), 28, 28), np.uint8), labels))


def prepared(folder: Path, images: Any, labels: Any) -> Path:
    np.savez(folder / "a.npz", train_images=images, train_labels=labels, test_images=images, test_labels=labels)
    return folder / "a.npz"
