"""YAML files: read as plain values, or refused in one sentence."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sentences import is_one_sentence, message_of, refusal

from fmnist.plan.yaml_files import read_configs, read_mapping, read_yaml, stop_unless_readable


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "some.yaml"


def test_a_good_file_is_read_as_plain_values(file: Path) -> None:
    file.write_text("a: 1\nb: [0.5, x, null, true]\nc: {a: 1.0e-3}\n", encoding="utf-8")
    assert read_yaml(file) == {"a": 1, "b": [0.5, "x", None, True], "c": {"a": 0.001}}


LAUGHS = "\n".join(["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)), ""])
BROKEN: list[tuple[bytes, list[str]]] = [
    (b"a: [1, 2\nb: 3\n", ["line 2, column "]),
    (b"a:\n\t- 1\n", ["line 2, column 1"]),
    (b"a: 1\nb: 2\na: 3\n", ["line 3, column 1", "'a'"]),
    (b"? [1, 2]\n: 3\n", ["line 1, column 3", "a list"]),
    (b"2020-01-01: 3\n", ["'2020-01-01'"]),
    (b"a: *nowhere\n", ["line 1, column 4", "nowhere"]),
    (b"a: &a {x: 1}\nb: {<<: *a}\n", ["line 2, column 5"]),
    (b"a: 1\n---\nb: 2\n", ["line 2, column 1"]),
    (b"a: !!python/object/apply:os.getcwd []\n", ["line 1, column 4", "python/object/apply:os.getcwd"]),
    (b"a: 2024-13-45\n", ["line 1"]),
    (b"a: !!int ''\n", ["line 1"]),
    (b"a: !!map [x]\n", ["line 1, column 4"]),
    (b"__use_yte__: true\nseeds: ?1\n", ["__use_yte__"]),
    (b"[" * 5000, ["nested too deeply"]),
    (b"\xff\xfe\x00\x01", ["cannot be read"]),
    (b"a: \x00\x01\n", ["special characters"]),
    (b"seeds: " + b"9" * 5000, ["line 1, column 8"]),
    (b"seeds: 0b" + b"1" * 50000, ["line 1, column 8", "too long a number"]),
    (b"seeds: 010", ["line 1, column 8", "means 8 in YAML", "a decimal number"]),
    (b"seeds: [1, 1:30]", ["line 1, column 12", "means 90 in YAML"]),
    (LAUGHS.encode(), ["1,000,000 values"]),
]


@pytest.mark.parametrize(("content", "words"), BROKEN)
def test_a_broken_file_is_one_sentence(file: Path, content: bytes, words: list[str]) -> None:
    file.write_bytes(content)
    message = refusal(read_yaml, file)
    assert [word for word in [str(file), *words] if word not in message] == []


@pytest.mark.parametrize("content", ["", "- 1\n", "hello\n"])
def test_a_config_that_is_no_mapping(file: Path, content: str) -> None:
    file.write_text(content, encoding="utf-8")
    assert "expected a mapping" in refusal(read_mapping, file)
    assert "Is a directory" in refusal(read_mapping, file.parent)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab01:-[]{}!&*#,'\"|>%@ \n\t?.~=<"), max_size=30))
@example("!!int ''")
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(text, encoding="utf-8")
    message = message_of(lambda: read_yaml(path))
    assert message is None or is_one_sentence(message)


def test_the_snakefile_stops_with_the_sentence_or_goes_on(file: Path) -> None:
    with pytest.raises(SystemExit, match=r"^Error: .*some\.yaml does not exist"):
        stop_unless_readable([file])
    file.write_text("a: 1\n", encoding="utf-8")
    stop_unless_readable([str(file)])


def test_later_files_lie_over_earlier_ones(tmp_path: Path) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text("a: {x: 1, y: 2}\nb: 1\n", encoding="utf-8")
    second.write_text("a: {x: 3}\n", encoding="utf-8")
    assert read_configs([first, second]) == {"a": {"x": 3, "y": 2}, "b": 1}
