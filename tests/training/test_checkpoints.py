"""Checkpoints: a training that is cut off continues, and nothing tells its result from an uninterrupted one."""

import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from builders import run_config
from cut_off import EPOCHS, SMALL, kept, resumed
from test_divergence import WILD
from test_training import needs_native, write_all
from training_process import checkpoint_of, command
from workflow_builders import training_state

from fmnist.training.dataset import Dataset
from fmnist.training.loop import train

pytestmark = pytest.mark.usefixtures("one_thread")

NATIVE = pytest.param("native", marks=needs_native)


VARIANTS: list[dict[str, Any]] = [
    {},
    {"dropout": True},
    {"batch_norm": True, "pooling": "max"},
    {"dropout": True, "batch_norm": True, "activation": "relu"},
    {"optimizer": "sgd", "learning_rate": 0.1},
    {"optimizer": "sgd", "momentum": 0.9},
    {"optimizer": "rmsprop"},
    {"optimizer": "rmsprop", "momentum": 0.5},
    {"scheduler": "step", "step_size": 3, "step_unit": "batch"},
    {"scheduler": "step", "step_size": 2, "step_unit": "epoch", "optimizer": "sgd"},
    {"scheduler": "plateau", "patience": 0, "gamma": 0.5, "learning_rate": 0.3},
    {"loss": "mse", "last_batch": "drop"},
]


@pytest.mark.usefixtures("every_epoch_kept")
@pytest.mark.parametrize("engine", ["torch", NATIVE])
@pytest.mark.parametrize("settings", VARIANTS, ids=str)
def test_a_resumed_training_is_an_uninterrupted_one(
    few_images: Dataset, tmp_path: Path, settings: dict[str, Any], engine: str
) -> None:
    config = run_config(**SMALL, **settings)
    whole = write_all(folder_of(tmp_path / "whole"), config, train(config, few_images, 0, engine=engine))
    for epochs in (1, EPOCHS - 1):
        path = tmp_path / "checkpoints" / f"{epochs}.pt"
        kept(path, config, few_images, epochs, engine=engine)
        trained, result = resumed(path, config, few_images, engine=engine)
        assert trained == list(range(epochs + 1, EPOCHS + 1))
        assert write_all(folder_of(tmp_path / f"resumed{epochs}"), config, result) == whole


def folder_of(path: Path) -> Path:
    path.mkdir()
    return path


@pytest.mark.usefixtures("every_epoch_kept")
def test_the_fully_connected_network_resumes_again_and_again(few_images: Dataset, tmp_path: Path) -> None:
    config = run_config(model="fc", hidden_units=8, epochs=EPOCHS)
    for epochs in range(1, EPOCHS):  # each from the one before
        kept(tmp_path / "x.pt", config, few_images, epochs)
    trained, result = resumed(tmp_path / "x.pt", config, few_images)
    assert trained == [EPOCHS]
    whole = train(config, few_images, 0)
    assert write_all(folder_of(tmp_path / "resumed"), config, result) == write_all(
        folder_of(tmp_path / "whole"), config, whole
    )


@pytest.mark.usefixtures("every_epoch_kept")
def test_a_training_cut_off_after_its_last_epoch_trains_no_more(few_images: Dataset, tmp_path: Path) -> None:
    config = run_config(model="fc", hidden_units=8, epochs=2)
    trained, first = resumed(tmp_path / "x.pt", config, few_images)
    assert trained == [1, 2]
    trained, second = resumed(tmp_path / "x.pt", config, few_images)
    assert trained == []
    assert second.epochs == first.epochs
    assert (second.predictions == first.predictions).all()


@pytest.mark.usefixtures("every_epoch_kept")
def test_a_diverged_training_stays_diverged(few_images: Dataset, tmp_path: Path) -> None:
    config = run_config(**WILD, epochs=5)
    trained, first = resumed(tmp_path / "x.pt", config, few_images)
    assert trained == [1]
    trained, second = resumed(tmp_path / "x.pt", config, few_images)
    assert trained == []
    assert second.diverged
    assert repr(second.epochs) == repr(first.epochs)


@pytest.mark.usefixtures("every_epoch_kept")
def test_seconds_count_what_was_before(few_images: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = run_config(model="fc", hidden_units=8, epochs=2)
    real = time.perf_counter
    offset = iter([0.0])  # the first process began at 0, and all that follows in it is 1000 s later
    monkeypatch.setattr(time, "perf_counter", lambda: real() + next(offset, 1000.0))
    kept(tmp_path / "x.pt", config, few_images, 1)
    _, result = resumed(tmp_path / "x.pt", config, few_images)
    assert 1000 < result.seconds < 2000


KILLS = 3


def wait_for_a_new_checkpoint(process: subprocess.Popen[bytes], path: Path) -> None:
    before = path.stat().st_ino if path.exists() else None
    deadline = time.monotonic() + 120
    while not path.exists() or path.stat().st_ino == before:
        assert process.poll() is None, "the training ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_killed_at_any_instant_it_ends_with_the_same_bytes(arrays: Path, tmp_path: Path) -> None:
    training_state(arrays)
    settings = {"channels": [2, 4, 8], "epochs": 60, "dropout": True, "batch_norm": True, "scheduler": "plateau"}
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    subprocess.run(command(arrays, whole, {**settings, "patience": 0}, seconds_between=1e9), check=True)

    again, moments = command(arrays, killed, {**settings, "patience": 0}, seconds_between=0), random.Random(0)  # noqa: S311
    for kill in range(KILLS):
        with subprocess.Popen(again) as process:
            wait_for_a_new_checkpoint(process, checkpoint_of(killed))
            time.sleep(moments.uniform(0, 0.1))
            process.kill()
        assert process.returncode == -signal.SIGKILL
        assert ("Continues after epoch" in (killed / "log").read_text(encoding="utf-8")) == (kill > 0)
    subprocess.run(again, check=True)

    for name in ("metrics.json", "loss.csv", "predictions.npy"):
        assert (killed / name).read_bytes() == (whole / name).read_bytes()
    assert not (killed / "checkpoints").exists()
