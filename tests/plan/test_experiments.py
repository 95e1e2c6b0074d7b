"""From experiments to runs: what a sweep, a grid or cases expand to, and what an edit of them adds."""

import json
from typing import Any

import pytest
from builders import CONFIG, changed, ids, plan, plan_of

from fmnist.common.errors import ConfigError
from fmnist.plan.cost import work
from fmnist.plan.experiments import Experiment


def test_an_extension_that_is_left_out_is_checked_all_the_same() -> None:
    with pytest.raises(ConfigError, match=r"experiments\.momentum: unknown key optimiser"):
        plan(changed({"experiments/momentum/set": {"optimiser": "sgd"}}))


def test_cases_are_laid_over_set_and_called_by_their_names() -> None:
    entry = {
        "set": {"epochs": 3, "pooling": "max"},
        "cases": {"as it is": {}, "more + less": {"epochs": 5, "dropout": True}},
    }
    (experiment,) = plan_of({"named": entry}).experiments.values()
    assert experiment.swept == ("case",)
    assert [(member.label, member.values, member.run_id) for member in experiment.members] == [
        ("as it is", ("as it is",), "lenet5__epochs=3__pooling=max"),
        ("more + less", ("more + less",), "lenet5__dropout=true__epochs=5__pooling=max"),
    ]


def test_an_experiment_can_do_with_fewer_seeds_than_the_others() -> None:
    few = plan_of(
        {
            "alone": {"set": {"pooling": "max"}, "max_seeds": 2},
            "shared": {"sweep": {"dropout": [False, True]}, "max_seeds": 1},
            "also": {"set": {"dropout": True}, "max_seeds": 3},
            "all": {},
        }
    )
    seeds = {"lenet5__pooling=max": [7, 5], "lenet5": [7, 5, 9, 1], "lenet5__dropout=true": [7, 5, 9]}
    assert few.trainings([7, 5, 9, 1]) == [(run_id, seed) for run_id in seeds for seed in seeds[run_id]]
    assert few.trainings([7]) == [(run_id, 7) for run_id in seeds]


@pytest.mark.parametrize(
    ("experiment", "key", "value", "new"),
    [
        ("batch_size", "batch_size", 2560, "lenet5__batch_size=2560"),
        ("learning_rate", "learning_rate", 0.00005, "lenet5__learning_rate=0.00005"),
        ("scheduler_lr_0.01", "step_size", 6400, "lenet5__learning_rate=0.01__scheduler=step__step_size=6400"),
    ],
)
def test_adding_a_value_adds_that_run_alone(experiment: str, key: str, value: Any, new: str) -> None:
    place = f"experiments/{experiment}/sweep/{key}"
    values = CONFIG["experiments"][experiment]["sweep"][key]
    assert ids(changed({place: [*values, value]})) - ids(CONFIG) == {new}
    assert ids(CONFIG) <= ids(changed({place: [*values, value]}))


def test_two_swept_settings_are_their_grid_the_last_varying_fastest() -> None:
    (experiment,) = plan_of(
        {"grid": {"sweep": {"batch_size": [50, 100], "pooling": ["average", "max"]}}}
    ).experiments.values()
    assert experiment.swept == ("batch_size", "pooling")
    assert [(member.label, member.run_id) for member in experiment.members] == [
        ("50, average", "lenet5__batch_size=50"),
        ("50, max", "lenet5__batch_size=50__pooling=max"),
        ("100, average", "lenet5"),
        ("100, max", "lenet5__pooling=max"),
    ]
    assert experiment.members[1].values == (50, "max")


def test_both_models_are_swept_in_one_experiment() -> None:
    (experiment,) = plan_of(
        {"models": {"sweep": {"model": ["fc", "lenet5"], "activation": ["tanh", "relu"]}}}
    ).experiments.values()
    assert experiment.run_ids == ["fc__activation=tanh", "fc", "lenet5", "lenet5__activation=relu"]


@pytest.mark.parametrize(("seeds", "expected"), [([0], [0]), (["3", "1"], [3, 1]), (1, [0]), (4, [0, 1, 2, 3])])
def test_seeds_are_a_list_or_how_many(seeds: Any, expected: list[int]) -> None:
    assert plan(changed({"seeds": seeds})).config.seed_list() == expected


def test_an_experiment_survives_json() -> None:
    grid = plan_of({"grid": {"sweep": {"channels": [[1, 2, 3], [4, 5, 6]], "batch_norm": [False, True]}}})
    for experiment in [*plan(changed({"extensions": True})).experiments.values(), *grid.experiments.values()]:
        assert Experiment.from_dict(json.loads(json.dumps(experiment.as_dict()))) == experiment


def test_the_longest_training_is_the_most_work() -> None:
    runs = plan(changed({"experiments/long": {"section": "1", "title": "x", "set": {"epochs": 40}}})).runs
    works = {run_id: work(run) for run_id, run in runs.items()}
    assert works["fc"] == 20 * 512 * 794
    assert works["lenet5__epochs=40"] == 2 * works["lenet5"]
    assert "channels=32x64x256" in max(works, key=lambda run_id: works[run_id])
