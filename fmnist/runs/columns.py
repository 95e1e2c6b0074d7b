"""The columns of results/runs.csv and results/loss.csv, and what each of them can hold."""

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

from fmnist.common.validation import STRICT
from fmnist.training.settings import setting_names

if TYPE_CHECKING:  # planning needs no pandas
    import pandas as pd

Fraction = Annotated[float, Field(ge=0, le=1)]
# The loss of an epoch is nan or inf where the training has diverged.
EpochLoss = Annotated[float, Field(allow_inf_nan=True)]


class Part(BaseModel):
    """Some of the keys of a document; what else is in it is ignored."""

    model_config = ConfigDict(**{**STRICT, "extra": "ignore"})


class Run(Part):
    """A row of runs.csv, but for the settings."""

    run_id: str
    seed: Annotated[int, Field(ge=0, le=4_294_967_295)]
    parameter_count: Annotated[int, Field(ge=1, le=10**12)]
    train_loss: float | None  # None: not finite
    train_accuracy: Fraction
    test_loss: float | None
    test_accuracy: Fraction
    fitted_train_accuracy: Fraction  # of the final network, dropout off
    generalization_gap: float
    diverged: bool
    epochs_trained: Annotated[int, Field(ge=1, le=1_000_000)]
    seconds: Annotated[float, Field(ge=0)]
    device: str
    engine: str


class Epoch(Part):
    """A row of a loss curve."""

    epoch: int
    train_loss: EpochLoss
    train_accuracy: Fraction
    test_loss: EpochLoss
    test_accuracy: Fraction
    learning_rate: Annotated[float, Field(ge=0)]


FINAL = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")  # of the last epoch, in both tables
TEXTS = ("run_id", "device", "engine")
RUN_COLUMNS = ("run_id", "seed", *setting_names(), *list(Run.model_fields)[2:])
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
