"""What a training writes to its log after every epoch."""

import logging
import time
from collections.abc import Callable

from fmnist.common.wording import duration
from fmnist.training.loop import EpochRecord


def epoch_reporter(run: str, epochs: int) -> Callable[[EpochRecord], None]:
    """Return a function that writes each epoch of a run to its log."""
    started = time.monotonic()
    reported = 0

    def report(record: EpochRecord) -> None:
        nonlocal reported
        reported += 1
        # A resumed run trained some epochs in an earlier process: assume that they were as fast.
        seconds = (time.monotonic() - started) * record.epoch / reported
        logging.info("%s", epoch_line(run, record, epochs, seconds))

    return report


def epoch_line(run: str, record: EpochRecord, epochs: int, seconds: float) -> str:
    """Return one line; the time left assumes that an epoch takes the mean of the `seconds` so far."""
    left = duration(seconds / record.epoch * (epochs - record.epoch))
    return (
        f"{run}: epoch {record.epoch}/{epochs}, training loss {record.train_loss:.4f}, "
        f"test accuracy {100 * record.test_accuracy:.2f}%, {left} left"
    )
