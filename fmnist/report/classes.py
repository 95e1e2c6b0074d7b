"""What the report says about the ten classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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
from fmnist.analysis.confusion import class_accuracies
from fmnist.analysis.statistics import Array
from fmnist.data.fashion_mnist import CLASS_NAMES
from fmnist.plan.experiments import with_runs

HARD = 4  # how many classes are called the hardest


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassNumber:
    """A class, or a class taken for another, with a percentage, or with a difference in points."""

    name: str
    number: float
    shown: bool = False  # whether a difference is beyond seed noise


@dataclass(frozen=True, kw_only=True, slots=True)
class RunErrors:
    """The errors of one run, the mean over its seeds."""

    run_id: str
    title: str
    errors: float  # images
    hardest: ClassNumber
    among: float  # percent of its errors: images of one of the hardest classes taken for another of them
    commonest: ClassNumber  # the error, in percent of the true class


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedClasses:
    """What a change does to the classes; no gain, or no loss, where none rounds to a tenth of a point."""

    name: str
    overall: float
    gain: ClassNumber | None
    loss: ClassNumber | None
    shown: int  # how many of its differences are beyond seed noise


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassReport:
    """Everything that the section on classes says; which are hard is told by `told_of`, the base case if any."""

    images: tuple[int, int]  # the fewest and the most of a class
    told_of: str
    seeds: int  # of that run
    hard: tuple[ClassNumber, ...]  # the HARD hardest classes, the hardest first
    easy: tuple[ClassNumber, ...]  # the others, the easiest first
    runs: tuple[RunErrors, ...]
    with_best: bool  # whether the best run is among them
    changes: tuple[ChangedClasses, ...]
    differences: int  # changes times classes
    tested: bool  # whether there are seeds enough to tell them from seed noise
    moved: tuple[ClassNumber, ...]  # every class with the median size of its changes, the largest first

    @property
    def shown(self) -> int:
        """How many differences are beyond seed noise."""
        return sum(change.shown for change in self.changes)


def class_report(experiments: Experiments, matrices: Mapping[str, Array]) -> ClassReport | None:
    """Gather what there is to say of the runs that `matrices` holds; None where none is of the original's.

    `matrices` by run id: images[seed, true class, predicted class].
    """
    experiments = with_runs(experiments, matrices)
    panels = shown_matrices(experiments, matrices)
    if not panels:
        return None
    changes = class_changes(experiments, matrices)
    told = next((panel for panel in panels if panel.run_id == base_case(experiments)), panels[0])
    order = np.argsort(np.diagonal(told.percent), kind="stable")
    numbers = [_recognised(told, int(index)) for index in order]
    images = matrices[told.run_id][0].sum(axis=1)
    return ClassReport(
        images=(int(images.min()), int(images.max())),
        told_of=run_name(told.run_id, experiments),
        seeds=len(matrices[told.run_id]),
        hard=tuple(numbers[:HARD]),
        easy=tuple(reversed(numbers[HARD:])),
        runs=tuple(_errors(panel, matrices[panel.run_id], order[:HARD]) for panel in panels),
        with_best=best_run(experiments, matrices) is not None,
        changes=tuple(map(_changed, changes)),
        differences=len(changes) * len(CLASS_NAMES),
        tested=any(np.isfinite(change.adjusted_p).any() for change in changes),
        moved=_moved(changes),
    )


def _recognised(panel: Panel, index: int) -> ClassNumber:
    return ClassNumber(name=CLASS_NAMES[index], number=float(panel.percent[index, index]))


def _errors(panel: Panel, matrices: Array, hard: npt.NDArray[np.intp]) -> RunErrors:
    wrong = matrices.mean(axis=0) * ~np.eye(len(CLASS_NAMES), dtype=bool)
    true, taken = np.unravel_index(int(wrong.argmax()), wrong.shape)
    among = float(wrong[np.ix_(hard, hard)].sum() / max(wrong.sum(), 1))
    return RunErrors(
        run_id=panel.run_id,
        title=panel.title,
        errors=float(wrong.sum()),
        hardest=_recognised(panel, int(np.nanargmin(class_accuracies(matrices).mean(axis=0)))),
        among=100 * among,
        commonest=ClassNumber(
            name=f"{CLASS_NAMES[true]} taken for {CLASS_NAMES[taken]}", number=float(panel.percent[true, taken])
        ),
    )


def _changed(change: Change) -> ChangedClasses:
    most, least = int(change.difference.argmax()), int(change.difference.argmin())
    return ChangedClasses(
        name=change.name,
        overall=change.overall,
        gain=_difference(change, most) if round(change.difference[most], 1) > 0 else None,
        loss=_difference(change, least) if round(change.difference[least], 1) < 0 else None,
        shown=int(change.shown.sum()),
    )


def _difference(change: Change, index: int) -> ClassNumber:
    return ClassNumber(name=CLASS_NAMES[index], number=float(change.difference[index]), shown=bool(change.shown[index]))


def _moved(changes: Sequence[Change]) -> tuple[ClassNumber, ...]:
    if not changes:
        return ()
    sizes = np.median([abs(change.difference) for change in changes], axis=0)
    order = np.argsort(-sizes, kind="stable")
    return tuple(ClassNumber(name=CLASS_NAMES[index], number=float(sizes[index])) for index in order)
