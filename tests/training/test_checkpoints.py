"""Checkpoints: an interrupted training continues, and its result equals an uninterrupted one."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from builders import run_config
from training_builders import BOTH_ENGINES, DIVERGING, SMALL, needs_native, write_all

from fmnist.training import checkpoints
from fmnist.training.checkpoints import Checkpoint
from fmnist.training.dataset import Dataset
from fmnist.training.loop import EpochRecord, TrainingResult, train
from fmnist.training.settings import RunSettings

pytestmark = pytest.mark.usefixtures("one_thread", "every_epoch_kept")

EPOCHS = 4
LENET5 = {**SMALL, "epochs": EPOCHS, "batch_size": 32}
FC: dict[str, Any] = {"model": "fc", "hidden_units": 8, "epochs": EPOCHS}
SCHEDULED = {"scheduler": "step", "step_size": 3, "scheduler_interval": "batch", "optimizer": "sgd", "momentum": 0.9}
PLATEAU = {"scheduler": "plateau", "patience": 0, "gamma": 0.5, "learning_rate": 0.3, "optimizer": "rmsprop"}


class CutOffError(Exception):
    """Stands for the end of the process."""


def kept(path: Path, config: RunSettings, data: Dataset, epochs: int, **others: Any) -> None:
    """Leave the checkpoint of a training that was interrupted after some epochs."""

    def progress(record: EpochRecord) -> None:  # called before the epoch is kept
        if record.epoch > epochs:
            raise CutOffError

    with pytest.raises(CutOffError):
        train(config, data, 0, progress=progress, checkpoint=Checkpoint(path, ""), **others)
    assert path.exists()


def resumed(
    path: Path, config: RunSettings, data: Dataset, circumstances: str = "", seed: int = 0, **others: Any
) -> tuple[list[int], TrainingResult]:
    """Train with a checkpoint; return the epochs that were trained, and the result."""
    trained: list[EpochRecord] = []
    checkpoint = Checkpoint(path, circumstances)
    result = train(config, data, seed, progress=trained.append, checkpoint=checkpoint, **others)
    return [record.epoch for record in trained], result


@pytest.mark.parametrize("engine", BOTH_ENGINES)
@pytest.mark.parametrize(
    "settings",
    [FC, {**LENET5, "dropout": True, "batch_norm": True, "pooling": "max"}, {**LENET5, **SCHEDULED}, {**FC, **PLATEAU}],
    ids=str,
)
def test_a_training_resumed_after_each_epoch_leaves_the_same_bytes(
    few_images: Dataset, tmp_path: Path, settings: dict[str, Any], engine: str
) -> None:
    config, path = run_config(**settings), tmp_path / "x.pt"
    whole = write_all(tmp_path / "whole", config, train(config, few_images, 0, engine=engine))
    for epochs in range(1, EPOCHS):  # each process trains one more epoch
        kept(path, config, few_images, epochs, engine=engine)
    trained, result = resumed(path, config, few_images, engine=engine)
    assert trained == [EPOCHS]
    assert write_all(tmp_path / "resumed", config, result) == whole


@pytest.mark.parametrize(("settings", "first"), [(FC, [1, 2, 3, 4]), ({**DIVERGING, "epochs": 5}, [1])], ids=str)
def test_a_training_that_had_ended_trains_no_more(
    few_images: Dataset, tmp_path: Path, settings: dict[str, Any], first: list[int]
) -> None:
    config = run_config(**settings)
    (trained, before), (again, after) = (resumed(tmp_path / "x.pt", config, few_images) for _ in range(2))
    assert (trained, again) == (first, [])
    assert repr(after.epochs) == repr(before.epochs)
    assert (after.predictions == before.predictions).all()


@pytest.mark.parametrize("change", [lambda content: content[:-1], lambda content: b"x" + content, lambda content: b""])
def test_a_damaged_checkpoint_is_ignored(
    few_images: Dataset, tmp_path: Path, change: Callable[[bytes], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    path, config = tmp_path / "x.pt", run_config(**FC)
    kept(path, config, few_images, 2)
    path.write_bytes(change(path.read_bytes()))
    assert resumed(path, config, few_images)[0] == [1, 2, 3, 4]
    (message,) = caplog.messages
    assert message.startswith(f"The checkpoint {path} is ignored: it is damaged, or belongs to other ")


@pytest.mark.parametrize(
    ("settings", "others"),
    [
        ({}, {"seed": 1}),
        ({}, {"circumstances": "other code"}),
        ({"learning_rate": 0.01}, {}),
        pytest.param({}, {"engine": "torch"}, marks=needs_native),
    ],
    ids=str,
)
def test_the_checkpoint_of_another_training_is_ignored(
    few_images: Dataset, tmp_path: Path, settings: dict[str, Any], others: dict[str, Any]
) -> None:
    kept(tmp_path / "x.pt", run_config(**FC), few_images, 2)
    assert resumed(tmp_path / "x.pt", run_config(**FC, **settings), few_images, **others)[0] == [1, 2, 3, 4]


class Planted:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("planted"),))


def test_a_checkpoint_runs_no_code(few_images: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(checkpoints.TrainingState, "values", lambda state: Planted())
        kept(tmp_path / "x.pt", run_config(**FC), few_images, 1)
    assert resumed(tmp_path / "x.pt", run_config(**FC), few_images)[0] == [1, 2, 3, 4]
    assert not Path("planted").exists()


def test_a_training_ends_well_where_no_checkpoint_can_be_written(
    few_images: Dataset, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    path = tmp_path / "x.pt"
    path.mkdir()  # a folder in its place cannot be read, replaced or deleted as a file
    assert resumed(path, run_config(**FC), few_images)[0] == [1, 2, 3, 4]
    Checkpoint(path, "").remove()
    assert [message.split(":")[0] for message in caplog.messages] == [
        f"The checkpoint {path} is ignored",
        *["No checkpoint could be written"] * EPOCHS,
    ]


def test_checkpoints_are_a_second_apart(tmp_path: Path, few_images: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(checkpoints, "SECONDS_BETWEEN", 1.0)
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    path, written = tmp_path / "x.pt", []

    def progress(record: EpochRecord) -> None:  # called before the epoch is kept
        written.append(path.exists())
        path.unlink(missing_ok=True)
        now[0] += 0.4

    train(run_config(**{**FC, "epochs": 8}), few_images, 0, progress=progress, checkpoint=Checkpoint(path, ""))
    assert [epoch for epoch, there in enumerate(written) if there] == [3, 6]


def test_it_is_replaced_as_a_whole_and_leaves_nothing(few_images: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "checkpoints/run/seed=0.pt"
    path.parent.mkdir(parents=True)
    half_written = path.with_suffix(".tmp")  # as a kill leaves it
    half_written.write_bytes(b"half")
    kept(path, run_config(**FC), few_images, 2)
    assert [file.name for file in path.parent.iterdir()] == ["seed=0.pt"]
    half_written.write_bytes(b"half")
    path.with_name("seed=1.pt").touch()
    Checkpoint(path, "").remove()
    assert [file.name for file in path.parent.iterdir()] == ["seed=1.pt"]
    Checkpoint(path.with_name("seed=1.pt"), "").remove()
    assert list(tmp_path.iterdir()) == []
