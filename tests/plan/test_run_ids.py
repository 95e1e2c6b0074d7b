"""What runs are called: equal settings are one run with one id, others have another."""

import json
import re
from typing import Any

import pytest
from builders import CONFIG, changed, ids, plan, plan_of
from hypothesis import given, settings
from hypothesis import strategies as st

from fmnist.training.settings import format_value, run_settings

GRID = {
    "learning_rate": [1e-5, 0.1, 1],
    "channels": [[1, 2, 3], [4, 5, 6]],
    "activation": ["tanh", "leaky_relu"],
    "batch_norm": [False, True],
    "weight_decay": [0.0, 1e-7],
}


@pytest.mark.parametrize(
    ("key", "spellings"), [("learning_rate", [1, 1.0]), ("learning_rate", [0.001, 1.0e-3]), ("weight_decay", [0, 0.0])]
)
def test_two_spellings_of_a_number_are_one_run(key: str, spellings: list[Any]) -> None:
    planned = plan_of({f"e{index}": {"sweep": {key: [value]}} for index, value in enumerate(spellings)})
    assert len(planned.runs) == 1
    assert len({json.dumps(e.as_dict()["members"]) for e in planned.experiments.values()}) == 1


def test_a_value_equal_to_the_default_has_no_place_in_the_id() -> None:
    assert list(plan_of({"same": {"set": {"epochs": 20, "pooling": "average", "model": "lenet5"}}}).runs) == ["lenet5"]


def test_ids_depend_on_what_the_defaults_are() -> None:
    planned = plan(changed({"defaults/epochs": 2}))
    assert set(planned.runs) == ids(CONFIG)
    assert planned.runs["lenet5"].epochs == 2


def test_a_grid_has_as_many_ids_as_points_and_each_is_a_file_name() -> None:
    runs = plan_of({"grid": {"sweep": GRID}}).runs
    assert len(runs) == 48
    for run_id, run in runs.items():
        assert re.fullmatch(r"[A-Za-z0-9_.=-]+", run_id)
        assert run_settings(json.loads(json.dumps(run.settings()))) == run


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (None, "null"),
        ([32, 64, 256], "32x64x256"),
        (2.5e-7, "0.00000025"),
        (1.0, "1"),
        (1e22, "10000000000000000000000"),
        ("leaky_relu", "leaky_relu"),
    ],
)
def test_values_as_text(value: Any, text: str) -> None:
    assert format_value(value) == text


@given(st.floats(min_value=1e-25, max_value=1e6))
@settings(max_examples=200, deadline=None)
def test_different_numbers_have_different_texts(value: float) -> None:
    assert float(format_value(value)) == value


def test_settings_of_the_base_case_are_the_originals() -> None:
    assert plan().runs["lenet5"].settings() == {
        "activation": "tanh",
        "batch_norm": False,
        "batch_size": 100,
        "channels": [6, 16, 120],
        "drop_last": False,
        "dropout": False,
        "dropout_probability": 0.3,
        "epochs": 20,
        "gamma": 0.9,
        "initialisation_seed": None,
        "learning_rate": 0.001,
        "loss": "cross_entropy",
        "model": "lenet5",
        "momentum": 0.0,
        "optimizer": "adam",
        "patience": None,
        "pooling": "average",
        "scheduler": "none",
        "scheduler_interval": "batch",
        "shuffling_seed": None,
        "step_size": None,
        "threshold": 0.0001,
        "weight_decay": 0.0,
    }
