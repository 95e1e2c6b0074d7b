"""Every broken file of bad_inputs.py, and configs broken by chance: one sentence, and never another exception."""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bad_inputs
import pytest
import yaml
from builders import CLAIMS, CLAIMS_SCHEMA, CONFIG, DELETED, REPORTED, REPORTED_SCHEMA, changed, plan, reported
from hypothesis import given, settings
from hypothesis import strategies as st

from fmnist.claim_list import read_claims
from fmnist.claim_runs import KnownRuns, runs_by_claim
from fmnist.config import read_yaml, stop_unless_readable, validate
from fmnist.errors import ConfigError
from fmnist.reported import read_reported


def named(cases: list[Any]) -> Any:
    """Parametrize a test by the cases of a table, each by what is wrong in it."""
    return pytest.mark.parametrize(("change", "words"), [c[1:] for c in cases], ids=[c[0] for c in cases])


def refuse(action: Callable[[], object], words: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        action()
    message = str(caught.value)
    assert is_one_sentence(message)
    assert [word for word in words if word not in message] == []


def is_one_sentence(message: str) -> bool:
    return message.isprintable() and message.endswith(".") and len(message) < 1500


def written(path: Path, document: Any) -> Path:
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return path


@named(bad_inputs.CONFIGS)
def test_a_broken_config(change: dict[str, Any], words: list[str]) -> None:
    refuse(lambda: plan(changed(change)), ["config.yaml: ", *words])


@named(bad_inputs.CLAIMS)
def test_a_broken_claim(tmp_path: Path, change: dict[str, Any], words: list[str]) -> None:
    claim = {**bad_inputs.A_CLAIM, **change}
    path = written(tmp_path / "claims.yaml", {**read_yaml(CLAIMS), "claims": [claim]})
    known = KnownRuns(experiments=plan().experiments, reported=reported())
    refuse(lambda: runs_by_claim(read_claims(path, CLAIMS_SCHEMA), known), ["claims.yaml: ", *words])


@named(bad_inputs.CLAIM_FILES)
def test_a_broken_list_of_claims(tmp_path: Path, change: dict[str, Any], words: list[str]) -> None:
    path = written(tmp_path / "claims.yaml", changed(change, read_yaml(CLAIMS)))
    refuse(lambda: read_claims(path, CLAIMS_SCHEMA), ["claims.yaml: ", *words])


@named(bad_inputs.REPORTED)
def test_a_broken_reported_file(tmp_path: Path, change: dict[Any, Any], words: list[str]) -> None:
    path = written(tmp_path / "reported.yaml", {**read_yaml(REPORTED), **change})
    refuse(lambda: read_reported(path, REPORTED_SCHEMA), ["reported.yaml: ", *words])


@named(bad_inputs.FILES)
def test_a_file_that_is_no_config(tmp_path: Path, change: bytes, words: list[str]) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(change)
    with pytest.raises(SystemExit) as caught:
        stop_unless_readable([path])
    assert str(caught.value).startswith(f"Error: {path}")
    refuse(lambda: validate(read_yaml(path), {"type": "object"}, str(path)), words)


def test_what_stands_on_a_page_can_be_any_words() -> None:
    title = "Größe & <b>60 %</b> – \N{GRINNING FACE}\n$x$ #read(1) \\input{a}"
    assert plan(changed({"report/title": title, "report/banner": title})).runs


# Configs broken by chance -----------------------------------------------------------------


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything in a document, its root aside."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*place, key)
        yield from places(child, (*place, key))


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
KEYS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=5
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
@given(st.sampled_from(list(places(CONFIG))), st.just(DELETED) | KEYS, st.just(DELETED) | VALUES)
def test_a_config_broken_by_chance_is_planned_or_refused_in_one_sentence(
    place: tuple[Any, ...], key: Any, value: Any
) -> None:
    message = refusal(mutated(place, key, value))
    assert message is None or is_one_sentence(message)
    # A fault of what experiments inherit is told where the first of them does.
    assert message is None or any(word in message for word in (str(place[0]), shown(key), "experiments."))


def refusal(config: Any) -> str | None:
    try:
        plan(config)
    except ConfigError as error:
        return str(error)
    return None


def shown(key: Any) -> str:
    """A key as a message writes it: one that would break the line stands as Python writes it."""
    return str(key) if str(key).isprintable() else repr(key)
