"""What changes do to each class: which runs count, what differs, and what is beyond seed noise."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from builders import CONFIG, changed, plan, plan_of

from fmnist.analysis.class_changes import (
    base_case,
    best_run,
    changed_runs,
    class_changes,
    fully_connected,
    run_name,
    shown_matrices,
)
from fmnist.analysis.statistics import Array, holm, welch
from fmnist.data.fashion_mnist import CLASS_NAMES

SHIPPED = plan().experiments
SHIRT = CLASS_NAMES.index("Shirt")


def matrix(*recognised: float) -> Array:
    """A confusion matrix of 1,000 images a class; what is not recognised is taken for the next class."""
    found = np.diag(np.array(recognised, dtype=float))
    for index, images in enumerate(recognised):
        found[index, (index + 1) % 10] = 1000 - images
    return found


def seeds_of(mean: float, seeds: int, **classes: float) -> Array:
    """Matrices of several seeds, that scatter by an image; `classes` names those with another mean."""
    recognised = [classes.get(name.split("/")[0].replace("-", "_"), mean) for name in CLASS_NAMES]
    return np.array([matrix(*(images + seed for images in recognised)) for seed in range(seeds)])


def of_all(experiments: Mapping[str, Any], seeds: int, **runs: Array) -> dict[str, Array]:
    """Equal matrices for every run, but for those named by what they change."""
    ids = {member.run_id for experiment in experiments.values() for member in experiment.members}
    return {run_id: runs.get(run_id.split("=")[-1], seeds_of(900, seeds)) for run_id in ids}


def test_the_changes_are_the_kinds_and_switches_of_the_original() -> None:
    assert [run_name(run_id, SHIPPED) for run_id in changed_runs(SHIPPED)] == [
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
    assert changed_runs(plan(changed({"extensions": True})).experiments) == changed_runs(SHIPPED)


def test_the_networks_are_found_where_their_own_experiments_are_gone() -> None:
    assert (base_case(SHIPPED), fully_connected(SHIPPED)) == ("lenet5", "fc")
    without = plan_of({"pooling": CONFIG["experiments"]["pooling"]}).experiments
    assert (base_case(without), fully_connected(without)) == ("lenet5", None)
    no_base = plan_of({"dropout": {"set": {"dropout": True}}}).experiments
    assert base_case(no_base) is None
    assert class_changes(no_base, of_all(no_base, 3)) == []


def test_the_best_is_the_highest_mean_of_what_the_original_ran() -> None:
    everything = plan(changed({"extensions": True})).experiments
    matrices = of_all(everything, 2, max=seeds_of(950, 2), plateau=seeds_of(990, 2))
    matrices = {run_id: seeds_of(999, 2) if "scheduler=plateau" in run_id else m for run_id, m in matrices.items()}
    assert best_run(everything, matrices) == "lenet5__pooling=max"
    assert [panel.title for panel in shown_matrices(everything, matrices)] == [
        "Fully connected network",
        "LeNet-5, base case",
        "Best: max pooling",
    ]


def test_a_network_that_is_the_best_is_shown_once() -> None:
    experiments = plan_of(
        {name: CONFIG["experiments"][name] for name in ("fully_connected", "lenet5_base")}
    ).experiments
    matrices = {"fc": seeds_of(800, 1), "lenet5": seeds_of(900, 1)}
    panels = shown_matrices(experiments, matrices)
    assert [panel.title for panel in panels] == ["Fully connected network", "Best: LeNet-5, base case"]
    assert panels[0].percent[0, :2].tolist() == [80, 20]


def test_differences_are_of_means_class_by_class_and_tested_together() -> None:
    dropout = seeds_of(900, 3, Shirt=950)
    changes = class_changes(SHIPPED, of_all(SHIPPED, 3, true=dropout))
    by_name = {change.name: change for change in changes}
    found = by_name["with dropout"]
    assert found.difference[SHIRT] == pytest.approx(5)
    assert np.delete(found.difference, SHIRT) == pytest.approx(0)
    assert found.overall == pytest.approx(0.5)
    assert found.shown.tolist() == [index == SHIRT for index in range(10)]
    difference = welch(np.array([95.0, 95.1, 95.2]), np.array([90.0, 90.1, 90.2]))
    p = np.full(10 * len(changes), 1.0)
    p[:2] = 2 * difference.p_above()  # "true" is batch normalisation, too
    assert found.adjusted_p[SHIRT] == pytest.approx(holm(p)[0])


def test_a_loss_is_beyond_seed_noise_as_a_gain_is() -> None:
    changes = class_changes(SHIPPED, of_all(SHIPPED, 3, max=seeds_of(900, 3, Shirt=850)))
    (found,) = [change for change in changes if change.name == "max pooling"]
    assert found.difference[SHIRT] == pytest.approx(-5)
    assert found.shown[SHIRT]


@pytest.mark.parametrize("seeds", [1, 2])
def test_too_few_seeds_show_nothing(seeds: int) -> None:
    changes = class_changes(SHIPPED, of_all(SHIPPED, seeds, max=seeds_of(500, seeds)))
    assert not any(change.shown.any() for change in changes)
    assert all(np.isnan(change.adjusted_p).all() for change in changes)
