"""From the config to runs: which there are, what they are called, and that equal settings are one."""

import copy
import itertools
import json
import math
import re
from typing import Any

import pytest
from builders import CONFIG, DELETED, changed, plan, plan_of
from hypothesis import given, settings
from hypothesis import strategies as st

from fmnist.errors import ConfigError
from fmnist.experiments import Experiment, seeds_of, setting_names
from fmnist.run_config import RunConfig, format_value

RUN_IDS = [
    "fc",
    "lenet5",
    "lenet5__scheduler=step__step_size=100",
    "lenet5__scheduler=step__step_size=200",
    "lenet5__scheduler=step__step_size=400",
    "lenet5__scheduler=step__step_size=800",
    "lenet5__scheduler=step__step_size=1600",
    "lenet5__scheduler=step__step_size=3200",
    "lenet5__learning_rate=0.01__scheduler=step__step_size=100",
    "lenet5__learning_rate=0.01__scheduler=step__step_size=200",
    "lenet5__learning_rate=0.01__scheduler=step__step_size=400",
    "lenet5__learning_rate=0.01__scheduler=step__step_size=800",
    "lenet5__learning_rate=0.01__scheduler=step__step_size=1600",
    "lenet5__learning_rate=0.01__scheduler=step__step_size=3200",
    "lenet5__learning_rate=0.0001",
    "lenet5__learning_rate=0.0002",
    "lenet5__learning_rate=0.0004",
    "lenet5__learning_rate=0.0008",
    "lenet5__learning_rate=0.0016",
    "lenet5__learning_rate=0.0032",
    "lenet5__learning_rate=0.0064",
    "lenet5__learning_rate=0.0128",
    "lenet5__optimizer=sgd",
    "lenet5__optimizer=rmsprop",
    "lenet5__loss=mse",
    "lenet5__loss=multi_margin",
    "lenet5__batch_size=10",
    "lenet5__batch_size=20",
    "lenet5__batch_size=40",
    "lenet5__batch_size=80",
    "lenet5__batch_size=160",
    "lenet5__batch_size=320",
    "lenet5__batch_size=640",
    "lenet5__batch_size=1280",
    "lenet5__activation=relu",
    "lenet5__activation=leaky_relu",
    "lenet5__pooling=max",
    "lenet5__batch_norm=true",
    "lenet5__dropout=true",
    "lenet5__activation=relu__batch_norm=true__channels=32x64x256__pooling=max",
    "lenet5__activation=leaky_relu__batch_norm=true__channels=32x64x256__pooling=max",
]

MEMBERS = {
    "fully_connected": 1,
    "lenet5_base": 1,
    "scheduler_lr_0.001": 6,
    "scheduler_lr_0.01": 6,
    "learning_rate": 8,
    "optimizer": 3,
    "loss": 3,
    "batch_size": 8,
    "activation": 3,
    "pooling": 2,
    "batch_norm": 2,
    "dropout": 2,
    "combined": 2,
}


COMBINED = "lenet5__activation=leaky_relu__batch_norm=true__channels=32x64x256__pooling=max"
EXTENSIONS = {  # name -> the ids of its runs
    "channels": ["lenet5", "lenet5__channels=32x64x256"],
    "plateau_scheduler": ["lenet5__gamma=0.1__patience=1__scheduler=plateau"],
    "momentum": ["lenet5__optimizer=sgd", "lenet5__momentum=0.9__optimizer=sgd"],
    "combined_without": [
        COMBINED,
        "lenet5__activation=leaky_relu__batch_norm=true__pooling=max",
        "lenet5__activation=leaky_relu__batch_norm=true__channels=32x64x256",
        "lenet5__activation=leaky_relu__channels=32x64x256__pooling=max",
        "lenet5__batch_norm=true__channels=32x64x256__pooling=max",
    ],
    "combined_more": [
        COMBINED,
        f"{COMBINED}__scheduler=step__step_size=800",
        f"{COMBINED}__scheduler=step__step_size=1600",
        f"{COMBINED}__scheduler=step__step_size=3200",
        COMBINED.replace("__pooling", "__learning_rate=0.0008__pooling"),
        COMBINED.replace("__channels", "__batch_size=160__channels"),
        COMBINED.replace("__pooling", "__dropout=true__pooling"),
        "lenet5__activation=leaky_relu__batch_norm=true__batch_size=160__channels=32x64x256__learning_rate=0.0008"
        "__pooling=max",
        "lenet5__activation=leaky_relu__batch_norm=true__batch_size=160__channels=32x64x256__learning_rate=0.0008"
        "__pooling=max__scheduler=step__step_size=3200",
        "lenet5__activation=leaky_relu__batch_norm=true__batch_size=160__channels=32x64x256__dropout=true"
        "__learning_rate=0.0008__pooling=max__scheduler=step__step_size=3200",
    ],
    "combined_step": [
        f"{COMBINED}__scheduler=step__step_size=1600".replace("leaky_relu", "relu"),
        f"{COMBINED}__scheduler=step__step_size=1600",
    ],
    "step_budget": [
        f"lenet5__batch_size={size}__epochs={epochs}"
        for size, epochs in zip((10, 20, 40, 80, 160, 320, 640, 1280), (2, 4, 8, 16, 32, 64, 128, 255), strict=True)
    ],
}
WITH_EXTENSIONS = changed({"extensions": True})


def ids(config: dict[str, Any]) -> set[str]:
    return set(plan(config).runs)


def test_the_shipped_config_is_41_runs_in_the_order_of_first_use() -> None:
    assert list(plan().runs) == RUN_IDS
    assert len(RUN_IDS) == 41


def test_the_shipped_config_is_13_experiments_of_47_members() -> None:
    assert {name: len(experiment.members) for name, experiment in plan().experiments.items()} == MEMBERS


def test_the_base_case_is_one_run_of_seven_experiments() -> None:
    users = [experiment.name for experiment in plan().experiments.values() if "lenet5" in experiment.run_ids]
    assert users == ["lenet5_base", "optimizer", "loss", "activation", "pooling", "batch_norm", "dropout"]


def test_every_member_is_a_run_and_every_run_a_member() -> None:
    whole = plan()
    assert {run_id for experiment in whole.experiments.values() for run_id in experiment.run_ids} == set(whole.runs)


def test_extensions_are_left_out_unless_the_config_asks_for_them() -> None:
    assert plan().left_out == tuple(EXTENSIONS)
    assert not any(experiment.extension for experiment in plan().experiments.values())


def test_extensions_come_after_the_originals_experiments_and_share_their_runs() -> None:
    whole = plan(WITH_EXTENSIONS)
    assert whole.left_out == ()
    assert list(whole.experiments) == [*MEMBERS, *EXTENSIONS]
    found = {name: experiment.run_ids for name, experiment in whole.experiments.items() if experiment.extension}
    assert found == EXTENSIONS
    assert list(whole.runs)[:41] == RUN_IDS
    assert len(whole.runs) == 41 + 25


def test_an_extension_that_is_left_out_is_checked_all_the_same() -> None:
    with pytest.raises(ConfigError, match=r"experiments\.momentum\.set: unknown setting 'optimiser'"):
        plan(changed({"experiments/momentum/set": {"optimiser": "sgd"}}))


def test_cases_are_laid_over_set_and_called_by_their_names() -> None:
    entry = {
        "set": {"epochs": 3, "pooling": "max"},
        "cases": {"as it is": {}, "more + less": {"epochs": 5, "gamma": 1}},
    }
    (experiment,) = plan_of({"named": entry}).experiments.values()
    assert experiment.swept == ("case",)
    assert [(member.label, member.values, member.run_id) for member in experiment.members] == [
        ("as it is", ("as it is",), "lenet5__epochs=3__pooling=max"),
        ("more + less", ("more + less",), "lenet5__epochs=5__gamma=1__pooling=max"),
    ]


def test_every_case_without_a_change_has_the_base_cases_value_of_that_change_alone() -> None:
    runs = plan(WITH_EXTENSIONS).runs
    base, whole = runs["lenet5"].settings(), runs[COMBINED].settings()
    taken_out = []
    for run_id in EXTENSIONS["combined_without"][1:]:
        settings = runs[run_id].settings()
        (key,) = [key for key in whole if settings[key] != whole[key]]
        assert settings[key] == base[key]
        taken_out.append(key)
    assert taken_out == ["channels", "pooling", "batch_norm", "activation"]


def test_every_case_of_the_step_budget_takes_the_steps_of_the_base_case() -> None:
    runs = plan(WITH_EXTENSIONS).runs

    def steps(run: RunConfig) -> int:
        return run.epochs * math.ceil(60_000 / run.batch_size)

    assert steps(runs["lenet5"]) == 12_000
    budgets = [steps(runs[run_id]) for run_id in EXTENSIONS["step_budget"]]
    assert budgets == [12_000] * 5 + [12_032, 12_032, 11_985]
    sizes = [runs[run_id].batch_size for run_id in EXTENSIONS["step_budget"]]
    assert sizes == CONFIG["experiments"]["batch_size"]["sweep"]["batch_size"]


def test_labels_and_values_are_those_of_the_sweep() -> None:
    experiments = plan().experiments
    assert [m.label for m in experiments["batch_norm"].members] == ["false", "true"]
    assert [m.values for m in experiments["batch_norm"].members] == [(False,), (True,)]
    assert [m.label for m in experiments["learning_rate"].members][:2] == ["0.0001", "0.0002"]
    assert [m.label for m in experiments["lenet5_base"].members] == ["base"]
    assert experiments["lenet5_base"].members[0].values == ()
    assert experiments["combined"].swept == ("activation",)


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


def test_adding_a_value_that_another_experiment_has_adds_nothing() -> None:
    sweep = [0.001, *CONFIG["experiments"]["learning_rate"]["sweep"]["learning_rate"]]
    assert ids(changed({"experiments/learning_rate/sweep/learning_rate": sweep})) == ids(CONFIG)


@pytest.mark.parametrize("name", [name for name, count in MEMBERS.items() if count > 1])
def test_removing_a_value_adds_nothing_and_renames_nothing(name: str) -> None:
    ((key, values),) = CONFIG["experiments"][name]["sweep"].items()
    before, after = plan().runs, plan(changed({f"experiments/{name}/sweep/{key}": values[:-1]})).runs
    assert set(after) < set(before)
    assert len(before) - len(after) == 1
    assert all(before[run_id] == run for run_id, run in after.items())


def test_removing_an_experiment_keeps_the_runs_of_the_others() -> None:
    remaining = plan(changed({"experiments/lenet5_base": DELETED}))
    assert set(remaining.runs) == set(RUN_IDS)


def test_a_new_experiment_needs_only_yaml() -> None:
    entry = {"section": "9", "title": "New", "sweep": {"weight_decay": [0.0, 0.01]}}
    assert ids(changed({"experiments/weight_decay": entry})) - ids(CONFIG) == {"lenet5__weight_decay=0.01"}


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


def test_channels_are_swept_as_lists() -> None:
    (experiment,) = plan_of({"wide": {"sweep": {"channels": [[6, 16, 120], [32, 64, 256]]}}}).experiments.values()
    assert experiment.run_ids == ["lenet5", "lenet5__channels=32x64x256"]
    assert [member.label for member in experiment.members] == ["6x16x120", "32x64x256"]


def test_both_models_are_swept_in_one_experiment() -> None:
    (experiment,) = plan_of(
        {"models": {"sweep": {"model": ["fc", "lenet5"], "activation": ["tanh", "relu"]}}}
    ).experiments.values()
    assert experiment.run_ids == ["fc__activation=tanh", "fc", "lenet5", "lenet5__activation=relu"]


@pytest.mark.parametrize(
    ("key", "spellings"),
    [
        ("learning_rate", [1, 1.0]),
        ("learning_rate", [0.001, 1.0e-3]),
        ("epochs", [3, 3.0]),
        ("weight_decay", [0, 0.0]),
        ("channels", [[1, 2, 3], [1.0, 2.0, 3.0]]),
    ],
)
def test_two_spellings_of_a_number_are_one_run(key: str, spellings: list[Any]) -> None:
    planned = plan_of({f"e{index}": {"sweep": {key: [value]}} for index, value in enumerate(spellings)})
    assert len(planned.runs) == 1
    assert len({json.dumps(e.as_dict()["members"]) for e in planned.experiments.values()}) == 1


def test_a_default_written_as_another_number_renames_nothing() -> None:
    assert list(plan(changed({"defaults/momentum": 0, "defaults/epochs": 20.0})).runs) == RUN_IDS


def test_a_value_equal_to_the_default_has_no_place_in_the_id() -> None:
    assert list(plan_of({"same": {"set": {"epochs": 20, "pooling": "average", "model": "lenet5"}}}).runs) == ["lenet5"]


def test_ids_do_not_depend_on_the_order_of_keys() -> None:
    backwards = copy.deepcopy(CONFIG)
    for part in (backwards["defaults"], *backwards["models"].values(), backwards["models"]):
        for key in reversed(list(part)):
            part[key] = part.pop(key)
    for entry in backwards["experiments"].values():
        if "set" in entry:
            entry["set"] = dict(reversed(entry["set"].items()))
    assert plan(backwards).runs == plan().runs
    assert list(plan(backwards).runs) == RUN_IDS


def test_ids_depend_on_what_the_defaults_are() -> None:
    assert "lenet5" in ids(changed({"defaults/epochs": 2}))
    assert plan(changed({"defaults/epochs": 2})).runs["lenet5"].epochs == 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (None, "null"),
        ([32, 64, 256], "32x64x256"),
        (0.001, "0.001"),
        (0.00001, "0.00001"),
        (2.5e-7, "0.00000025"),
        (1.0, "1"),
        (1e22, "10000000000000000000000"),
        (0.1 + 0.2, "0.30000000000000004"),
        (3200, "3200"),
        ("leaky_relu", "leaky_relu"),
    ],
)
def test_values_as_text(value: Any, text: str) -> None:
    assert format_value(value) == text


@given(st.lists(st.floats(min_value=1e-4, max_value=1e6), min_size=2, max_size=6, unique=True))
@settings(max_examples=200, deadline=None)
def test_different_numbers_have_different_texts(values: list[float]) -> None:
    assert [float(format_value(value)) for value in values] == values


@pytest.mark.parametrize("values", [(1e-25, 2e-25), (1.2345678901234567e-08, 1.2345678901234569e-08)])
def test_different_tiny_numbers_have_different_texts(values: tuple[float, float]) -> None:
    assert values[0] != values[1]
    assert format_value(values[0]) != format_value(values[1])


GRID = {
    "learning_rate": [1e-5, 0.1, 1],
    "channels": [[1, 2, 3], [4, 5, 6]],
    "activation": ["tanh", "leaky_relu"],
    "batch_norm": [False, True],
    "weight_decay": [0.0, 1e-7],
}


def test_ids_hold_nothing_that_breaks_a_path_or_a_cluster_job() -> None:
    run_ids = [*plan(WITH_EXTENSIONS).runs, *plan_of({"grid": {"sweep": GRID}}).runs]
    assert len(run_ids) == 66 + 48
    assert [run_id for run_id in run_ids if not re.fullmatch(r"[A-Za-z0-9_.=-]+", run_id)] == []


def test_settings_are_flat_sorted_and_make_the_run_again() -> None:
    for run in [*plan().runs.values(), *plan_of({"grid": {"sweep": GRID}}).runs.values()]:
        flat = run.settings()
        assert list(flat) == sorted(flat)
        assert RunConfig.from_settings(flat) == run
        assert RunConfig.from_settings(json.loads(json.dumps(flat))) == run


def test_settings_of_the_base_case_hold_every_default() -> None:
    assert plan().runs["lenet5"].settings() == {
        "activation": "tanh",
        "batch_norm": False,
        "batch_size": 100,
        "channels": [6, 16, 120],
        "dropout": False,
        "dropout_probability": 0.3,
        "epochs": 20,
        "gamma": 0.9,
        "last_batch": "keep",
        "learning_rate": 0.001,
        "loss": "cross_entropy",
        "model": "lenet5",
        "momentum": 0.0,
        "optimizer": "adam",
        "patience": None,
        "pooling": "average",
        "scheduler": "none",
        "step_size": None,
        "step_unit": "batch",
        "weight_decay": 0.0,
    }


def test_setting_names_are_those_of_any_run() -> None:
    assert setting_names() == sorted({key for run in plan().runs.values() for key in run.settings()})


@pytest.mark.parametrize(
    ("seeds", "expected"),
    [([0], [0]), ([3, 1, 2], [3, 1, 2]), ([2.0], [2]), (1, [0]), (5, [0, 1, 2, 3, 4]), (3.0, [0, 1, 2])],
)
def test_seeds_are_a_list_or_how_many(seeds: Any, expected: list[int]) -> None:
    config = changed({"seeds": seeds})
    plan(config)
    assert seeds_of(config) == expected
    assert all(type(seed) is int for seed in seeds_of(config))


def test_an_experiment_survives_json() -> None:
    grid = plan_of({"grid": {"sweep": GRID}}).experiments["grid"]
    for experiment in [*plan(WITH_EXTENSIONS).experiments.values(), grid]:
        assert Experiment.from_dict(experiment.as_dict()) == experiment
        assert Experiment.from_dict(json.loads(json.dumps(experiment.as_dict()))) == experiment


def test_ten_thousand_runs_have_ten_thousand_ids() -> None:
    sweep = {
        "learning_rate": [(index + 1) / 10_000 for index in range(50)],
        "batch_size": list(range(1, 51)),
        "activation": ["tanh", "relu"],
        "dropout": [False, True],
    }
    planned = plan_of({"grid": {"sweep": sweep}})
    assert len(planned.runs) == len(planned.experiments["grid"].members) == 10_000
    points = set(itertools.product(*sweep.values()))
    assert {
        (r.learning_rate, r.batch_size, r.architecture.activation, r.architecture.dropout)
        for r in planned.runs.values()
    } == points
