"""Write the files of one finished run, in results/runs/<run_id>/seed=<n>/."""

import math
from dataclasses import asdict, astuple, fields
from pathlib import Path

from fmnist.common.files import write_json, write_text
from fmnist.runs.columns import FINAL
from fmnist.training.loop import EpochRecord, TrainingResult
from fmnist.training.settings import RunSettings


def write_metrics(
    path: Path, *, run_id: str, seed: int, config: RunSettings, data_sha256: str, result: TrainingResult
) -> None:
    """Write metrics.json: what was trained on what, and the final numbers.

    It names neither time nor host, so that a repeated run gives the same bytes. Accuracies are fractions; a
    loss that is not finite is null.
    """
    last = asdict(result.epochs[-1])
    document = {
        "run_id": run_id,
        "seed": seed,
        "config": config.settings(),
        "data_sha256": data_sha256,
        "parameter_count": result.parameter_count,
        "epochs_trained": len(result.epochs),
        "diverged": result.diverged,
        **{key: last[key] if math.isfinite(last[key]) else None for key in FINAL},
        "fitted_train_accuracy": result.fitted_train_accuracy,
        "generalization_gap": result.generalization_gap,
    }
    write_json(path, document)


def write_loss_curve(path: Path, epochs: list[EpochRecord]) -> None:
    """Write loss.csv: one row an epoch, floats in the shortest form that reads back."""
    rows = [[field.name for field in fields(EpochRecord)], *map(astuple, epochs)]
    write_text(path, "".join(f"{','.join(map(str, row))}\n" for row in rows))
