"""What runs are called: equal settings are one run with one id, others have another."""

import copy
import itertools
import json
import re
from typing import Any

import pytest
from builders import CONFIG, changed, plan, plan_of
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped_runs import RUN_IDS, WITH_EXTENSIONS

from fmnist.plan.experiments import setting_names
from fmnist.training.settings import RunConfig, format_value


def ids(config: dict[str, Any]) -> set[str]:
    return set(plan(config).runs)


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
