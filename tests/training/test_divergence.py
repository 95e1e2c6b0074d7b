"""A run whose losses stop being numbers: training ends there, and the files say so."""

import csv
import json
import math
from pathlib import Path

import pytest
from builders import only, run_config
from test_training import write_all

from fmnist.training.dataset import Dataset
from fmnist.training.loop import TrainingResult, train
from fmnist.training.settings import RunSettings

pytestmark = pytest.mark.usefixtures("one_thread")

WILD = {"model": "fc", "hidden_units": 8, "optimizer": "sgd", "learning_rate": 1e30, "batch_size": 10}


@pytest.fixture
def wild(sample: Dataset) -> tuple[RunSettings, TrainingResult]:
    config = run_config(**WILD, epochs=5)
    return config, train(config, only(sample, 50, 20), 0)


def test_a_diverged_run_stops_and_says_so(wild: tuple[RunSettings, TrainingResult]) -> None:
    _, result = wild
    assert result.diverged
    assert len(result.epochs) == 1
    assert not math.isfinite(result.epochs[-1].train_loss)
    assert result.predictions.shape == (20,)


def test_a_diverged_run_is_recorded_with_null_losses(wild: tuple[RunSettings, TrainingResult], tmp_path: Path) -> None:
    files = write_all(tmp_path, *wild)
    metrics = json.loads(files["metrics.json"])
    assert metrics["diverged"] is True
    assert metrics["epochs_trained"] == 1
    assert metrics["train_loss"] is None
    assert metrics["test_loss"] is None
    assert 0 <= metrics["test_accuracy"] <= 1
    (row,) = csv.DictReader(files["loss.csv"].decode().splitlines())
    assert row["epoch"] == "1"
    assert row["train_loss"] in ("nan", "inf")


def test_a_run_that_converges_is_not_called_diverged(sample: Dataset) -> None:
    assert not train(run_config(model="fc", epochs=1), only(sample, 50, 20), 0).diverged


def test_a_run_whose_last_step_breaks_the_network_has_diverged(sample: Dataset) -> None:
    result = train(run_config(**{**WILD, "batch_size": 50}, epochs=1), only(sample, 50, 20), 0)
    assert math.isfinite(result.epochs[-1].train_loss)
    assert not math.isfinite(result.epochs[-1].test_loss)
    assert result.diverged
