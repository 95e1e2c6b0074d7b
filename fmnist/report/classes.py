"""What the report says about the ten classes."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from operator import itemgetter
from typing import Any

import numpy as np

from fmnist.analysis.class_changes import (
    Change,
    Experiments,
    Panel,
    base_case,
    best_run,
    class_changes,
    run_name,
    shown_matrices,
)
from fmnist.analysis.statistics import Array
from fmnist.data.fashion_mnist import CLASS_NAMES
from fmnist.plan.experiments import with_runs

HARD = 4  # how many classes are called the hardest

_number = itemgetter("number")


def class_report(experiments: Experiments, matrices: Mapping[str, Array]) -> dict[str, Any] | None:
    """Return what the section on classes says of the runs of the original; None where `matrices` holds none.

    `matrices` by run id: images[seed, true class, predicted class].
    """
    experiments = with_runs(experiments, matrices)
    panels = shown_matrices(experiments, matrices)
    if not panels:
        return None
    chosen = next((panel for panel in panels if panel.run_id == base_case(experiments)), panels[0])
    ranked = sorted(_by_class(np.diagonal(chosen.percent)), key=_number)
    hard = [CLASS_NAMES.index(one["name"]) for one in ranked[:HARD]]
    images = matrices[chosen.run_id][0].sum(axis=1)
    return {
        "images": (images.min(), images.max()),  # of the smallest and of the largest class
        "run": run_name(chosen.run_id, experiments),  # which decides what classes are hard
        "seeds": len(matrices[chosen.run_id]),
        "hard": ranked[:HARD],
        "easy": ranked[HARD:],
        "runs": [_errors(panel, matrices[panel.run_id].mean(axis=0), hard) for panel in panels],
        "with_best": best_run(experiments, matrices) is not None,
        **_changes(class_changes(experiments, matrices)),
    }


def _by_class(numbers: Array, shown: Iterable[bool] = repeat(False)) -> list[dict[str, Any]]:
    """Return each class with its percentage or difference, and whether a difference is beyond seed noise."""
    return [
        {"name": name, "number": float(number), "shown": beyond}
        for name, number, beyond in zip(CLASS_NAMES, numbers, shown, strict=False)
    ]


def _errors(panel: Panel, images: Array, hard: Sequence[int]) -> dict[str, Any]:
    """Describe the errors of a run; `images` is [true class, predicted class], the mean over seeds."""
    wrong = images * ~np.eye(len(CLASS_NAMES), dtype=bool)
    true, taken = np.unravel_index(int(wrong.argmax()), wrong.shape)
    commonest = f"{CLASS_NAMES[true]} taken for {CLASS_NAMES[taken]}"
    return {
        "title": panel.title,
        "errors": wrong.sum(),
        "among": 100 * wrong[np.ix_(hard, hard)].sum() / max(wrong.sum(), 1),  # percent: within the hard classes
        "hardest": min(_by_class(np.diagonal(panel.percent)), key=_number),
        "commonest": {"name": commonest, "number": float(panel.percent[true, taken])},
    }


def _changes(changes: Sequence[Change]) -> dict[str, Any]:
    """Return what the section says about changes of a setting; `moved` ranks the classes by their median change."""
    sizes = np.median([abs(change.difference) for change in changes], axis=0) if changes else np.zeros(len(CLASS_NAMES))
    return {
        "changes": [_changed(change) for change in changes],
        "differences": len(changes) * len(CLASS_NAMES),
        "shown": sum(int(change.shown.sum()) for change in changes),
        # Whether there are enough seeds to tell the differences from seed noise.
        "tested": any(np.isfinite(change.adjusted_p).any() for change in changes),
        "moved": sorted(_by_class(sizes), key=_number, reverse=True),
    }


def _changed(change: Change) -> dict[str, Any]:
    """Describe a change by the classes that gain and lose most; None where that rounds to no tenth of a point."""
    classes = _by_class(change.difference, change.shown)
    gain, loss = max(classes, key=_number), min(classes, key=_number)
    return {
        "name": change.name,
        "overall": change.overall,
        "gain": gain if round(gain["number"], 1) > 0 else None,
        "loss": loss if round(loss["number"], 1) < 0 else None,
        "shown": int(change.shown.sum()),
    }
