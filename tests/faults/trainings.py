"""One training as a process of its own, without Snakemake, and what it leaves behind."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faults.registry import check
from training_process import checkpoint_of, command
from workflow_builders import prepare, training_state

NUMBERS = ("loss.csv", "metrics.json", "predictions.npy")
SMALL = {"channels": [2, 4, 8], "dropout": True, "batch_norm": True, "scheduler": "plateau", "patience": 0}


def prepared(folder: Path) -> Path:
    """Lay down the sample's arrays and the training state as the rules do; return the arrays' path."""
    arrays = folder / "data/fashion_mnist.npz"
    arrays.parent.mkdir()
    prepare(arrays)
    training_state(arrays)
    return arrays


@dataclass(frozen=True)
class Training:
    """A training that keeps a checkpoint after every epoch."""

    arrays: Path
    folder: Path
    epochs: int

    def command(self) -> Sequence[Any]:
        return command(self.arrays, self.folder, {**SMALL, "epochs": self.epochs}, seconds_between=0)

    def run(self, **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(), capture_output=True, text=True, check=False, **options)

    def succeeds(self) -> "Training":
        done = self.run()
        check(done.returncode == 0, "the training fails", done.stderr)
        return self

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    @property
    def checkpoint(self) -> Path:
        return checkpoint_of(self.folder)

    def is_like(self, whole: "Training") -> None:
        """Check that its numbers are those of an uninterrupted training, and that nothing else lies about."""
        for name in NUMBERS:
            same = (self.folder / name).read_bytes() == (whole.folder / name).read_bytes()
            check(same, f"{name} is not that of an uninterrupted training")
        found = {path.name for path in self.folder.iterdir()}
        check(found == {*NUMBERS, "provenance.json", "log"}, f"the folder holds {sorted(found)}")
