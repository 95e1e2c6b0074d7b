"""workflow/scripts/train.py without Snakemake, in a separate process that tests can kill.

python tests/training_process.py ARRAYS FOLDER SETTINGS

ARRAYS is a prepared file with its training_state.sha256 beside it; SETTINGS are overrides of the
defaults, as JSON. FOLDER gets the run's files, its log and, after every epoch, its checkpoint.
"""

import json
import sys
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


if __name__ == "__main__":
    checkpoints.SECONDS_BETWEEN = 0.0
    run_logged(script("train").main, training_job(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])))
