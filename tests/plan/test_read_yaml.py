"""YAML files: read as plain values, or refused in one sentence."""

import re
from pathlib import Path

import pytest
import yaml
from builders import CONFIG, plan
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sentences import is_one_sentence, message_of

from fmnist.common.errors import ConfigError
from fmnist.plan.yaml_files import read_yaml, stop_unless_readable, validate


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "some.yaml"


def test_a_good_file_is_read_as_plain_values(file: Path) -> None:
    file.write_text("a: 1\nb: [0.5, x, null, true]\nc: {d: 1.0e-3}\n", encoding="utf-8")
    assert read_yaml(file) == {"a": 1, "b": [0.5, "x", None, True], "c": {"d": 0.001}}


def test_equal_keys_in_different_places_are_no_fault(file: Path) -> None:
    file.write_text("a: {x: 1}\nb: {x: 1}\n", encoding="utf-8")
    assert read_yaml(file) == {"a": {"x": 1}, "b": {"x": 1}}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a: [1, 2\nb: 3\n", ["is not valid YAML", "line 2, column "]),
        ("a: b: c\n", ["is not valid YAML", "line 1, column 5", "mapping values are not allowed here"]),
        ("a:\n\t- 1\n", ["is not valid YAML", "line 2, column 1"]),
        ("a: 1\nb: 2\na: 3\n", ["line 3, column 1", "the key 'a' stands twice in the same place", "allowed: once"]),
        ("x:\n  a: 1\n  a: 1\n", ["line 3, column 3", "the key 'a' stands twice"]),
        ("1: a\n1.0: b\n", ["line 2, column 1", "stands twice"]),
        ("? [1, 2]\n: 3\n", ["line 1, column 3", "the key is a list", "allowed: a plain word or number"]),
        ("a: *nowhere\n", ["line 1, column 4", "nowhere"]),
        ("a: 1\n---\nb: 2\n", ["is not valid YAML", "line 2, column 1", "another document"]),
        ("a: !!python/object:os.system {}\n", ["line 1, column 4", "python/object:os.system"]),
        ("a: !!python/object/apply:os.getcwd []\n", ["line 1, column 4", "python/object/apply:os.getcwd"]),
        ("a: !something 3\n", ["line 1, column 4", "!something"]),
        ("a: 2024-13-45\n", ["is not valid YAML"]),
        ("a: !!int ''\n", ["is not valid YAML"]),
        ("a: !!float ''\n", ["is not valid YAML"]),
        ("a: !!bool perhaps\n", ["is not valid YAML"]),
        ("a: !!timestamp soon\n", ["is not valid YAML"]),
        ("[" * 5000, ["is not valid YAML", "nested too deeply"]),
    ],
)
def test_a_file_that_does_not_parse(file: Path, content: str, words: list[str]) -> None:
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_yaml(file)
    message = str(caught.value)
    assert is_one_sentence(message)
    assert [word for word in [str(file), *words] if word not in message] == []


def test_a_missing_file(file: Path) -> None:
    with pytest.raises(ConfigError, match=f"^{re.escape(str(file))} does not exist; give a YAML file that does\\.$"):
        read_yaml(file)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\x01", b"a: \x80\n"], ids=["binary", "latin-1"])
def test_a_file_that_is_no_text(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"cannot be read: .*decode") as caught:
        read_yaml(file)
    assert is_one_sentence(str(caught.value))


def test_control_characters(file: Path) -> None:
    file.write_bytes(b"a: \x00\x01\n")
    with pytest.raises(ConfigError, match=r"is not valid YAML: .*special characters are not allowed") as caught:
        read_yaml(file)
    assert is_one_sentence(str(caught.value))


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read: .*Is a directory"):
        read_yaml(tmp_path)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab01:-[]{}!&*#,'\"|>%@ \n\t?.~=<"), max_size=30))
@example("!!int ''")
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(text, encoding="utf-8")
    message = message_of(lambda: read_yaml(path))
    assert message is None or is_one_sentence(message)


def test_the_snakefile_stops_with_the_sentence(file: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        stop_unless_readable([file])
    assert caught.value.code == f"Error: {file} does not exist; give a YAML file that does."


def test_the_snakefile_goes_on_with_good_files(file: Path) -> None:
    file.write_text("a: 1\n", encoding="utf-8")
    stop_unless_readable([str(file)])


def test_a_config_survives_yaml(file: Path) -> None:
    file.write_text(yaml.safe_dump(CONFIG, sort_keys=False), encoding="utf-8")
    assert plan(read_yaml(file)) == plan()


def test_a_value_that_contains_itself_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "loop.yaml"
    path.write_text("a: &x [*x]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="contains itself"):
        validate(read_yaml(path), {"type": "object"}, "loop.yaml")
