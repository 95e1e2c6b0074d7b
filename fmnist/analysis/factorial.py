"""What each of several changes, and each pair of them, adds to accuracy in a full two-level factorial.

A change's effect depends on the others: it is given alone, beside all others, and as the mean over
all sets of the others (its main effect). An interaction is by how much one change's effect is larger
where another is made, halved as usual (G. Box, S. Hunter and W. Hunter, Statistics for Experimenters,
2005, chapter 5). Shapley's values share the difference between all changes and none among the changes
(L. S. Shapley, A value for n-person games, 1953).
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from fmnist.analysis.statistics import Array, paired
from fmnist.common.wording import setting_value
from fmnist.plan.experiments import Experiment
from fmnist.runs.columns import measured
from fmnist.training.settings import format_value

COLUMNS = ("kind", "settings", "name", "effect", "lower", "upper", "n")
LEVEL = 0.05  # two-sided 95 % intervals
Changes = frozenset[int]  # which settings, by their place in the sweep, are at their second value


def is_factorial(experiment: Experiment) -> bool:
    """Return whether an experiment is a full grid of two values for each of three settings or more."""
    settings = len(experiment.swept)
    two_values = all(len(values) == 2 for values in _values(experiment))
    return settings > 2 and two_values and len(experiment.members) == 2**settings


def _values(experiment: Experiment) -> list[list[str]]:
    """Return the values of each swept setting as text, in the order of the sweep."""
    by_setting = zip(*(map(format_value, member.values) for member in experiment.members), strict=True)
    return [list(dict.fromkeys(values)) for values in by_setting]


def effects_table(experiment: Experiment, runs: pd.DataFrame) -> pd.DataFrame:
    """Return the effects on test accuracy, in points, over the seeds that every run of the grid has.

    One row an effect: its kind, its settings joined by " x ", and as `name` their second values in words. Then the
    effect with its 95 % interval (NaN for one seed), and `n`, the number of seeds. Empty where the experiment is no
    full two-level factorial, or its runs share no seed.
    """
    if not is_factorial(experiment):
        return pd.DataFrame(columns=list(COLUMNS))
    cells = _cells(experiment, runs)
    second = [values[1] for values in _values(experiment)]
    changed = [setting_value(*pair).removeprefix("with ") for pair in zip(experiment.swept, second, strict=True)]
    rows: list[tuple[object, ...]] = []
    for kind, places, per_seed in _effects(cells, len(experiment.swept)):
        difference = paired(per_seed, np.zeros(len(per_seed)))
        ends = difference.lower(LEVEL / 2), difference.upper(LEVEL / 2)
        settings = " x ".join(experiment.swept[place] for place in places)
        name = " × ".join(changed[place] for place in places)
        rows.append((kind, settings, name, difference.effect, *ends, len(per_seed)))
    return pd.DataFrame(rows, columns=list(COLUMNS)).dropna(subset="effect")


def _cells(experiment: Experiment, runs: pd.DataFrame) -> dict[Changes, Array]:
    """Return the accuracies, in percent, of the shared seeds of every cell."""
    accuracies = runs.assign(accuracy=measured(runs, "accuracy"))
    by_seed = accuracies.pivot(index="seed", columns="run_id", values="accuracy")
    shared = by_seed.reindex(columns=experiment.run_ids).dropna()
    first = experiment.members[0].values
    cells: dict[Changes, Array] = {}
    for member in experiment.members:
        changed = frozenset(place for place, value in enumerate(member.values) if value != first[place])
        cells[changed] = shared[member.run_id].to_numpy()
    return cells


def _effects(cells: dict[Changes, Array], settings: int) -> Iterator[tuple[str, Sequence[int], Array]]:
    """Yield every effect, one value a seed."""
    places = range(settings)
    weights: dict[str, Callable[[int], float]] = {
        "alone": lambda size: size == 0,
        "beside": lambda size: size == settings - 1,
        "main": lambda size: 1 / 2 ** (settings - 1),
        "shapley": lambda size: factorial(size) * factorial(settings - size - 1) / factorial(settings),
    }
    for kind, weight in weights.items():
        for place in places:
            yield kind, (place,), _mean_gain(cells, place, places, weight)
    for pair in combinations(places, 2):
        yield "interaction", pair, _interaction(cells, pair, places)


def _mean_gain(cells: dict[Changes, Array], place: int, places: Sequence[int], weight: Callable[[int], float]) -> Array:
    """Return the weighted sum of what a change adds to every set of the others; weights are by the size of the set."""
    others = [other for other in places if other != place]
    gains = [weight(len(context)) * (cells[context | {place}] - cells[context]) for context in _subsets(others)]
    return np.asarray(np.sum(gains, axis=0))


def _interaction(cells: dict[Changes, Array], pair: tuple[int, int], places: Sequence[int]) -> Array:
    """Return half of what one change of a pair adds to the effect of the other, as the mean over sets of the rest."""
    one, other = pair
    rest = [place for place in places if place not in pair]
    added = [
        (cells[context | {one, other}] - cells[context | {other}]) - (cells[context | {one}] - cells[context])
        for context in _subsets(rest)
    ]
    return np.asarray(np.mean(added, axis=0) / 2)


def _subsets(places: Sequence[int]) -> Iterator[Changes]:
    for size in range(len(places) + 1):
        yield from map(frozenset, combinations(places, size))
