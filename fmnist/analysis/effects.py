"""What one change of a setting does to the accuracy of the base case: results/effects.csv."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from fmnist.analysis.statistics import Array, finite, paired
from fmnist.common.wording import setting_value, word
from fmnist.plan.experiments import Experiment, Member
from fmnist.plan.original import Reported
from fmnist.runs.columns import measured

BASE = "lenet5"  # a network at its defaults is a run with the network's id
LEVEL = 0.05  # of each one-sided bound: together a 90 % interval
PRINTED_BASE = ("lenet5_base", "base")
TEXTS = ("experiment", "value", "run_id", "name")
COLUMNS = (*TEXTS, "combined", "n", "effect", "lower", "upper", "printed")


def effects(experiments: Mapping[str, Experiment], runs: pd.DataFrame, reported: Reported) -> pd.DataFrame:
    """Return one row per single change of the base case that the original ran, largest gain first.

    `effect` is the difference in test accuracy over the `n` seeds that both runs have, in points, with
    its 90 % interval; `printed` is that of the original's numbers. Of a numeric axis there are the ends
    and the value with the original's highest accuracy. `combined` marks the best of several changes at once.
    """
    accuracies = measured(runs, "accuracy").groupby([runs["run_id"], runs["seed"]]).first().unstack()
    if BASE not in accuracies.index:
        return pd.DataFrame(columns=list(COLUMNS))
    printed = _printed(reported, *PRINTED_BASE)
    rows = [
        {
            **{"experiment": experiment.name, "value": member.label, "run_id": member.run_id},
            **{"name": change_name(experiment, member), "combined": _several(member.run_id)},
            **_effect(accuracies.loc[member.run_id].to_numpy(), accuracies.loc[BASE].to_numpy()),
            "printed": _printed(reported, experiment.name, member.label) - printed,
        }
        for experiment, member in _changes(experiments, reported)
        if member.run_id in accuracies.index
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).dropna(subset="effect").sort_values("effect", ascending=False)
    return table[~table["combined"].astype(bool) | ~table["combined"].duplicated()]


def _effect(accuracies: Array, base: Array) -> dict[str, float]:
    found = paired(accuracies, base)
    seeds = len(finite(accuracies - base))
    return {"n": seeds, "effect": found.effect, "lower": found.lower(LEVEL), "upper": found.upper(LEVEL)}


def _several(run_id: str) -> bool:
    """Return whether a run changes more than one setting; a scheduler and its step size are one."""
    return run_id.count("__") - ("__scheduler=" in run_id) > 1


def change_name(experiment: Experiment, member: Member) -> str:
    """Name a change for a reader: `ReLU for tanh`, `batch size 10`, `StepLR, step size 100`."""
    if _several(member.run_id):
        return f"{experiment.title}, {word(member.label)}"
    if not experiment.swept:
        return experiment.title
    said = ", ".join(map(setting_value, experiment.swept, member.label.split(", ")))
    if "__scheduler=step__" in member.run_id:
        return f"StepLR, {said}"
    base = [one.label for one in experiment.members if one.run_id == BASE and isinstance(one.values[0], str)]
    return f"{said} for {word(base[0])}" if base else said


def _printed(reported: Reported, experiment: str, value: str) -> float:
    run = reported.runs.get((experiment, value))
    return np.nan if run is None or run.accuracy is None else run.accuracy


def _changes(experiments: Mapping[str, Experiment], reported: Reported) -> Iterator[tuple[Experiment, Member]]:
    """Yield the changed runs of the original's experiments, each run once."""
    seen = {BASE}
    for experiment in experiments.values():
        for member in [] if experiment.extension else _shown(experiment, reported):
            if member.run_id not in seen:
                seen.add(member.run_id)
                yield experiment, member


def _shown(experiment: Experiment, reported: Reported) -> list[Member]:
    """Return all members; of a numeric axis its ends and the original's best."""
    members = list(experiment.members)
    numeric = [member for member in members if all(isinstance(value, int | float) for value in member.values)]
    if len(members) < 4 or len(numeric) < len(members):
        return members
    printed = [_printed(reported, experiment.name, member.label) for member in members]
    best = [members[int(np.nanargmax(printed))]] if np.isfinite(printed).any() else []
    return [member for member in members if member in (members[0], members[-1], *best)]
