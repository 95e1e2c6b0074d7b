"""What changes do to each class: which runs count, what differs, and what is beyond seed noise."""

from typing import Any

import numpy as np
import pytest
from builders import CONFIG, changed, plan, plan_of

from fmnist.analysis.class_changes import base_case, best_run, class_changes, shown_matrices
from fmnist.analysis.statistics import Array, holm, welch
from fmnist.data.fashion_mnist import CLASS_NAMES

SHIPPED = plan().experiments
SHIRT = CLASS_NAMES.index("Shirt")


def matrices_of(mean: float, seeds: int, shirt: float | None = None) -> Array:
    """Confusion matrices of 1,000 images a class; each seed recognises one image more, the rest is the next class."""
    found = np.zeros((seeds, 10, 10))
    for seed in range(seeds):
        for index in range(10):
            recognised = seed + (shirt if shirt is not None and index == SHIRT else mean)
            found[seed, index, index] = recognised
            found[seed, index, (index + 1) % 10] = 1000 - recognised
    return found


def of_all(experiments: Any, seeds: int, **runs: Array) -> dict[str, Array]:
    """Equal matrices for every run, but for those named by the last value that they change."""
    ids = {member.run_id for experiment in experiments.values() for member in experiment.members}
    return {run_id: runs.get(run_id.split("=")[-1], matrices_of(900, seeds)) for run_id in ids}


@pytest.mark.parametrize("extensions", [False, True])
def test_the_changes_are_the_kinds_and_switches_of_the_original(extensions: bool) -> None:
    experiments = plan(changed({"extensions": extensions})).experiments
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


def test_the_base_case_is_found_without_its_own_experiment() -> None:
    assert base_case(SHIPPED) == "lenet5"
    assert base_case(plan_of({"pooling": CONFIG["experiments"]["pooling"]}).experiments) == "lenet5"
    without = plan_of({"dropout": {"set": {"dropout": True}}}).experiments
    assert base_case(without) is None
    assert class_changes(without, of_all(without, 3)) == []


def test_the_best_run_is_the_originals_with_the_highest_mean() -> None:
    everything = plan(changed({"extensions": True})).experiments
    matrices = of_all(everything, 2, max=matrices_of(950, 2))
    matrices |= {run_id: matrices_of(990, 2) for run_id in matrices if "scheduler=plateau" in run_id}
    assert best_run(everything, matrices) == "lenet5__pooling=max"
    titles = [panel.title for panel in shown_matrices(everything, matrices)]
    assert titles == ["Fully connected network", "LeNet-5, base case", "Best: max pooling"]
    assert best_run({}, {}) is None


def test_a_network_that_is_the_best_is_shown_once() -> None:
    experiments = {name: SHIPPED[name] for name in ("fully_connected", "lenet5_base")}
    panels = shown_matrices(experiments, {"fc": matrices_of(800, 1), "lenet5": matrices_of(900, 1)})
    assert [panel.title for panel in panels] == ["Fully connected network", "Best: LeNet-5, base case"]
    assert panels[0].percent[0, :2].tolist() == [80, 20]


def test_differences_are_of_means_class_by_class_and_tested_together() -> None:
    changes = class_changes(SHIPPED, of_all(SHIPPED, 3, true=matrices_of(900, 3, shirt=950)))
    found = next(change for change in changes if change.name == "with dropout")
    assert found.difference == pytest.approx([5 if index == SHIRT else 0 for index in range(10)])
    assert found.overall == pytest.approx(0.5)
    assert found.shown.tolist() == [index == SHIRT for index in range(10)]
    p_values = np.full(10 * len(changes), 1.0)
    # Batch normalisation has the value "true", too.
    p_values[:2] = 2 * welch(np.array([95.0, 95.1, 95.2]), np.array([90.0, 90.1, 90.2])).p_above()
    assert found.adjusted_p[SHIRT] == pytest.approx(holm(p_values)[0])


def test_a_loss_is_beyond_seed_noise_as_a_gain_is() -> None:
    changes = class_changes(SHIPPED, of_all(SHIPPED, 3, max=matrices_of(900, 3, shirt=850)))
    found = next(change for change in changes if change.name == "max pooling")
    assert found.difference[SHIRT] == pytest.approx(-5)
    assert found.shown[SHIRT]


@pytest.mark.parametrize("seeds", [1, 2])
def test_too_few_seeds_show_nothing(seeds: int) -> None:
    changes = class_changes(SHIPPED, of_all(SHIPPED, seeds, max=matrices_of(500, seeds)))
    assert not any(change.shown.any() for change in changes)
    assert all(np.isnan(change.adjusted_p).all() for change in changes)
