"""Configs made from the declarations: each setting at and around its bounds, and of a wrong type."""

import copy
import re
from typing import Any

import pytest
from builders import CONFIG, changed, places, plan
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from sentences import is_one_sentence, message_of

from fmnist.common.validation import json_schema
from fmnist.training.settings import FCSettings, LeNet5Settings

DECLARED = {**json_schema(FCSettings)["properties"], **json_schema(LeNet5Settings)["properties"]}
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
OTHERS = [None, True, "1e-3", "x", [], {}, 1.5, [1, 1], [0, 1, 1], [1, 1, 1], [10_000] * 3, [1, 1, 10_001]]


def candidates(declared: dict[str, Any]) -> list[Any]:
    """Return a setting's choices, values at and around its bounds, and values of other types."""
    found = list(OTHERS)
    for branch in declared.get("anyOf", [declared]):
        step = 1 if branch.get("type") == "integer" else 1e-9
        found += branch.get("enum", [])
        found += [branch[key] + way * step for key in BOUNDS if key in branch for way in (-1, 0, 1)]
    return found


def with_setting(key: str, value: Any) -> dict[str, Any]:
    """Return the shipped config with an experiment in which this setting has an effect."""
    needed = {other: values[0] for other, values in DECLARED[key].get("needs", {}).items()}
    partner = {"step": {"step_size": 7}, "plateau": {"patience": 7}}.get(str(needed.get("scheduler", value)), {})
    model = {"model": "fc"} if key == "hidden_units" else {}
    entry = {"section": "1", "title": "New", "set": {**model, **needed, **partner, key: value}}
    return changed({"experiments": {"new": entry}})


CASES = [(key, value) for key, declared in DECLARED.items() if key != "model" for value in candidates(declared)]


@pytest.mark.parametrize(("key", "value"), CASES)
def test_a_value_within_its_bounds_is_planned_and_another_is_one_sentence(key: str, value: Any) -> None:
    message = message_of(lambda: plan(with_setting(key, value)))
    needed = value is None and key in ("step_size", "patience")  # null only where they have no effect
    if Draft202012Validator(DECLARED[key]).is_valid(value) and not needed:
        assert message is None
    else:
        assert message is not None
        assert is_one_sentence(message)
        assert message.startswith("config.yaml: experiments.new")
        assert key in message


SMALL = changed(
    {"experiments": {name: CONFIG["experiments"][name] for name in ("fully_connected", "scheduler_lr_0.01", "pooling")}}
)
KEYS = st.sampled_from(["set", "sweep", "cases", "model", "epochs", "channels", "seeds", "fc"]) | st.text(max_size=4)
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.dates() | st.binary(max_size=3)
) | st.sampled_from(["fc", "step", "sgd", "1e-3", "1\n", "\ud800", 10**400, 1.0, 2])
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.integers(), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=500, deadline=None)
@given(place=st.sampled_from(places(SMALL)), value=VALUES, key=st.none() | KEYS)
@example(place=("data",), value={-1: None}, key=None)
@example(place=("experiments", "scheduler_lr_0.01", "sweep"), value=None, key="\n")
@example(place=("experiments",), value={"section": "1", "title": "x"}, key="new\n")
def test_anything_anywhere_is_planned_or_refused_in_one_sentence(
    place: tuple[Any, ...], value: Any, key: str | None
) -> None:
    config = {"whole": copy.deepcopy(SMALL)}
    *parents, last = ("whole", *place)
    target: Any = config
    for step in parents:
        target = target[step]
    if key is not None and isinstance(target[last], dict):
        target[last][key] = value
    else:
        target[last] = value
    message = message_of(lambda: plan(config["whole"]))
    assert message is None or is_one_sentence(message)
    if message is None:
        assert all(re.fullmatch(r"[A-Za-z0-9_.=-]+", run_id) for run_id in plan(config["whole"]).runs)
