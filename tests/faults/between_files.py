"""Kill a training before and after each file operation that counts, one fork each: between_files.py FOLDER.

Prints how many were killed. Forks, because importing torch takes longer than these trainings.
"""

import itertools
import math
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


def trained(main: Callable[[Any], None], training: Training, kill_at: tuple[int, bool] | None) -> bool:
    """Train in a fork, killed at its n-th operation, before or after it; tell whether it was killed."""
    child = os.fork()
    if not child:
        if kill_at:
            die_at(*kill_at)
        run_logged(main, training_job(training.arrays, training.folder, {**SMALL, "epochs": training.epochs}))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    check(os.WIFSIGNALED(status) or status == 0, "a training failed", training.log())
    return os.WIFSIGNALED(status)


def die_at(number: int, after: bool) -> None:
    """Let this process die before or after its operation of this number."""
    count = itertools.count()

    def fatal(operation: Callable[..., None]) -> Callable[..., None]:
        def replaced(*arguments: Any, **options: Any) -> None:
            is_it = next(count) == number
            if is_it and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            try:
                operation(*arguments, **options)
            finally:
                if is_it:
                    os.kill(os.getpid(), signal.SIGKILL)

        return replaced

    for name in OPERATIONS:
        setattr(os, name, fatal(getattr(os, name)))


def main(folder: Path) -> int:
    """Return how many trainings were killed."""
    checkpoints.SECONDS_BETWEEN, checkpoints.LARGEST_COST = 0.0, math.inf  # one after every epoch
    train, arrays = script("train").main, prepared(folder)
    whole = Training(arrays, folder / "whole", EPOCHS)
    trained(train, whole, None)
    for number in itertools.count():
        for after in (False, True):
            killed = Training(arrays, folder / f"{number}-{after}", EPOCHS)
            if not trained(train, killed, (number, after)):
                return 2 * number
            trained(train, killed, None)
            killed.is_like(whole)
    raise AssertionError


if __name__ == "__main__":
    print(main(Path(sys.argv[1])))
