"""Kill a training before and after each file operation that counts, one fork each: between_files.py FOLDER.

Prints how many were killed. Forks, because importing torch takes longer than these trainings.
"""

import itertools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from builders import script
from faults.project import check
from faults.trainings import SMALL, Training, prepared
from training_process import training_job

from fmnist.common.job import run_logged
from fmnist.training import checkpoints

EPOCHS = 2
OPERATIONS = ("replace", "unlink", "rmdir")


def trained(main: Callable[[Any], None], training: Training, moment: int | None = None) -> bool:
    """Train in a fork, killed at this moment of its file operations; return whether it was killed."""
    child = os.fork()
    if not child:
        if moment is not None:
            die_at(moment)
        run_logged(main, training_job(training.arrays, training.folder, {**SMALL, "epochs": training.epochs}))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    check(os.WIFSIGNALED(status) or status == 0, "a training failed")
    return os.WIFSIGNALED(status)


def die_at(moment: int) -> None:
    """Let this process die at this moment; each operation has two, before and after it."""
    moments = itertools.count()

    def reach() -> None:
        if next(moments) == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def fatal(operation: Callable[..., None]) -> Callable[..., None]:
        def replaced(*arguments: Any, **options: Any) -> None:
            reach()
            try:
                operation(*arguments, **options)
            finally:
                reach()

        return replaced

    for name in OPERATIONS:
        setattr(os, name, fatal(getattr(os, name)))


def main(folder: Path) -> int:
    """Return how many trainings were killed."""
    checkpoints.SECONDS_BETWEEN = 0.0  # one after every epoch
    train, arrays = script("train").main, prepared(folder)
    whole = Training(arrays, folder / "whole", EPOCHS)
    trained(train, whole)
    for moment in itertools.count():
        killed = Training(arrays, folder / str(moment), EPOCHS)
        if not trained(train, killed, moment):
            return moment
        trained(train, killed)
        killed.is_like(whole)
    raise AssertionError


if __name__ == "__main__":
    print(main(Path(sys.argv[1])))
