"""The checkpoint's file: when it is written, when it goes, and which are ignored."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from builders import run_config
from cut_off import SMALL, kept, resumed
from test_training import needs_native

from fmnist.training import checkpoints
from fmnist.training.checkpoints import Checkpoint
from fmnist.training.dataset import Dataset
from fmnist.training.loop import train

pytestmark = pytest.mark.usefixtures("one_thread")


def damaged(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def without_first_line(content: bytes) -> bytes:
    return content.split(b"\n", 1)[1]


@pytest.mark.usefixtures("every_epoch_kept")
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
    few_images: Dataset, tmp_path: Path, change: Callable[[bytes], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    path, config = tmp_path / "x.pt", run_config(model="fc", hidden_units=8, epochs=3)
    kept(path, config, few_images, 2)
    path.write_bytes(change(path.read_bytes()))
    trained, result = resumed(path, config, few_images)
    assert trained == [1, 2, 3]
    assert result.epochs == train(config, few_images, 0).epochs
    assert caplog.messages == [f"The checkpoint {path} is ignored: it is damaged."]


@pytest.mark.usefixtures("every_epoch_kept")
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
    few_images: Dataset, tmp_path: Path, change: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    kept(tmp_path / "x.pt", run_config(**SMALL), few_images, 2)
    others = {name: value for name, value in change.items() if name in ("seed", "circumstances", "engine")}
    config = run_config(**SMALL, learning_rate=change.get("learning_rate", 0.001))
    torch.set_num_threads(change.get("threads", 1))
    trained, _ = resumed(tmp_path / "x.pt", config, few_images, **others)
    assert trained == [1, 2, 3, 4]
    (message,) = caplog.messages
    assert message.endswith("it belongs to other settings, other code or data, or another machine.")


@pytest.mark.usefixtures("every_epoch_kept")
def test_the_checkpoint_of_another_torch_is_ignored(
    few_images: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(tmp_path / "x.pt", run_config(**SMALL), few_images, 2)
    monkeypatch.setattr(torch, "__version__", "1.0")
    assert resumed(tmp_path / "x.pt", run_config(**SMALL), few_images)[0] == [1, 2, 3, 4]


class Planted:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("planted"),))


@pytest.mark.usefixtures("every_epoch_kept")
def test_a_checkpoint_runs_no_code(
    few_images: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    caplog.set_level(logging.INFO)
    config = run_config(model="fc", hidden_units=8, epochs=2)
    with monkeypatch.context() as patch:
        patch.setattr(checkpoints.TrainingState, "values", lambda state: Planted())
        kept(tmp_path / "x.pt", config, few_images, 1)
    assert resumed(tmp_path / "x.pt", config, few_images)[0] == [1, 2]
    assert not Path("planted").exists()
    assert caplog.messages == [
        f"The checkpoint {tmp_path / 'x.pt'} is ignored: it holds no training state (UnpicklingError)."
    ]


@pytest.mark.usefixtures("every_epoch_kept")
def test_where_none_can_be_written_the_training_goes_on(
    few_images: Dataset, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    (tmp_path / "file").touch()
    config = run_config(model="fc", hidden_units=8, epochs=2)
    trained, _ = resumed(tmp_path / "file/x.pt", config, few_images)
    assert trained == [1, 2]
    assert [message for message in caplog.messages if message.startswith("No checkpoint could be written: ")]


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
    few_images: Dataset,
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
    train(
        config,
        few_images,
        0,
        progress=lambda _: clock.let_pass(epoch_seconds),
        checkpoint=Checkpoint(tmp_path / "x", ""),
    )
    assert numbers == written


@pytest.mark.usefixtures("every_epoch_kept")
def test_it_is_replaced_as_a_whole_and_leaves_nothing(few_images: Dataset, tmp_path: Path) -> None:
    """What a kill left of the one being written is in nobody's way."""
    path = tmp_path / "checkpoints/run/seed=0.pt"
    path.parent.mkdir(parents=True)
    path.with_suffix(".tmp").write_bytes(b"half")
    kept(path, run_config(**SMALL), few_images, 2)
    assert [file.name for file in path.parent.iterdir()] == ["seed=0.pt"]
    path.with_suffix(".tmp").write_bytes(b"half")
    path.with_name("seed=1.pt").touch()
    Checkpoint(path, "").remove()
    assert [file.name for file in path.parent.iterdir()] == ["seed=1.pt"]
    Checkpoint(path.with_name("seed=1.pt"), "").remove()
    assert list(tmp_path.iterdir()) == []
    Checkpoint(path, "").remove()  # no file, no folder: nothing to do
