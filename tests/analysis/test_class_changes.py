"""What changes do to each class: which runs count, what differs, and what is beyond seed noise."""

from typing import Any

import numpy as np
import pytest
from builders import changed, plan, plan_of

from fmnist.analysis.class_changes import Change, best_run, class_changes, shown_matrices
from fmnist.analysis.statistics import Array, adjust, welch
from fmnist.data.datasets import CLASS_NAMES

SHIPPED = plan().experiments
WITH_EXTENSIONS = plan(changed({"extensions": True})).experiments
SHIRT = CLASS_NAMES.index("Shirt")


def matrices_of(mean: float, seeds: int, shirt: float | None = None) -> Array:
    """Return matrices of 1,000 images per class; each seed recognises one image more, the rest is the next class."""
    recognised = np.full(10, float(mean))
    recognised[SHIRT] = mean if shirt is None else shirt
    ours = [np.diag(recognised + seed) for seed in range(seeds)]
    return np.array([right + np.roll(np.diag(1000 - right.diagonal()), 1, axis=1) for right in ours])


def of_all(experiments: Any, seeds: int, **runs: Array) -> dict[str, Array]:
    """Return equal matrices for every run, but for those named by the last value that they change."""
    ids = {member.run_id for experiment in experiments.values() for member in experiment.members}
    return {run_id: runs.get(run_id.split("=")[-1], matrices_of(900, seeds)) for run_id in ids}


def change_of(name: str, seeds: int = 3, **runs: Array) -> Change:
    return next(change for change in class_changes(SHIPPED, of_all(SHIPPED, seeds, **runs)) if change.name == name)


@pytest.mark.parametrize("experiments", [SHIPPED, WITH_EXTENSIONS])
def test_the_changes_are_the_categorical_ones_of_the_original(experiments: Any) -> None:
    assert [change.name for change in class_changes(experiments, of_all(experiments, 1))] == [
        "Fully connected network",
        "SGD",
        "RMSprop",
        "MSE",
        "multi-margin",
        "ReLU",
        "leaky ReLU",
        "max pooling",
        "with batch normalisation",
        "with dropout",
        "Combined setting, ReLU",
        "Combined setting, leaky ReLU",
    ]


def test_without_a_base_case_there_are_no_changes() -> None:
    without = plan_of({"dropout": {"set": {"dropout": True}}}).experiments
    assert class_changes(without, of_all(without, 3)) == []


def test_the_best_run_is_the_originals_with_the_highest_mean_and_shown_once() -> None:
    matrices = of_all(WITH_EXTENSIONS, 2, max=matrices_of(950, 2))
    matrices |= {run_id: matrices_of(990, 2) for run_id in matrices if "scheduler=plateau" in run_id}
    assert best_run(WITH_EXTENSIONS, matrices) == "lenet5__pooling=max"
    titles = [panel.title for panel in shown_matrices(WITH_EXTENSIONS, matrices)]
    assert titles == ["Fully connected network", "LeNet-5, base case", "Best: max pooling"]
    two = {name: SHIPPED[name] for name in ("fully_connected", "lenet5_base")}
    panels = shown_matrices(two, {"fc": matrices_of(800, 1), "lenet5": matrices_of(900, 1)})
    assert [panel.title for panel in panels] == ["Fully connected network", "Best: LeNet-5, base case"]
    assert panels[0].percent[0, :2].tolist() == [80, 20]
    assert best_run({}, {}) is None


@pytest.mark.parametrize("points", [5, -5])
def test_differences_are_of_means_class_by_class_and_tested_together(points: int) -> None:
    # Batch normalisation has the value "true", too.
    found = change_of("with dropout", true=matrices_of(900, 3, shirt=900 + 10 * points))
    assert found.difference == pytest.approx([points * (index == SHIRT) for index in range(10)])
    assert found.overall == pytest.approx(points / 10)
    assert found.shown.tolist() == [index == SHIRT for index in range(10)]
    p_values = np.full(12 * 10, 1.0)
    p_values[:2] = 2 * welch(np.array([95.0, 95.1, 95.2]), np.array([90.0, 90.1, 90.2])).p_above()
    assert found.adjusted_p[SHIRT] == pytest.approx(adjust(p_values)[0])


@pytest.mark.parametrize("seeds", [1, 2])
def test_too_few_seeds_show_nothing(seeds: int) -> None:
    found = change_of("max pooling", seeds, max=matrices_of(500, seeds))
    assert not found.shown.any()
    assert np.isnan(found.adjusted_p).all()
