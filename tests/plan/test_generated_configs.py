"""Configs made from the declarations: each setting just inside its bounds, just outside, and of a wrong type."""

import copy
import math
import re
from typing import Any

import pytest
from builders import CONFIG, changed, plan
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sentences import is_one_sentence, message_of

from fmnist.common.validation import json_schema
from fmnist.training.settings import FCSettings, LeNet5Settings

DECLARED = {**json_schema(FCSettings)["properties"], **json_schema(LeNet5Settings)["properties"]}
WRONG_TYPES = [None, True, "1e-3", "x", [], {}, [[1]], float("nan"), float("inf"), 10**400]


def branches(declared: dict[str, Any]) -> list[dict[str, Any]]:
    return declared.get("anyOf", [declared])


def inside(declared: dict[str, Any]) -> list[Any]:
    """Return the values at a setting's bounds, and its choices."""
    found: list[Any] = []
    for branch in branches(declared):
        kind, whole = branch.get("type"), branch.get("type") == "integer"
        found += branch.get("enum", [])
        found += {"boolean": [True, False], "null": [None]}.get(str(kind), [])
        if kind in ("integer", "number"):
            found += [branch[key] for key in ("minimum", "maximum") if key in branch]
            step = 1 if whole else 1e-9
            found += [branch["exclusiveMinimum"] + step] if "exclusiveMinimum" in branch else []
            found += [branch["exclusiveMaximum"] - step] if "exclusiveMaximum" in branch else []
    return found or [[1, 1, 1], [10_000, 10_000, 10_000]]


def outside(declared: dict[str, Any]) -> list[Any]:
    """Return values just beyond a setting's bounds, and values of other types."""
    found: list[Any] = ["no such choice", [0, 1, 1], [1, 1], [1, 1, 10_001], 1.5 if not _takes(declared, 1.5) else "x"]
    for branch in branches(declared):
        step = 1 if branch.get("type") == "integer" else 1e-9
        found += [branch["minimum"] - step] if "minimum" in branch else []
        found += [branch["maximum"] + step] if "maximum" in branch else []
        found += [branch[key] for key in ("exclusiveMinimum", "exclusiveMaximum") if key in branch]
    return found + [value for value in WRONG_TYPES if not _takes(declared, value)]


def _takes(declared: dict[str, Any], value: Any) -> bool:
    kinds = {branch.get("type") for branch in branches(declared)}
    if isinstance(value, bool | None):
        return {True: "boolean", False: "boolean", None: "null"}[value] in kinds
    number = isinstance(value, float) and math.isfinite(value)
    return number and "number" in kinds and value <= declared.get("maximum", declared.get("exclusiveMaximum", math.inf))


def with_setting(key: str, value: Any) -> dict[str, Any]:
    """Return the shipped config with an experiment in which this setting has an effect."""
    needed = {other: values[0] for other, values in DECLARED[key].get("needs", {}).items()}
    partner = {"step": {"step_size": 7}, "plateau": {"patience": 7}}.get(str(needed.get("scheduler", value)), {})
    model = {"model": "fc"} if key == "hidden_units" else {}
    entry = {"section": "1", "title": "New", "set": {**model, **needed, **partner, key: value}}
    return changed({"experiments": {"new": entry}})


CASES = [(key, value) for key, declared in DECLARED.items() if key != "model" for value in inside(declared)]


@pytest.mark.parametrize(("key", "value"), CASES)
def test_a_value_at_its_bound_is_planned(key: str, value: Any) -> None:
    if (key, value) in (("step_size", None), ("patience", None)):
        return  # null is what they are where they have no effect
    (run,) = plan(with_setting(key, value)).runs.values()
    assert run.settings()[key] == value


@pytest.mark.parametrize(
    ("key", "value"), [(k, v) for k, declared in DECLARED.items() if k != "model" for v in outside(declared)]
)
def test_a_value_beyond_its_bound_or_of_another_type_is_one_sentence(key: str, value: Any) -> None:
    message = message_of(lambda: plan(with_setting(key, value)))
    assert message is not None
    assert is_one_sentence(message)
    assert message.startswith("config.yaml: experiments.new")
    assert key in message


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything in a document, its root first."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, child in children for place in places(child, (*path, key)))]


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


@settings(max_examples=400, deadline=None)
@given(place=st.sampled_from(places(SMALL)), value=VALUES, key=st.none() | KEYS)
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
