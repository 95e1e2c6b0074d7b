"""The columns of results/runs.csv and results/loss.csv, and what each of them can hold."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fmnist.common.validation import STRICT
from fmnist.training.settings import setting_names

if TYPE_CHECKING:  # planning needs no pandas
    import pandas as pd

Fraction = Annotated[float, Field(ge=0, le=1)]
Loss = Annotated[float, Field(ge=0, le=1e39)]  # float32 ends at 3.4e38
# The loss of an epoch is nan or inf where the training has diverged.
EpochLoss = Annotated[float, Field(allow_inf_nan=True)]


class Part(BaseModel):
    """Some of the keys of a document; what else is in it is ignored."""

    model_config = ConfigDict(**{**STRICT, "extra": "ignore"})


class Training(Part):
    """Which training a row is of."""

    run_id: Annotated[str, Field(pattern="^[A-Za-z0-9_.=-]+$", json_schema_extra={"expected": "the id of a run"})]
    seed: Annotated[int, Field(ge=0, le=4_294_967_295)]


class Run(Training):
    """A row of runs.csv, but for the settings."""

    parameter_count: Annotated[int, Field(ge=1, le=10**12)]
    train_loss: Loss | None  # None: not finite
    train_accuracy: Fraction
    test_loss: Loss | None
    test_accuracy: Fraction
    fitted_train_accuracy: Fraction  # of the final network, dropout off
    generalization_gap: float
    diverged: bool
    epochs_trained: Annotated[int, Field(ge=1, le=1_000_000)]
    seconds: Annotated[float, Field(ge=0, le=1e9)]
    device: str
    engine: str

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "Run":
        for key, wanted in (
            ("generalization_gap", self.fitted_train_accuracy - self.test_accuracy),
            ("diverged", None in (self.train_loss, self.test_loss)),
        ):
            if abs(getattr(self, key) - wanted) > 1e-9:
                raise ValueError(f"{key} is {getattr(self, key)}; expected {wanted}, from its losses and accuracies")
        return self


class Epoch(Part):
    """A row of a run's own loss.csv."""

    epoch: Annotated[int, Field(ge=1, le=1_000_000)]
    train_loss: EpochLoss
    train_accuracy: Fraction
    test_loss: EpochLoss
    test_accuracy: Fraction
    learning_rate: Annotated[float, Field(ge=0)]


class CurveRow(Epoch, Training):
    """A row of the loss.csv of all runs."""


FINAL = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")  # of the last epoch, in both tables
TEXTS = ("run_id", "device", "engine")


def run_columns(own: Iterable[str] = ()) -> list[str]:
    """Return the columns of a runs.csv; `own` are settings of networks that this process has not imported."""
    return ["run_id", "seed", *sorted({*setting_names(), *own}), *list(Run.model_fields)[2:]]


RUN_COLUMNS = tuple(run_columns())  # that every runs.csv has
CURVE_HEADER = ",".join(Epoch.model_fields)

# What tables, claims and figures measure: the column of runs.csv, and the factor to the unit of the report.
MEASURES = {
    "accuracy": ("test_accuracy", 100.0),  # fraction to percent
    "fitted_accuracy": ("fitted_train_accuracy", 100.0),
    "generalization_gap": ("generalization_gap", 100.0),  # fraction to points
    "train_loss": ("train_loss", 1.0),
    "seconds": ("seconds", 1.0),
}


def measured(runs: "pd.DataFrame", name: str) -> "pd.Series":
    """Return one measure of every row of runs.csv: accuracies in percent, gaps in points, times in seconds."""
    column, factor = MEASURES[name]
    return factor * runs[column]
