"""Broken configs, reported files and YAML end in one sentence that names the file, the key and the value."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from builders import REPORTED, changed, plan

from fmnist.common.errors import ConfigError
from fmnist.plan.original import read_reported
from fmnist.plan.yaml_files import read_mapping, read_yaml, stop_unless_readable

ENTRY = {"section": "4-2", "title": "A title"}
TOO_LONG = {  # each setting is valid, but the run's folder would have too long a name
    "batch_size": 12345,
    "epochs": 123456,
    "gamma": 0.123456789,
    "learning_rate": 0.000123456789,
    "momentum": 0.123456789,
    "optimizer": "rmsprop",
    "scheduler": "step",
    "step_size": 1234567,
    "weight_decay": 0.0000123456789,
    "channels": [32, 64, 256],
    "activation": "leaky_relu",
}

# place in the config, value there, what the message must name beside the last key of the place
CONFIGS: list[tuple[str, Any, str]] = [
    ("seeds", [10**300], "1000"),
    ("seeds", [2**32], "4294967296"),
    ("seeds", 10001, "10001"),
    ("seeds", {}, "{}"),
    ("seeds", None, "null"),
    ("seeds", [[0]], "[0]"),
    ("data", None, "null"),
    ("data/folder", 3, "3"),
    ("data/folder", "a\0b", "'a\\x00b'"),
    ("data/folder", "x" * 5000, "xxx"),
    ("defaults", [], "[]"),
    ("defaults/epochs", 10**300, "1000"),
    ("defaults/epochs", [20], "[20]"),
    ("defaults/batch_size", 60001, "60001"),
    ("defaults/weight_decay", float("-inf"), "-inf"),
    ("defaults/optimizer", ["adam"], "['adam']"),
    ("defaults/scheduler", "cosine", "'cosine'"),
    ("models", "lenet5", "'lenet5'"),
    ("models/fc/hidden_units", 10**15, "1000"),
    ("models/lenet5/channels", [6, 16, 10**9], "1000000000"),
    ("models/lenet5/channels", [6, "16", 120], "'16'"),
    ("models/lenet5/dropout_probability", -0.1, "-0.1"),
    ("models/lenet5/dropout", 1, "1"),
    ("models/lenet5/batch_norm", "on", "'on'"),
    ("reuse", 3, "3"),
    ("reuse", True, "true"),
    ("results", "a/.git", "'a/.git'"),
    ("results", "results/", "'results/'"),
    ("results", "a//b", "'a//b'"),
    ("results", "reference", "'reference'"),
    ("results", "fmnist/out", "'fmnist/out'"),
    ("results", "$(id)", "'$(id)'"),
    ("results", "-rf", "'-rf'"),
    ("results", "a" * 201, "aaa"),
    ("results", "{run_id}", "'{run_id}'"),
    ("report/title", " \n", "blank"),
    ("report/title", 5, "5"),
    ("report/title", "a\0", "control"),
    ("report/title", "\ud800", "'\\ud800'"),
    ("report/banner", False, "false"),
    ("report/banner", "\x1b[2J", "control"),
    ("experiments/Pooling", ENTRY, "pooling"),  # one file on a Mac
    ("experiments/verdicts", ENTRY, "verdicts"),  # the name of another figure
    (f"experiments/{'a' * 101}", ENTRY, "aaa"),
    ("experiments/new", {**ENTRY, "title": "x" * 2001}, "xxx"),
    ("experiments/new", {**ENTRY, "max_seeds": 0}, "max_seeds"),
    ("experiments/new", {**ENTRY, "cases": {"a" * 101: {}}}, "aaa"),
    ("experiments/new", {**ENTRY, "set": [1]}, "[1]"),
    ("experiments/new", {**ENTRY, "set": {1: 2}}, "1"),
    ("experiments/new", {**ENTRY, "set": TOO_LONG}, "200"),
    ("experiments/new", {**ENTRY, "set": {"model": "fc", "pooling": "max"}}, "pooling"),
    ("experiments/new", {**ENTRY, "set": {"scheduler": "step", "step_size": 1e300}}, "1e+300"),
    ("experiments/new", {**ENTRY, "sweep": {"learning_rate": [5e-324]}}, "learning_rate"),
    ("experiments/new", {**ENTRY, "sweep": {"epochs": [[3]]}}, "[3]"),
    ("experiments/new", {**ENTRY, "sweep": {"batch_norm": [True, 1]}}, "batch_norm"),
    (
        "experiments/new",
        {**ENTRY, "sweep": {key: list(range(1, 1001)) for key in ("epochs", "batch_size", "step_size")}},
        "1,000,000,000",
    ),
]

NUMBERS = {"accuracy": 89.4, "train_loss": None}
# name at the left margin of report/reported.yaml, value there, what the message must name
REPORTED_FILES: list[tuple[Any, Any, str]] = [
    ("new", {"x": {**NUMBERS, "accuracy": "89%"}}, "'89%'"),
    ("new", {"x": {**NUMBERS, "accuracy": True}}, "true"),
    ("new", {"x": {**NUMBERS, "train_loss": float("inf")}}, "inf"),
    ("new", {"x": {**NUMBERS, "train_loss_by_epoch": [1, float("nan")]}}, "nan"),
    ("new", {"x": [1]}, "[1]"),
    ("new", [1], "[1]"),
    ("new", {0.001: NUMBERS, "0.001": NUMBERS}, "0.001"),
    ("environment", {}, "{}"),
    ("environment", {"torch": 1.8}, "1.8"),
]


def laughs(top: str) -> bytes:
    """Return ten lines that stand for ten thousand million values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    return "\n".join([*lines, top, ""]).encode()


# what is wrong -> the bytes of the file, what the message must name
FILES: dict[str, tuple[bytes, str]] = {
    "an empty file": (b"", "null"),
    "a list": (b"- 1\n", "[1]"),
    "a word": (b"hello\n", "'hello'"),
    "UTF-16": ("seeds: 1\n".encode("utf-16"), "utf-8"),
    "a tab": (b"data:\n\tfolder: x\n", "line 2, column 1"),
    "a merge of anchors": (b"a: &a {x: 1}\nb: {<<: *a}\n", "line 2, column 5"),
    "a mapping that is a list": (b"a: !!map [x]\n", "line 1, column 4"),
    "a key that is a mapping": (b"? {a: b}\n: 1\n", "a mapping"),
    "a key that is a date": (b"2020-01-01: 3\n", "2020-01-01"),
    "a number of 5,000 digits": (b"seeds: " + b"9" * 5000, "line 1, column 8"),
    "a number of 50,000 bits": (b"seeds: 0b" + b"1" * 50000, "line 1, column 8"),
    "laughs": (laughs("b: 1"), "1,000,000"),
    "laughs as a key": (laughs("? *a9\n: 1"), "a list"),
    "laughs as a number": (laughs("b: !!int *a9"), "YAML"),
}


def refuse(action: Callable[[], object], *words: str) -> None:
    """Check that an action raises ConfigError with a message of at most three lines that names all words."""
    with pytest.raises(ConfigError) as caught:
        action()
    message = str(caught.value)
    assert len(message) < 1500
    assert len(message.splitlines()) <= 3
    assert all(line.isprintable() for line in message.splitlines())
    assert [word for word in words if word not in message] == []


def written(path: Path, document: Any) -> Path:
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return path


@pytest.mark.parametrize(("place", "value", "named"), CONFIGS)
def test_a_broken_config(place: str, value: Any, named: str) -> None:
    refuse(lambda: plan(changed({place: value})), "config.yaml", place.split("/")[-1][:20], named)


@pytest.mark.parametrize(("name", "value", "named"), REPORTED_FILES)
def test_a_broken_reported_file(tmp_path: Path, name: str, value: Any, named: str) -> None:
    path = written(tmp_path / "reported.yaml", {**read_yaml(REPORTED), name: value})
    refuse(lambda: read_reported(path), "reported.yaml", name, named)


@pytest.mark.parametrize("fault", FILES)
def test_a_file_that_is_no_config(tmp_path: Path, fault: str) -> None:
    content, named = FILES[fault]
    path = tmp_path / "config.yaml"
    path.write_bytes(content)
    refuse(lambda: read_mapping(path), str(path), named)
    with pytest.raises(SystemExit, match=f"^Error: {path}"):
        stop_unless_readable([path])


def test_titles_and_banners_can_be_any_words() -> None:
    title = "Größe & <b>60 %</b> – \N{GRINNING FACE}\n$x$ #read(1) \\input{a}"
    assert plan(changed({"report/title": title, "report/banner": title})).runs
