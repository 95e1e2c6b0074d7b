"""What the report says about a run: its numbers over all its seeds, and the shape of its loss curve."""

from typing import Any

import numpy as np
import pandas as pd

from fmnist.report.tables import number_or_none
from fmnist.runs.columns import measured

# `<name>_sd` is the standard deviation, None for one seed. The gap is of the final network, with dropout off.
MEASURES = ("accuracy", "fitted_accuracy", "generalization_gap", "seconds")


def summarise_runs(runs: pd.DataFrame, curves: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Summarise runs.csv and loss.csv by run id: MEASURES, and what `_curve` returns.

    Accuracies are in percent, gaps in points; `seeds` is the number of seeds.
    """
    return {
        str(run_id): {
            "seeds": len(seeds),
            "parameters": int(seeds["parameter_count"].iloc[0]),
            **_numbers(seeds),
            **_curve(curves[curves["run_id"] == run_id]),
        }
        for run_id, seeds in runs.groupby("run_id", sort=False)
    }


def _numbers(seeds: pd.DataFrame) -> dict[str, float | None]:
    values = pd.DataFrame({name: measured(seeds, name) for name in MEASURES})
    numbers = {**values.mean(), **values.std().add_suffix("_sd")}
    return {name: number_or_none(float(number)) for name, number in numbers.items()}


def _curve(curves: pd.DataFrame) -> dict[str, Any]:
    """Describe the loss curves of a run's seeds.

    `curve`: the mean training loss of each epoch; `steps`: the pairs of neighbouring epochs that have one;
    `rises`: for each seed, at how many of these its loss rose; `decayed`: in how many seeds the learning
    rate fell.
    """
    losses, rates = (
        curves.pivot(index="epoch", columns="seed", values=name) for name in ("train_loss", "learning_rate")
    )
    mean = losses.mean(axis=1)
    rises = (losses.diff() > 0).sum().tolist()
    return {
        "curve": [number_or_none(loss) for loss in mean.tolist()],
        "steps": int(np.isfinite(mean.diff()).sum()),
        "rises": rises,
        "rises_text": f"{min(rises)}" if min(rises) == max(rises) else f"{min(rises)} to {max(rises)}",
        "decayed": int((rates.min() < rates.iloc[0]).sum()),
    }
