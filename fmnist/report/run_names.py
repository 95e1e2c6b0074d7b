"""What a run is called in a list of all runs."""

from fmnist.common.wording import setting_value

BASES = {"fc": "Fully connected network", "lenet5": "LeNet-5, base case"}


def run_name(run_id: str) -> str:
    """Name a run for a reader by all that it changes: `leaky ReLU, max pooling`; LeNet-5 goes without saying."""
    model, *changes = run_id.split("__")
    said = [setting_value(*change.split("=", 1)) for change in changes]
    return ", ".join(said if model == "lenet5" and said else [BASES.get(model, model.rpartition(".")[2]), *said])
