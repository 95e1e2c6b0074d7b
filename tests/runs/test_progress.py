"""Progress that a person can read."""

import logging
import time

import pytest
from run_builders import epoch_record

from fmnist.runs.progress import epoch_line, epoch_reporter


def test_a_line_says_which_run_which_epoch_and_how_long_still() -> None:
    assert epoch_line("lenet5 seed=0", epoch_record(1, 0.34567), 20, 4.0) == (
        "lenet5 seed=0: epoch 1/20, training loss 0.3457, test accuracy 62.50%, 1 min 16 s left"
    )


def test_the_log_has_every_epoch_also_of_a_resumed_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    caplog.set_level(logging.INFO)
    report = epoch_reporter("fc seed=1", 20)
    for epoch in range(16, 21):
        now[0] += 8
        report(epoch_record(epoch))
    left = ["32 s left", "24 s left", "16 s left", "8.0 s left", "0.0 s left"]
    assert [line.split(",")[0] for line in caplog.messages] == [f"fc seed=1: epoch {n}/20" for n in range(16, 21)]
    assert [line.split(", ")[-1] for line in caplog.messages] == left
    assert capsys.readouterr() == ("", "")
