"""What the original report printed, read from report/reported.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fmnist.common.errors import ConfigError
from fmnist.plan.yaml_files import read_yaml, validate
from fmnist.training.settings import format_value

ORIGINAL_EPOCHS = 20  # the original trained every run for 20 epochs


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportedRun:
    """The numbers that the original prints of one run."""

    accuracy: float  # test accuracy after the last epoch, in percent
    train_loss: float | None  # mean batch loss of the last epoch; None where it prints none
    train_loss_by_epoch: tuple[float, ...]  # of the last epochs; empty where it prints none


@dataclass(frozen=True, kw_only=True, slots=True)
class Reported:
    """Every number of the original, and the environment it names."""

    runs: dict[tuple[str, str], ReportedRun]  # by experiment and swept value, as text
    environment: dict[str, str]


def read_reported(path: Path, schema_path: Path) -> Reported:
    """Read report/reported.yaml. Raises ConfigError in one sentence for a fault."""
    document = read_yaml(path)
    validate(document, read_yaml(schema_path), str(path))
    environment = document.pop("environment")
    runs: dict[tuple[str, str], ReportedRun] = {}
    for experiment, values in document.items():
        for value, numbers in values.items():
            key = (experiment, format_value(value))
            if key in runs:
                raise ConfigError(f"{path}: {experiment}.{key[1]} stands twice, in two spellings; allowed: once.")
            runs[key] = _reported_run(numbers)
    return Reported(runs=runs, environment=environment)


def _reported_run(numbers: Mapping[str, Any]) -> ReportedRun:
    return ReportedRun(
        accuracy=numbers["accuracy"],
        train_loss=numbers["train_loss"],
        train_loss_by_epoch=tuple(numbers.get("train_loss_by_epoch", ())),
    )
