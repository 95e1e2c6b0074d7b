"""Effect of categorical settings, such as the optimiser or dropout, on the accuracy of each class."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fmnist.analysis.confusion import accuracies, class_accuracies, in_percent
from fmnist.analysis.statistics import FEWEST_SEEDS, Array, adjust, welch
from fmnist.plan.experiments import Experiment, Member
from fmnist.plan.names import ComparedRun, name

BASE = "lenet5"  # a network at its defaults is a run with the network's id
NETWORKS = {"fc": "Fully connected network", BASE: "LeNet-5, base case"}
SIGNIFICANCE = 0.05  # of all changes and classes together, after Holm's correction

Experiments = Mapping[str, Experiment]
Matrices = Mapping[str, Array]  # by run id: images[seed, true class, predicted class]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A run compared with the base case, class by class: differences of the means over seeds, in points."""

    name: str
    difference: Array  # [class]
    adjusted_p: Array  # [class]; two-sided, Welch's; NaN for fewer than FEWEST_SEEDS seeds
    overall: float  # the difference in accuracy over all classes

    @property
    def shown(self) -> npt.NDArray[np.bool_]:
        """[class]: whether the difference is beyond seed noise."""
        return self.adjusted_p < SIGNIFICANCE


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """The mean confusion matrix of a run's seeds, in percent of the true class: [true class, predicted class]."""

    run_id: str
    title: str
    percent: Array


def base_case(experiments: Experiments) -> str | None:
    """Return the id of the base case's run; None where the config has none."""
    return next((run.run_id for run in _members(experiments) if run.run_id == BASE), None)


def best_run(experiments: Experiments, matrices: Matrices) -> str | None:
    """Return the id of the original's run with the highest mean accuracy; None where there is no run."""
    run_ids = [run.run_id for run in _members(experiments, extensions=False)]
    return max(run_ids, key=lambda run_id: float(accuracies(matrices[run_id]).mean()), default=None)


def _members(experiments: Experiments, extensions: bool = True) -> list[Member]:
    """Return the members of all experiments, or of those that the original ran."""
    kept = (experiment for experiment in experiments.values() if extensions or not experiment.extension)
    return [member for experiment in kept for member in experiment.members]


def run_name(run_id: str, experiments: Experiments) -> str:
    """Name a run for a reader: a network at its defaults by its own name, any other by its first experiment."""
    if run_id in NETWORKS:
        return NETWORKS[run_id]
    first = next(
        ComparedRun(experiment=experiment.name, value=member.label, run_id=run_id)
        for experiment in experiments.values()
        for member in experiment.members
        if member.run_id == run_id
    )
    return name(first, experiments, within=False)


def shown_matrices(experiments: Experiments, matrices: Matrices) -> list[Panel]:
    """Return the matrices of the fully connected network, the base case and the best run, each once, if present."""
    planned = {run.run_id for run in _members(experiments)}
    titles = {run_id: title for run_id, title in NETWORKS.items() if run_id in planned}
    if best := best_run(experiments, matrices):
        titles[best] = f"Best: {run_name(best, experiments)}"
    return [
        Panel(run_id=run_id, title=title, percent=in_percent(matrices[run_id]).mean(axis=0))
        for run_id, title in titles.items()
    ]


def class_changes(experiments: Experiments, matrices: Matrices) -> list[Change]:
    """Compare with the base case, class by class, every run that changes categorical settings.

    Extensions are left out. Holm's correction is over all changes and classes. Empty without a base case.
    """
    if base_case(experiments) is None:
        return []
    categorical = [run for run in _members(experiments, extensions=False) if _is_categorical(run)]
    run_ids = [run_id for run_id in dict.fromkeys(run.run_id for run in categorical) if run_id != BASE]
    p_values = np.array([_p_values(matrices[run_id], matrices[BASE]) for run_id in run_ids])
    adjusted = adjust(p_values.ravel()).reshape(p_values.shape)
    return [
        Change(
            name=run_name(run_id, experiments),
            difference=class_accuracies(matrices[run_id]).mean(axis=0) - class_accuracies(matrices[BASE]).mean(axis=0),
            adjusted_p=p,
            overall=float(accuracies(matrices[run_id]).mean() - accuracies(matrices[BASE]).mean()),
        )
        for run_id, p in zip(run_ids, adjusted, strict=True)
    ]


def _is_categorical(run: Member) -> bool:
    return all(isinstance(value, str | bool) for value in run.values)


def _p_values(run: Array, base: Array) -> Array:
    """Return [class]: the two-sided p of Welch's test; NaN for fewer than FEWEST_SEEDS seeds on a side."""
    ours, theirs = class_accuracies(run).T, class_accuracies(base).T
    if min(len(run), len(base)) < FEWEST_SEEDS:
        return np.full(len(ours), np.nan)
    differences = [welch(a, b) for a, b in zip(ours, theirs, strict=True)]
    return np.array([2 * min(difference.p_above(), difference.p_below()) for difference in differences])
