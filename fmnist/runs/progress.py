"""Progress lines: which run, which epoch, how much time is left."""

import logging
import sys
import time
from collections.abc import Callable

from fmnist.common.wording import duration
from fmnist.training.loop import EpochRecord

SECONDS_BETWEEN_LINES = 20  # on the terminal, which several runs share; the log has every epoch


def epoch_reporter(run: str, epochs: int) -> Callable[[EpochRecord], None]:
    """Return a function that writes each epoch of a run to its log, and some to stderr."""
    started = time.monotonic()
    last_shown, reported = started, 0

    def report(record: EpochRecord) -> None:
        nonlocal last_shown, reported
        now, reported = time.monotonic(), reported + 1
        # A resumed run trained some epochs in an earlier process: assume that they were as fast.
        line = epoch_line(run, record, epochs, (now - started) * record.epoch / reported)
        logging.info("%s", line)
        if now - last_shown >= SECONDS_BETWEEN_LINES or record.epoch == epochs:
            print(line, file=sys.stderr, flush=True)
            last_shown = now

    return report


def epoch_line(run: str, record: EpochRecord, epochs: int, seconds: float) -> str:
    """Return one line; the time left assumes that an epoch takes the mean of the `seconds` so far."""
    left = duration(seconds / record.epoch * (epochs - record.epoch))
    return (
        f"{run}: epoch {record.epoch}/{epochs}, training loss {record.train_loss:.4f}, "
        f"test accuracy {100 * record.test_accuracy:.2f}%, {left} left"
    )
