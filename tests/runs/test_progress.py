"""Progress that a person can read."""

import logging

import pytest

from fmnist.runs import progress
from fmnist.runs.progress import epoch_line, epoch_reporter
from fmnist.training.loop import EpochRecord


def record(epoch: int) -> EpochRecord:
    return EpochRecord(
        epoch=epoch, train_loss=0.34567, train_accuracy=0.5, test_loss=1.0, test_accuracy=0.8712, learning_rate=0.001
    )


@pytest.mark.parametrize(
    ("epoch", "seconds", "left"),
    [(1, 3.0, "57 s"), (10, 30.0, "30 s"), (2, 20.0, "3 min 00 s"), (1, 4.0, "1 min 16 s"), (20, 60.0, "0 s")],
)
def test_a_line_says_which_run_which_epoch_and_how_long_still(epoch: int, seconds: float, left: str) -> None:
    assert epoch_line("lenet5 seed=0", record(epoch), 20, seconds) == (
        f"lenet5 seed=0: epoch {epoch}/20, training loss 0.3457, test accuracy 87.12%, {left} left"
    )


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


def test_the_log_has_every_epoch_and_the_terminal_some(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    caplog.set_level(logging.INFO)
    report = epoch_reporter("fc seed=1", 5)
    for epoch in range(1, 6):
        clock.now += 8
        report(record(epoch))
    shown = capsys.readouterr()
    assert shown.out == ""
    assert [line.split(",")[0] for line in shown.err.splitlines()] == ["fc seed=1: epoch 3/5", "fc seed=1: epoch 5/5"]
    assert "16 s left" in shown.err.splitlines()[0]
    assert [message.split(",")[0] for message in caplog.messages] == [f"fc seed=1: epoch {n}/5" for n in range(1, 6)]
