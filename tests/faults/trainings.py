"""One training as a process, without Snakemake, and what it leaves behind."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import training_process
from faults.project import check
from training_process import RUN_FILES
from workflow_builders import prepare, training_state

SMALL = {"channels": [2, 4, 8], "dropout": True, "batch_norm": True, "scheduler": "plateau", "patience": 0}


def prepared(folder: Path) -> Path:
    """Write the sample's arrays and the training state as the rules do; return the arrays' path."""
    (folder / "data").mkdir()
    arrays = prepare(folder / "data/fashion_mnist.npz")
    training_state(arrays)
    return arrays


@dataclass(frozen=True)
class Training:
    """A training that keeps a checkpoint after every epoch."""

    arrays: Path
    folder: Path
    epochs: int

    def start(self, **options: Any) -> subprocess.Popen[str]:
        settings = json.dumps({**SMALL, "epochs": self.epochs})
        arguments = [sys.executable, training_process.__file__, self.arrays, self.folder, settings]
        return subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True, **options)

    def run(self, **options: Any) -> tuple[int, str]:
        """Return the exit status, and what it printed on standard error."""
        with self.start(**options) as process:
            _, printed = process.communicate()
        return process.returncode, printed

    def succeeds(self) -> "Training":
        status, printed = self.run()
        check(status == 0 and "Traceback" not in printed, "the training fails", printed)
        return self

    def is_like(self, whole: "Training") -> None:
        """Check that its numbers are those of an uninterrupted training, and that no other file is left."""
        for name in ("loss.csv", "metrics.json", "predictions.npy"):
            same = (self.folder / name).read_bytes() == (whole.folder / name).read_bytes()
            check(same, f"{name} is not that of an uninterrupted training")
        found = {path.name for path in self.folder.iterdir()}
        check(found == {*RUN_FILES.values(), "log"}, f"the folder holds {sorted(found)}")
