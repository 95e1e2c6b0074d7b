"""The columns of the tables of all runs: results/runs.csv and results/loss.csv."""

import pandas as pd

from fmnist.training.settings import setting_names

NUMBERS = (
    "train_loss",
    "train_accuracy",
    "test_loss",
    "test_accuracy",
    "fitted_train_accuracy",
    "generalization_gap",
)
MEASURED = ("parameter_count", *NUMBERS, "diverged", "epochs_trained")
WHERE = ("seconds", "device", "engine")
RUN_COLUMNS = ("run_id", "seed", *setting_names(), *MEASURED, *WHERE)
CURVE_HEADER = "epoch,train_loss,train_accuracy,test_loss,test_accuracy,learning_rate"
FINAL = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")  # stand in both of a run's files

# What tables, claims and figures measure: the column of runs.csv, and the factor to the unit of the report.
MEASURES = {
    "accuracy": ("test_accuracy", 100.0),  # fraction to percent
    "fitted_accuracy": ("fitted_train_accuracy", 100.0),
    "generalization_gap": ("generalization_gap", 100.0),  # fraction to points
    "train_loss": ("train_loss", 1.0),
    "seconds": ("seconds", 1.0),
}


def measured(runs: pd.DataFrame, name: str) -> pd.Series:
    """Return one measure of every row of runs.csv: accuracies in percent, gaps in points, times in seconds."""
    column, factor = MEASURES[name]
    return factor * runs[column]
