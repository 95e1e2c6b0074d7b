"""workflow/scripts/train.py without Snakemake, in a separate process that tests can kill.

python tests/training_process.py ARRAYS FOLDER SETTINGS SECONDS_BETWEEN_CHECKPOINTS

ARRAYS is a prepared file with its training_state.sha256 beside it; SETTINGS are overrides of the
defaults, as JSON. FOLDER gets the run's files, its log and, during the training, its checkpoint.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from builders import CONFIG, job, run_config, script

from fmnist.common.job import run_logged
from fmnist.training import checkpoints

RUN_FILES = {
    "metrics": "metrics.json",
    "loss": "loss.csv",
    "predictions": "predictions.npy",
    "provenance": "provenance.json",
}


def checkpoint_of(folder: Path) -> Path:
    return folder / "checkpoints/run/seed=0.pt"


def training_job(
    arrays: Path, folder: Path, settings: dict[str, Any], run_id: str = "run", seed: int = 0, **config: Any
) -> Any:
    """Return the job of workflow/scripts/train.py that writes the files of a run into a folder."""
    return job(
        rule="train",
        input={"arrays": arrays, "state": arrays.with_name("training_state.sha256")},
        output={key: folder / name for key, name in RUN_FILES.items()},
        params={"settings": run_config(**settings).settings(), "checkpoint": str(checkpoint_of(folder))},
        wildcards={"run_id": run_id, "seed": str(seed)},
        resources={"gpu": 0},
        config={**CONFIG, "device": "cpu", "engine": "auto", **config},
        threads=1,
        log=[folder / "log"],
    )


def command(
    arrays: Path, folder: Path, settings: dict[str, Any], seconds_between: float
) -> list[str | os.PathLike[str]]:
    """Return the command line for these arguments."""
    return [sys.executable, __file__, arrays, folder, json.dumps(settings), str(seconds_between)]


def wait_for_a_new_checkpoint(process: subprocess.Popen[bytes], path: Path) -> None:
    """Wait until a process has written a checkpoint that was not there before."""
    before = path.stat().st_ino if path.exists() else None
    deadline = time.monotonic() + 120
    while not path.exists() or path.stat().st_ino == before:
        assert process.poll() is None, "the training ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.001)


if __name__ == "__main__":
    checkpoints.SECONDS_BETWEEN = float(sys.argv[4])
    run_logged(script("train").main, training_job(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])))
