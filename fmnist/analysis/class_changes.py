"""Effect of categorical settings, such as the optimiser or dropout, on the accuracy of each class."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fmnist.analysis.confusion import accuracies, class_accuracies, in_percent
from fmnist.analysis.statistics import FEWEST_SEEDS, Array, holm, welch
from fmnist.plan.experiments import Experiment, Member
from fmnist.plan.names import ComparedRun, name

NETWORKS = {"lenet5": "LeNet-5, base case", "fc": "Fully connected network"}  # by the id of a run at its defaults
SIGNIFICANCE = 0.05  # of all changes and classes together, after Holm's correction

Experiments = Mapping[str, Experiment]
Matrices = Mapping[str, Array]  # by run id: images[seed, true class, predicted class]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A run compared with the base case, class by class: differences of the means over seeds, in points."""

    run_id: str
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
    return _network_run("lenet5_base", "lenet5", experiments)


def _network_run(experiment: str, run_id: str, experiments: Experiments) -> str | None:
    """Return the run of the network's own experiment, else its run at the defaults in any experiment."""
    if experiment in experiments:
        return experiments[experiment].run_ids[0]
    return run_id if any(run_id in other.run_ids for other in experiments.values()) else None


def best_run(experiments: Experiments, matrices: Matrices) -> str | None:
    """Return the id of the original's run with the highest mean accuracy; None where there is no run."""
    means = {run.run_id: float(accuracies(matrices[run.run_id]).mean()) for run in _runs_of_the_original(experiments)}
    return max(means, key=lambda run_id: means[run_id], default=None)


def _runs_of_the_original(experiments: Experiments) -> list[Member]:
    """Return the members of all experiments but the extensions, which the original did not run."""
    return [member for experiment in experiments.values() if not experiment.extension for member in experiment.members]


def _is_categorical(run: Member) -> bool:
    return all(isinstance(value, str | bool) for value in run.values)


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
    best = best_run(experiments, matrices)
    networks = (_network_run("fully_connected", "fc", experiments), base_case(experiments))
    titles = {run_id: run_name(run_id, experiments) for run_id in (*networks, best) if run_id}
    if best:
        titles[best] = f"Best: {titles[best]}"
    return [
        Panel(run_id=run_id, title=title, percent=in_percent(matrices[run_id]).mean(axis=0))
        for run_id, title in titles.items()
    ]


def class_changes(experiments: Experiments, matrices: Matrices) -> list[Change]:
    """Compare with the base case, class by class, every run that changes other settings than numbers.

    Extensions are left out. Holm's correction is over all changes and classes. Empty without a base case.
    """
    base = base_case(experiments)
    if base is None:
        return []
    changed = (run for run in _runs_of_the_original(experiments) if _is_categorical(run) and run.run_id != base)
    runs = {run.run_id: matrices[run.run_id] for run in changed}
    p_values = np.array([_p_values(run, matrices[base]) for run in runs.values()])
    adjusted = holm(p_values.ravel()).reshape(p_values.shape)
    return [
        Change(
            run_id=run_id,
            name=run_name(run_id, experiments),
            difference=class_accuracies(run).mean(axis=0) - class_accuracies(matrices[base]).mean(axis=0),
            adjusted_p=p,
            overall=float(accuracies(run).mean() - accuracies(matrices[base]).mean()),
        )
        for (run_id, run), p in zip(runs.items(), adjusted, strict=True)
    ]


def _p_values(run: Array, base: Array) -> Array:
    """Return [class]: the two-sided p of Welch's test; NaN for fewer than FEWEST_SEEDS seeds on a side."""
    ours, theirs = class_accuracies(run).T, class_accuracies(base).T
    if min(len(run), len(base)) < FEWEST_SEEDS:
        return np.full(len(ours), np.nan)
    return np.array([welch(a, b).p_beyond(0) for a, b in zip(ours, theirs, strict=True)])
