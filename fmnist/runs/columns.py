"""The columns of the tables of all runs: results/runs.csv and results/loss.csv."""

from fmnist.plan.experiments import setting_names

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
