"""What the report says about the ten classes."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from fmnist.analysis import class_changes
from fmnist.analysis.class_changes import Change, Experiments, Panel, base_case, run_name
from fmnist.analysis.statistics import Array
from fmnist.plan.experiments import with_runs

HARD = 4  # how many classes are called the hardest


def class_report(
    experiments: Experiments, matrices: Mapping[str, Array], names: Sequence[str]
) -> dict[str, Any] | None:
    """Return what the section on classes says of the runs of the original; None where `matrices` holds none.

    `matrices` by run id: images[seed, true class, predicted class]; `names` are those of the classes.
    """
    experiments = with_runs(experiments, matrices)
    panels = class_changes.shown_matrices(experiments, matrices)
    if not panels:
        return None
    chosen = next((panel for panel in panels if panel.run_id == base_case(experiments)), panels[0])
    ranked = _ranked(np.diagonal(chosen.percent), names)
    hard = [names.index(name) for name in ranked.index[:HARD]]
    images = matrices[chosen.run_id][0].sum(axis=1)
    return {
        "images": (images.min(), images.max()),  # of the smallest and of the largest class
        "run": run_name(chosen.run_id, experiments),  # which decides what classes are hard
        "seeds": len(matrices[chosen.run_id]),
        "hard": ranked[:HARD],
        "easy": ranked[HARD:],
        "runs": [_errors(panel, matrices[panel.run_id].mean(axis=0), hard, names) for panel in panels],
        "with_best": class_changes.best_run(experiments, matrices) is not None,
        **_changes(class_changes.class_changes(experiments, matrices), names),
    }


def _ranked(numbers: Array, names: Sequence[str]) -> pd.Series:
    """Return a number of each class by the class's name, smallest first."""
    return pd.Series(numbers, index=list(names)).sort_values(kind="stable")


def _errors(panel: Panel, images: Array, hard: Sequence[int], names: Sequence[str]) -> dict[str, Any]:
    """Describe the errors of a run; `images` is [true class, predicted class], the mean over seeds."""
    wrong = images * ~np.eye(len(names), dtype=bool)
    true, taken = divmod(int(wrong.argmax()), len(names))
    return {
        "title": panel.title,
        "errors": wrong.sum(),
        "among": 100 * wrong[np.ix_(hard, hard)].sum() / max(wrong.sum(), 1),  # percent: within the hard classes
        "ranked": _ranked(np.diagonal(panel.percent), names),
        "commonest": f"{names[true]} taken for {names[taken]}",
        "commonest_percent": panel.percent[true, taken],
    }


def _changes(changes: Sequence[Change], names: Sequence[str]) -> dict[str, Any]:
    """Return what the section says about changes of a setting; `moved` ranks the classes by their median size."""
    sizes = [abs(change.difference) for change in changes] or np.zeros((1, len(names)))
    return {
        "changes": changes,
        "most_moved": partial(most_moved, names),
        "differences": len(changes) * len(names),
        "shown": sum(int(change.shown.sum()) for change in changes),
        # Whether there are enough seeds to tell the differences from seed noise.
        "tested": any(np.isfinite(change.adjusted_p).any() for change in changes),
        "moved": _ranked(np.median(sizes, axis=0), names),
    }


def most_moved(names: Sequence[str], change: Change, sign: int) -> dict[str, Any] | None:
    """Return the class that gains (1) or loses (-1) most by a change; None where that rounds to no tenth of a point."""
    place = int((sign * change.difference).argmax())
    most = {"name": names[place], "number": change.difference[place], "shown": change.shown[place]}
    return most if round(sign * change.difference[place], 1) > 0 else None
