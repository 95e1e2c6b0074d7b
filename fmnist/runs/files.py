"""Write what one finished run leaves behind (the contracts of results/runs)."""

import csv
import io
import math
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from fmnist.common.files import atomic, write_json, write_text
from fmnist.training.loop import EpochRecord, TrainingResult
from fmnist.training.settings import RunSettings


def write_metrics(
    path: Path, *, run_id: str, seed: int, config: RunSettings, data_sha256: str, result: TrainingResult
) -> None:
    """Write metrics.json: what was trained on what, and the final numbers.

    Nothing in it depends on the time or the host, so that a repeated run gives the same
    bytes. Accuracies are fractions, 0..1; a number that is not finite is null.
    """
    last = asdict(result.epochs[-1])
    numbers = {key: _finite(last[key]) for key in ("train_loss", "train_accuracy", "test_loss", "test_accuracy")}
    document = {
        "run_id": run_id,
        "seed": seed,
        "config": config.settings(),
        "data_sha256": data_sha256,
        "parameter_count": result.parameter_count,
        "epochs_trained": len(result.epochs),
        "diverged": result.diverged,
        **numbers,
        "fitted_train_accuracy": result.fitted_train_accuracy,
        "generalization_gap": result.generalization_gap,
    }
    write_json(path, document)


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def write_loss_curve(path: Path, epochs: list[EpochRecord]) -> None:
    """Write loss.csv: one row an epoch, floats in the shortest form that reads back."""
    text = io.StringIO()
    columns = [field.name for field in fields(EpochRecord)]
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(record) for record in epochs)
    write_text(path, text.getvalue())


def write_predictions(path: Path, predictions: "np.typing.NDArray[np.uint8]") -> None:
    """Write predictions.npy: the predicted class of every test image, uint8."""
    content = io.BytesIO()  # numpy's own writing to a file does not say that the disk is full
    np.save(content, predictions, allow_pickle=False)
    with atomic(path) as temporary:
        temporary.write_bytes(content.getvalue())


def write_provenance(path: Path, provenance: dict[str, Any]) -> None:
    """Write provenance.json: where and with what the run was made."""
    write_json(path, provenance)
