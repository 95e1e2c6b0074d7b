"""Training: the original's loop, bit for bit repeatable, and what a run leaves behind."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from builders import Spy, only, run_config
from test_models import OriginalFC, OriginalLeNet5
from torch import nn

from fmnist.runs.files import write_loss_curve, write_metrics, write_predictions
from fmnist.training.dataset import Dataset
from fmnist.training.loop import EpochRecord, TrainingResult, train
from fmnist.training.native.build import BuildError, library
from fmnist.training.randomness import shuffling_generator, stream_seed
from fmnist.training.settings import RunSettings

pytestmark = pytest.mark.usefixtures("one_thread")

SMALL = {"channels": [2, 4, 8]}


def has_native_kernels() -> bool:
    try:
        library()
    except BuildError:
        return False
    return True


needs_native = pytest.mark.skipif(not has_native_kernels(), reason="no native kernels here")


def write_all(folder: Path, config: RunSettings, result: TrainingResult) -> dict[str, bytes]:
    write_metrics(folder / "metrics.json", run_id="x", seed=0, config=config, data_sha256="d", result=result)
    write_loss_curve(folder / "loss.csv", result.epochs)
    write_predictions(folder / "predictions.npy", result.predictions)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# --- the original's loop ---------------------------------------------------------------------


def original_loop(config: RunSettings, data: Dataset, seed: int) -> list[dict[str, float]]:
    """Train as the original's code does, with plain torch and the streams of our seeds."""
    torch.manual_seed(stream_seed(seed, "initialisation"))
    model = OriginalFC() if config.model == "fc" else OriginalLeNet5(config)
    torch.manual_seed(stream_seed(seed, "dropout"))
    softmax_exist = config.loss == "mse"
    network = nn.Sequential(model, nn.Softmax(1)) if softmax_exist else model
    criterion = {"cross_entropy": nn.CrossEntropyLoss(), "mse": nn.MSELoss(), "multi_margin": nn.MultiMarginLoss()}[
        config.loss
    ]
    kinds = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD, "rmsprop": torch.optim.RMSprop}
    optimizer = kinds[config.optimizer](model.parameters(), lr=config.learning_rate)
    scheduler = (
        torch.optim.lr_scheduler.StepLR(optimizer, step_size=config.step_size, gamma=0.9) if config.step_size else None
    )
    shuffling = shuffling_generator(seed)
    history = []
    for _ in range(config.epochs):
        network.train()
        batches = torch.randperm(len(data.train_labels), generator=shuffling).split(config.batch_size)
        training_loss, correct = 0.0, 0
        for batch in batches:
            images, indices = data.train_images[batch], data.train_labels[batch]
            labels = (
                torch.zeros(indices.shape[0], 10).scatter_(1, indices.unsqueeze(1), 1.0) if softmax_exist else indices
            )
            predictions = network(images)
            loss = criterion(predictions, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if scheduler:
                scheduler.step()
            training_loss += loss.item() / len(batches)
            correct += int((predictions.argmax(1) == indices).sum())
        network.eval()
        with torch.no_grad():
            outputs = network(data.test_images)
        history.append(
            {
                "train_loss": training_loss,
                "train_accuracy": correct / len(data.train_labels),
                "test_accuracy": int((outputs.argmax(1) == data.test_labels).sum()) / len(data.test_labels),
                "learning_rate": optimizer.param_groups[0]["lr"],
            }
        )
    return history


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


def test_train_loss_is_the_unweighted_mean_of_the_batch_losses(sample: Dataset) -> None:
    """One batch of 100 and one of 1: each is half of the mean, with weights that stand still."""
    data = only(sample, 101, 10)
    config = run_config(**SMALL, epochs=1, optimizer="sgd", learning_rate=1e-12)
    torch.manual_seed(stream_seed(0, "initialisation"))
    model = OriginalLeNet5(config)
    order = torch.randperm(101, generator=shuffling_generator(0))
    losses = [
        float(nn.functional.cross_entropy(model(data.train_images[batch]), data.train_labels[batch]).detach())
        for batch in order.split(100)
    ]
    (record,) = train(config, data, 0, engine="torch").epochs
    assert record.train_loss == pytest.approx(sum(losses) / 2, rel=1e-6)
    assert record.train_loss != pytest.approx((100 * losses[0] + losses[1]) / 101, rel=1e-4)


@pytest.mark.parametrize(
    ("images", "batch_size", "last_batch", "sizes"),
    [
        (25, 10, "keep", [10, 10, 5]),
        (25, 10, "drop", [10, 10]),
        (20, 10, "drop", [10, 10]),
        (20, 10, "keep", [10, 10]),
        (5, 10, "drop", [5]),  # never the only one
    ],
)
def test_the_last_batch_is_kept_or_dropped(
    sample: Dataset, monkeypatch: pytest.MonkeyPatch, images: int, batch_size: int, last_batch: str, sizes: list[int]
) -> None:
    spy = Spy(monkeypatch)
    config = run_config(model="fc", hidden_units=4, epochs=2, batch_size=batch_size, last_batch=last_batch)
    train(config, only(sample, images, 10), 0)
    assert [len(batch) for batch in spy.batches] == sizes * 2


def test_accuracy_while_training_counts_only_the_images_seen(sample: Dataset) -> None:
    config = run_config(model="fc", hidden_units=4, epochs=1, batch_size=10, last_batch="drop")
    (record,) = train(config, only(sample, 19, 10), 0).epochs
    assert (record.train_accuracy * 10).is_integer()


# --- repeatability ---------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["torch", pytest.param("native", marks=needs_native)])
@pytest.mark.parametrize(
    "settings", [{}, {"dropout": True, "batch_norm": True, "pooling": "max", "activation": "relu"}], ids=["base", "all"]
)
def test_a_repeated_run_leaves_the_same_bytes(
    sample: Dataset, tmp_path: Path, engine: str, settings: dict[str, Any]
) -> None:
    data, config = only(sample, 300, 100), run_config(epochs=2, **settings)
    first = write_all(tmp_path / "first", config, train(config, data, 0, engine=engine))
    torch.rand(7)  # what others draw in between has no part in it
    second = write_all(tmp_path / "second", config, train(config, data, 0, engine=engine))
    assert sorted(first) == ["loss.csv", "metrics.json", "predictions.npy"]
    assert first == second


def test_another_seed_is_another_run(sample: Dataset) -> None:
    data, config = only(sample, 100, 50), run_config(model="fc", hidden_units=8, epochs=1)
    assert train(config, data, 0).epochs != train(config, data, 1).epochs


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


# --- records ---------------------------------------------------------------------------------


def test_there_is_one_record_an_epoch_and_each_is_told(sample: Dataset) -> None:
    told: list[EpochRecord] = []
    result = train(run_config(model="fc", epochs=3), only(sample, 100, 50), 0, progress=told.append)
    assert [record.epoch for record in result.epochs] == [1, 2, 3]
    assert told == result.epochs
    assert {record.learning_rate for record in result.epochs} == {0.001}
    assert result.epochs[-1].train_loss < result.epochs[0].train_loss


@pytest.mark.parametrize(("unit", "per_epoch"), [("batch", 7), ("epoch", 1)])
def test_the_learning_rate_of_every_step(
    sample: Dataset, monkeypatch: pytest.MonkeyPatch, unit: str, per_epoch: int
) -> None:
    """70 images in batches of 10 are 7 steps an epoch; the scheduler counts batches or epochs."""
    spy = Spy(monkeypatch)
    schedule = {"scheduler": "step", "step_size": 3, "gamma": 0.5, "step_unit": unit, "learning_rate": 0.01}
    config = run_config(model="fc", hidden_units=4, epochs=8, batch_size=10, **schedule)
    epochs = train(config, only(sample, 70, 10), 0).epochs
    passed = [step if unit == "batch" else step // 7 for step in range(56)]
    assert spy.learning_rates == pytest.approx([0.01 * 0.5 ** (count // 3) for count in passed], rel=1e-12)
    after = [record.epoch * per_epoch for record in epochs]
    assert [e.learning_rate for e in epochs] == pytest.approx(
        [0.01 * 0.5 ** (count // 3) for count in after], rel=1e-12
    )


def test_plateau_watches_the_epochs_mean_training_loss(sample: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """Held against torch's own scheduler, shown the recorded losses; a rate too high makes them rise."""
    spy = Spy(monkeypatch)
    schedule = {"scheduler": "plateau", "patience": 0, "gamma": 0.5, "learning_rate": 0.5}
    config = run_config(model="fc", hidden_units=16, epochs=8, batch_size=10, **schedule)
    epochs = train(config, only(sample, 70, 10), 0).epochs
    optimizer = torch.optim.Adam([nn.Parameter(torch.ones(1))], lr=0.5)
    original = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=0)
    expected = [0.5]
    for record in epochs:
        original.step(record.train_loss)
        expected.append(optimizer.param_groups[0]["lr"])
    assert 2 < len(set(expected)) < len(expected)  # some epochs decayed, and some did not
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


def test_dropout_acts_on_the_training_loss_alone(sample: Dataset) -> None:
    """With weights that stand still, dropout changes the training loss and no test number."""
    data, still = only(sample, 200, 100), {"optimizer": "sgd", "learning_rate": 1e-12, "epochs": 1}
    plain, dropped = (
        train(run_config(**still, dropout=dropout), data, 0, engine="torch").epochs[0] for dropout in (False, True)
    )
    assert dropped.train_loss != pytest.approx(plain.train_loss, rel=1e-4)
    assert dropped.test_loss == pytest.approx(plain.test_loss, rel=1e-6)
    assert dropped.test_accuracy == plain.test_accuracy


def test_predictions_are_one_class_per_test_image(sample: Dataset) -> None:
    result = train(run_config(model="fc", epochs=1), only(sample, 300, 77), 0)
    assert result.predictions.dtype == np.uint8
    assert result.predictions.shape == (77,)
    hits = result.predictions == sample.test_labels[:77].numpy()
    assert hits.mean() == result.epochs[-1].test_accuracy
    assert hits.mean() > 0.3  # it learnt something


def test_parameter_count_and_seconds(sample: Dataset) -> None:
    result = train(run_config(epochs=1), only(sample, 20, 10), 0)
    assert result.parameter_count == 61_706
    assert result.seconds > 0
