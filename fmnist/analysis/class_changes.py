"""What the changes that are no numbers, such as another optimiser or dropout, do to each class."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fmnist.analysis.confusion import accuracies, class_accuracies, in_percent
from fmnist.analysis.statistics import FEWEST_SEEDS, Array, holm, welch
from fmnist.plan.experiments import Experiment, Member
from fmnist.plan.names import ComparedRun, name

NETWORKS = {"lenet5": "LeNet-5, base case", "fc": "Fully connected network"}  # by the id of a run without a change
SIGNIFICANCE = 0.05  # of all changes and classes together, after Holm's correction

Experiments = Mapping[str, Experiment]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A run held against the base case, class by class: differences of the means over seeds, in points."""

    run_id: str
    name: str
    difference: Array  # [class]
    adjusted_p: Array  # [class]; two-sided, Welch's; NaN for fewer than FEWEST_SEEDS seeds
    overall: float  # of the accuracy over all classes

    @property
    def shown(self) -> npt.NDArray[np.bool_]:
        """[class]: whether the difference is beyond seed noise."""
        return self.adjusted_p < SIGNIFICANCE


def base_case(experiments: Experiments) -> str | None:
    """Return the id of the base case's run; None where the config has none."""
    return _own_run("lenet5_base", "lenet5", experiments)


def fully_connected(experiments: Experiments) -> str | None:
    """Return the id of the fully connected network's run; None where the config has none."""
    return _own_run("fully_connected", "fc", experiments)


def _own_run(experiment: str, run_id: str, experiments: Experiments) -> str | None:
    """The run of an experiment, or else the one without a change that another experiment holds."""
    if experiment in experiments:
        return experiments[experiment].run_ids[0]
    return run_id if any(run_id in other.run_ids for other in experiments.values()) else None


def best_run(experiments: Experiments, matrices: Mapping[str, Array]) -> str | None:
    """Return the id of the run with the highest mean accuracy, extensions apart; None where there is no other run."""
    ours = {member.run_id: accuracies(matrices[member.run_id]).mean() for _, member in _of_the_original(experiments)}
    return max(ours, key=lambda run_id: float(ours[run_id]), default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """One run's confusion matrix: percent of the true class, [true class, predicted class], the mean over seeds."""

    run_id: str
    title: str
    percent: Array


def shown_matrices(experiments: Experiments, matrices: Mapping[str, Array]) -> list[Panel]:
    """Return the matrices of the fully connected network, the base case and the best run, each that there is, once."""
    best = best_run(experiments, matrices)
    known = (fully_connected(experiments), base_case(experiments))
    titles = {run_id: run_name(run_id, experiments) for run_id in known if run_id is not None}
    if best:
        titles[best] = f"Best: {titles.get(best) or run_name(best, experiments)}"
    return [
        Panel(run_id=run_id, title=title, percent=in_percent(matrices[run_id]).mean(axis=0))
        for run_id, title in titles.items()
    ]


def run_name(run_id: str, experiments: Experiments) -> str:
    """Name a run for a reader: a network without a change by its own name, any other by its first experiment."""
    if run_id in NETWORKS:
        return NETWORKS[run_id]
    for experiment in experiments.values():
        for member in experiment.members:
            if member.run_id == run_id:
                run = ComparedRun(experiment=experiment.name, value=member.label, run_id=run_id)
                return name(run, experiments, within=False)
    return run_id


def changed_runs(experiments: Experiments) -> list[str]:
    """Return the ids of the runs that change something other than a number: a kind, a switch, the network.

    Extensions and the base case are left out.
    """
    base = base_case(experiments)
    found = [member.run_id for _, member in _of_the_original(experiments) if _no_number(member)]
    return [run_id for run_id in dict.fromkeys(found) if run_id != base]


def _of_the_original(experiments: Experiments) -> Iterator[tuple[Experiment, Member]]:
    for experiment in experiments.values():
        if not experiment.extension:
            yield from ((experiment, member) for member in experiment.members)


def _no_number(member: Member) -> bool:
    return all(isinstance(value, str | bool) for value in member.values)


def class_changes(experiments: Experiments, matrices: Mapping[str, Array]) -> list[Change]:
    """Hold every changed run against the base case, class by class; none where there is no base case.

    `matrices` by run id: images[seed, true class, predicted class]. Holm's correction is over
    all changes and classes.
    """
    base = base_case(experiments)
    if base is None:
        return []
    runs = changed_runs(experiments)
    ours, theirs = class_accuracies(matrices[base]), [class_accuracies(matrices[run_id]) for run_id in runs]
    p_values = np.array([[_two_sided(a, b) for a, b in zip(their.T, ours.T, strict=True)] for their in theirs])
    adjusted = holm(p_values.ravel()).reshape(p_values.shape)
    return [
        Change(
            run_id=run_id,
            name=run_name(run_id, experiments),
            difference=their.mean(axis=0) - ours.mean(axis=0),
            adjusted_p=p,
            overall=float(accuracies(matrices[run_id]).mean() - accuracies(matrices[base]).mean()),
        )
        for run_id, their, p in zip(runs, theirs, adjusted, strict=True)
    ]


def _two_sided(a: Array, b: Array) -> float:
    """P of Welch's test that two means are equal; NaN for fewer than FEWEST_SEEDS values on a side."""
    if min(len(a), len(b)) < FEWEST_SEEDS:
        return float("nan")
    difference = welch(a, b)
    return float(np.minimum(1.0, 2 * np.minimum(difference.p_above(), difference.p_below())))
