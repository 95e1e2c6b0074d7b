"""Checkpoints: an interrupted training continues, and its result equals an uninterrupted one."""

import logging
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from builders import run_config
from cut_off import EPOCHS, SMALL, kept, resumed
from training_builders import BOTH_ENGINES, DIVERGING, needs_native, write_all
from training_process import checkpoint_of, command, wait_for_a_new_checkpoint

from fmnist.training import checkpoints
from fmnist.training.checkpoints import Checkpoint
from fmnist.training.dataset import Dataset
from fmnist.training.loop import train

pytestmark = pytest.mark.usefixtures("one_thread", "every_epoch_kept")

FC: dict[str, Any] = {"model": "fc", "hidden_units": 8, "epochs": EPOCHS}
SCHEDULED = {"scheduler": "step", "step_size": 3, "scheduler_interval": "batch", "optimizer": "sgd", "momentum": 0.9}
PLATEAU = {"scheduler": "plateau", "patience": 0, "gamma": 0.5, "learning_rate": 0.3, "optimizer": "rmsprop"}


@pytest.mark.parametrize("engine", BOTH_ENGINES)
@pytest.mark.parametrize(
    "settings",
    [FC, {**SMALL, "dropout": True, "batch_norm": True, "pooling": "max"}, {**SMALL, **SCHEDULED}, {**FC, **PLATEAU}],
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


def test_seconds_include_the_time_before_the_interruption(
    few_images: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, offset = time.perf_counter, iter([0.0])  # 0 at the first call, then 1000 s later
    monkeypatch.setattr(time, "perf_counter", lambda: real() + next(offset, 1000.0))
    kept(tmp_path / "x.pt", run_config(**FC), few_images, 1)
    _, result = resumed(tmp_path / "x.pt", run_config(**FC), few_images)
    assert 1000 < result.seconds < 2000


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@pytest.mark.parametrize(
    "change",
    [
        lambda c: flipped(c, 3),
        lambda c: flipped(c, len(c) // 2),
        lambda c: c[:-1],
        lambda c: c[:70],
        lambda c: b"",
        lambda c: b"x\n",
    ],
)
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
    "change",
    [
        {"seed": 1},
        {"circumstances": "other code"},
        {"learning_rate": 0.01},
        pytest.param({"engine": "torch"}, marks=needs_native),
        {"threads": 2},
        {"torch": "1.0"},
    ],
    ids=str,
)
def test_the_checkpoint_of_another_training_is_ignored(
    few_images: Dataset, tmp_path: Path, change: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(tmp_path / "x.pt", run_config(**FC), few_images, 2)
    others = {name: value for name, value in change.items() if name in ("seed", "circumstances", "engine")}
    torch.set_num_threads(change.get("threads", 1))
    monkeypatch.setattr(torch, "__version__", change.get("torch", torch.__version__))
    config = run_config(**FC, learning_rate=change.get("learning_rate", 0.001))
    assert resumed(tmp_path / "x.pt", config, few_images, **others)[0] == [1, 2, 3, 4]


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


def test_a_training_ends_well_where_no_checkpoint_can_be_written_or_deleted(
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
        "The checkpoint cannot be deleted, and can be deleted by hand",
    ]


@pytest.mark.parametrize(
    ("epoch_seconds", "cost", "written"),
    [
        (0.1, 0.0, []),  # a run of less than a second is not worth a file
        (0.3, 0.0, [4, 8]),
        (2.3, 0.01, [1, 2, 3, 4, 5, 6, 7, 8]),
        (2.0, 0.1, [1, 4, 7]),  # a slow disk: the next write comes 50 times the cost later
    ],
)
def test_checkpoints_are_a_second_apart_and_cost_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, epoch_seconds: float, cost: float, written: list[int]
) -> None:
    monkeypatch.undo()  # the fixture that keeps every epoch
    now, numbers = [1000.0], []
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def write(self: Checkpoint, state: Any, content: dict[str, Any]) -> None:
        now[0] += cost
        numbers.append(len(content["epochs"]))

    monkeypatch.setattr(Checkpoint, "_write", write)
    monkeypatch.setattr(checkpoints.TrainingState, "values", lambda state: {})
    checkpoint = Checkpoint(tmp_path / "x", "")
    state = checkpoints.TrainingState(identity={}, model=None, optimizer=None, scheduler=None, shuffling=None)  # type: ignore[arg-type]
    for epoch in range(1, 9):
        now[0] += epoch_seconds
        checkpoint.keep(state, [{}] * epoch, 0.0)
    assert numbers == written


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


def test_killed_at_any_instant_it_ends_with_the_same_bytes(arrays: Path, tmp_path: Path) -> None:
    arrays.with_name("training_state.sha256").write_text(f"{'0' * 64}  data\n", encoding="utf-8")
    settings = {**SMALL, "epochs": 60, "dropout": True, "batch_norm": True, "scheduler": "plateau", "patience": 0}
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    subprocess.run(command(arrays, whole, settings, seconds_between=1e9), check=True)
    again, moments = command(arrays, killed, settings, seconds_between=0), random.Random(0)  # noqa: S311
    for kill in range(3):
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
