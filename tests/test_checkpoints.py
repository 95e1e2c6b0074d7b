"""Checkpoints: a training that is cut off continues, and nothing tells its result from an uninterrupted one."""

import logging
import math
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from builders import only, run_config
from test_scripts import training_state
from test_training import WILD, needs_native, write_all
from training_process import checkpoint_of, command

from fmnist import checkpoints
from fmnist.checkpoints import Checkpoint
from fmnist.dataset import Dataset
from fmnist.run_config import RunConfig
from fmnist.training import EpochRecord, TrainingResult, train

pytestmark = pytest.mark.usefixtures("one_thread")

EPOCHS = 4
SMALL = {"channels": [2, 4, 8], "epochs": EPOCHS, "batch_size": 32}
NATIVE = pytest.param("native", marks=needs_native)


class CutOffError(Exception):
    """The end of a process, as far as a training can tell."""


@pytest.fixture
def _every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "SECONDS_BETWEEN", 0.0)
    monkeypatch.setattr(checkpoints, "LARGEST_COST", math.inf)


@pytest.fixture
def data(sample: Dataset) -> Dataset:
    return only(sample, 150, 60)


def cut_in(epoch: int) -> Callable[[EpochRecord], None]:
    """Return a progress that ends a training before it can keep this epoch."""

    def progress(record: EpochRecord) -> None:
        if record.epoch == epoch:
            raise CutOffError

    return progress


def kept(path: Path, config: RunConfig, data: Dataset, epochs: int, circumstances: str = "", **others: Any) -> None:
    """Leave the checkpoint of a training that was cut off after some epochs."""
    with pytest.raises(CutOffError):
        train(config, data, 0, progress=cut_in(epochs + 1), checkpoint=Checkpoint(path, circumstances), **others)
    assert path.exists()


def resumed(
    path: Path, config: RunConfig, data: Dataset, circumstances: str = "", seed: int = 0, **others: Any
) -> tuple[list[int], TrainingResult]:
    """Train with a checkpoint; return the epochs that were trained, and the result."""
    trained: list[EpochRecord] = []
    checkpoint = Checkpoint(path, circumstances)
    result = train(config, data, seed, progress=trained.append, checkpoint=checkpoint, **others)
    return [record.epoch for record in trained], result


# --- the same bytes --------------------------------------------------------------------------

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


@pytest.mark.usefixtures("_every_epoch")
@pytest.mark.parametrize("engine", ["torch", NATIVE])
@pytest.mark.parametrize("settings", VARIANTS, ids=str)
def test_a_resumed_training_is_an_uninterrupted_one(
    data: Dataset, tmp_path: Path, settings: dict[str, Any], engine: str
) -> None:
    config = run_config(**SMALL, **settings)
    whole = write_all(folder_of(tmp_path / "whole"), config, train(config, data, 0, engine=engine))
    for epochs in (1, EPOCHS - 1):
        path = tmp_path / "checkpoints" / f"{epochs}.pt"
        kept(path, config, data, epochs, engine=engine)
        trained, result = resumed(path, config, data, engine=engine)
        assert trained == list(range(epochs + 1, EPOCHS + 1))
        assert write_all(folder_of(tmp_path / f"resumed{epochs}"), config, result) == whole


def folder_of(path: Path) -> Path:
    path.mkdir()
    return path


@pytest.mark.usefixtures("_every_epoch")
def test_the_fully_connected_network_resumes_again_and_again(data: Dataset, tmp_path: Path) -> None:
    config = run_config(model="fc", hidden_units=8, epochs=EPOCHS)
    for epochs in range(1, EPOCHS):  # each from the one before
        kept(tmp_path / "x.pt", config, data, epochs)
    trained, result = resumed(tmp_path / "x.pt", config, data)
    assert trained == [EPOCHS]
    whole = train(config, data, 0)
    assert write_all(folder_of(tmp_path / "resumed"), config, result) == write_all(
        folder_of(tmp_path / "whole"), config, whole
    )


@pytest.mark.usefixtures("_every_epoch")
def test_a_training_cut_off_after_its_last_epoch_trains_no_more(data: Dataset, tmp_path: Path) -> None:
    config = run_config(model="fc", hidden_units=8, epochs=2)
    trained, first = resumed(tmp_path / "x.pt", config, data)
    assert trained == [1, 2]
    trained, second = resumed(tmp_path / "x.pt", config, data)
    assert trained == []
    assert second.epochs == first.epochs
    assert (second.predictions == first.predictions).all()


@pytest.mark.usefixtures("_every_epoch")
def test_a_diverged_training_stays_diverged(data: Dataset, tmp_path: Path) -> None:
    config = run_config(**WILD, epochs=5)
    trained, first = resumed(tmp_path / "x.pt", config, data)
    assert trained == [1]
    trained, second = resumed(tmp_path / "x.pt", config, data)
    assert trained == []
    assert second.diverged
    assert repr(second.epochs) == repr(first.epochs)


@pytest.mark.usefixtures("_every_epoch")
def test_seconds_count_what_was_before(data: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = run_config(model="fc", hidden_units=8, epochs=2)
    real = time.perf_counter
    offset = iter([0.0])  # the first process began at 0, and all that follows in it is 1000 s later
    monkeypatch.setattr(time, "perf_counter", lambda: real() + next(offset, 1000.0))
    kept(tmp_path / "x.pt", config, data, 1)
    _, result = resumed(tmp_path / "x.pt", config, data)
    assert 1000 < result.seconds < 2000


# --- checkpoints of no use -------------------------------------------------------------------


def damaged(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def without_first_line(content: bytes) -> bytes:
    return content.split(b"\n", 1)[1]


@pytest.mark.usefixtures("_every_epoch")
@pytest.mark.parametrize(
    "change",
    [
        damaged,
        without_first_line,
        lambda c: c[:-1],
        lambda c: c[:1000],
        lambda c: c[:70],
        lambda c: b"",
        lambda c: b"x\n",
    ],
    ids=["one bit", "no header", "last byte", "most of it", "half a header", "empty", "nonsense"],
)
def test_a_damaged_checkpoint_is_ignored_and_the_log_says_so(
    data: Dataset, tmp_path: Path, change: Callable[[bytes], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    path, config = tmp_path / "x.pt", run_config(model="fc", hidden_units=8, epochs=3)
    kept(path, config, data, 2)
    path.write_bytes(change(path.read_bytes()))
    trained, result = resumed(path, config, data)
    assert trained == [1, 2, 3]
    assert result.epochs == train(config, data, 0).epochs
    assert caplog.messages == [f"The checkpoint {path} is ignored: it is damaged."]


@pytest.mark.usefixtures("_every_epoch")
@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1},
        {"circumstances": "other code"},
        {"learning_rate": 0.01},
        pytest.param({"engine": "torch"}, marks=needs_native),
        {"threads": 2},
    ],
    ids=str,
)
def test_the_checkpoint_of_another_training_is_ignored_and_the_log_says_so(
    data: Dataset, tmp_path: Path, change: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    kept(tmp_path / "x.pt", run_config(**SMALL), data, 2)
    others = {name: value for name, value in change.items() if name in ("seed", "circumstances", "engine")}
    config = run_config(**SMALL, learning_rate=change.get("learning_rate", 0.001))
    torch.set_num_threads(change.get("threads", 1))
    trained, _ = resumed(tmp_path / "x.pt", config, data, **others)
    assert trained == [1, 2, 3, 4]
    (message,) = caplog.messages
    assert message.endswith("it belongs to other settings, other code or data, or another machine.")


@pytest.mark.usefixtures("_every_epoch")
def test_the_checkpoint_of_another_torch_is_ignored(
    data: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(tmp_path / "x.pt", run_config(**SMALL), data, 2)
    monkeypatch.setattr(torch, "__version__", "1.0")
    assert resumed(tmp_path / "x.pt", run_config(**SMALL), data)[0] == [1, 2, 3, 4]


class Planted:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("planted"),))


@pytest.mark.usefixtures("_every_epoch")
def test_a_checkpoint_runs_no_code(
    data: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    caplog.set_level(logging.INFO)
    config = run_config(model="fc", hidden_units=8, epochs=2)
    with monkeypatch.context() as patch:
        patch.setattr(checkpoints.TrainingState, "values", lambda state: Planted())
        kept(tmp_path / "x.pt", config, data, 1)
    assert resumed(tmp_path / "x.pt", config, data)[0] == [1, 2]
    assert not Path("planted").exists()
    assert caplog.messages == [
        f"The checkpoint {tmp_path / 'x.pt'} is ignored: it holds no training state (UnpicklingError)."
    ]


@pytest.mark.usefixtures("_every_epoch")
def test_where_none_can_be_written_the_training_goes_on(
    data: Dataset, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    (tmp_path / "file").touch()
    config = run_config(model="fc", hidden_units=8, epochs=2)
    trained, _ = resumed(tmp_path / "file/x.pt", config, data)
    assert trained == [1, 2]
    assert [message for message in caplog.messages if message.startswith("No checkpoint could be written: ")]


# --- when it is written, and when it goes ----------------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def let_pass(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize(
    ("epoch_seconds", "cost", "written"),
    [
        (0.1, 0.0, []),  # a run of less than a second is not worth a file
        (0.3, 0.0, [4, 8]),
        (2.3, 0.01, [1, 2, 3, 4, 5, 6, 7, 8]),
        (2.0, 0.1, [1, 4, 7]),  # a slow disk: 50 times what a writing took lies between two
    ],
)
def test_no_second_has_two_checkpoints_and_they_cost_little(
    data: Dataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    epoch_seconds: float,
    cost: float,
    written: list[int],
) -> None:
    clock, numbers = Clock(), []
    monkeypatch.setattr(checkpoints, "time", clock)

    def write(self: Checkpoint, state: Any, content: dict[str, Any]) -> None:
        clock.let_pass(cost)
        numbers.append(len(content["epochs"]))

    monkeypatch.setattr(Checkpoint, "_write", write)
    config = run_config(model="fc", hidden_units=4, epochs=8)
    train(config, data, 0, progress=lambda _: clock.let_pass(epoch_seconds), checkpoint=Checkpoint(tmp_path / "x", ""))
    assert numbers == written


@pytest.mark.usefixtures("_every_epoch")
def test_it_is_replaced_as_a_whole_and_leaves_nothing(data: Dataset, tmp_path: Path) -> None:
    """What a kill left of the one being written is in nobody's way."""
    path = tmp_path / "checkpoints/run/seed=0.pt"
    path.parent.mkdir(parents=True)
    path.with_suffix(".tmp").write_bytes(b"half")
    kept(path, run_config(**SMALL), data, 2)
    assert [file.name for file in path.parent.iterdir()] == ["seed=0.pt"]
    path.with_suffix(".tmp").write_bytes(b"half")
    path.with_name("seed=1.pt").touch()
    Checkpoint(path, "").remove()
    assert [file.name for file in path.parent.iterdir()] == ["seed=1.pt"]
    Checkpoint(path.with_name("seed=1.pt"), "").remove()
    assert list(tmp_path.iterdir()) == []
    Checkpoint(path, "").remove()  # no file, no folder: nothing to do


# --- kill -9 ---------------------------------------------------------------------------------

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
