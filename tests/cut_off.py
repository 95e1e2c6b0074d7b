"""Trainings that are cut off, and go on from their checkpoint."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fmnist.training.checkpoints import Checkpoint
from fmnist.training.dataset import Dataset
from fmnist.training.loop import EpochRecord, TrainingResult, train
from fmnist.training.settings import RunSettings

EPOCHS = 4
SMALL = {"channels": [2, 4, 8], "epochs": EPOCHS, "batch_size": 32}


class CutOffError(Exception):
    """The end of a process, as far as a training can tell."""


def cut_in(epoch: int) -> Callable[[EpochRecord], None]:
    """Return a progress that ends a training before it can keep this epoch."""

    def progress(record: EpochRecord) -> None:
        if record.epoch == epoch:
            raise CutOffError

    return progress


def kept(path: Path, config: RunSettings, data: Dataset, epochs: int, circumstances: str = "", **others: Any) -> None:
    """Leave the checkpoint of a training that was cut off after some epochs."""
    with pytest.raises(CutOffError):
        train(config, data, 0, progress=cut_in(epochs + 1), checkpoint=Checkpoint(path, circumstances), **others)
    assert path.exists()


def resumed(
    path: Path, config: RunSettings, data: Dataset, circumstances: str = "", seed: int = 0, **others: Any
) -> tuple[list[int], TrainingResult]:
    """Train with a checkpoint; return the epochs that were trained, and the result."""
    trained: list[EpochRecord] = []
    checkpoint = Checkpoint(path, circumstances)
    result = train(config, data, seed, progress=trained.append, checkpoint=checkpoint, **others)
    return [record.epoch for record in trained], result
