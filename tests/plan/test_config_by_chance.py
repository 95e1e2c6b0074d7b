"""Configs broken by chance: planned, or refused in one sentence, and never another exception."""

import copy
import re
from typing import Any

from builders import CONFIG, DELETED, changed, plan
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sentences import is_one_sentence, message_of


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything in a document, its root first."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, child in children for place in places(child, (*path, key)))]


SMALL_CONFIG = changed(
    {
        "experiments": {
            name: CONFIG["experiments"][name] for name in ("fully_connected", "scheduler_lr_0.01", "combined_more")
        }
    }
)
KEYS = st.sampled_from(
    ["set", "sweep", "cases", "extension", "model", "epochs", "channels", "momentum", "seeds", "fc"]
) | st.text(max_size=4)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["fc", "step", "sgd", "1e-3", "nan", "1\n", 10**400, 1.0, 0.5, 2])
)
YAML_LIKE = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.integers() | st.booleans(), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None)
@given(place=st.sampled_from(places(SMALL_CONFIG)), value=YAML_LIKE, key=st.none() | KEYS)
@example(place=("defaults", "learning_rate"), value=10**400, key=None)
@example(place=("experiments", "scheduler_lr_0.01", "sweep"), value=None, key="\n")
@example(place=("experiments", "combined_more", "cases"), value=None, key="\n")
@example(place=("experiments",), value={"section": "1", "title": "x"}, key="new\n")
def test_anything_anywhere_plans_or_is_refused(place: tuple[Any, ...], value: Any, key: str | None) -> None:
    """Replace the value at a place, or add a key to it: no other exception than ConfigError."""
    config = {"whole": copy.deepcopy(SMALL_CONFIG)}
    *parents, last = ("whole", *place)
    target: Any = config
    for step in parents:
        target = target[step]
    if key is not None and isinstance(target[last], dict):
        target[last][key] = value
    else:
        target[last] = value
    message = message_of(lambda: plan(config["whole"]))
    if message is None:
        assert all(re.fullmatch(r"[A-Za-z0-9_.=-]+", run_id) for run_id in plan(config["whole"]).runs)
    else:
        assert is_one_sentence(message)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.dates()
    | st.binary(max_size=5)
    | st.sampled_from([10**400, -(10**400), "adam", "step", "../x", "a\n", "\ud800"])
)
ANY_KEYS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ANY_VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_KEYS, inner, max_size=3), max_leaves=5
)


def mutated(place: tuple[Any, ...], key: Any, value: Any) -> dict[Any, Any]:
    """The shipped config with one value replaced or removed, or a new key set beside it."""
    config = copy.deepcopy(CONFIG)
    target: Any = config
    for step in place[:-1]:
        target = target[step]
    if value is DELETED:
        del target[place[-1]]
    else:
        target[place[-1] if key is DELETED or isinstance(target, list) else key] = value
    return config


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(places(CONFIG)[1:]), st.just(DELETED) | ANY_KEYS, st.just(DELETED) | ANY_VALUES)
def test_a_config_broken_by_chance_is_planned_or_refused_in_one_sentence(
    place: tuple[Any, ...], key: Any, value: Any
) -> None:
    message = message_of(lambda: plan(mutated(place, key, value)))
    assert message is None or is_one_sentence(message)
    # A fault of what experiments inherit is told where the first of them does.
    assert message is None or any(word in message for word in (str(place[0]), shown(key), "experiments."))


def shown(key: Any) -> str:
    """A key as a message writes it: one that would break the line stands as Python writes it."""
    return str(key) if str(key).isprintable() else repr(key)
