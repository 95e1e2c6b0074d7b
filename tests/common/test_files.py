"""Atomic writing: a file is whole or not there."""

import math
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fmnist.common.files import atomic, write_json, write_text


def test_a_file_appears_when_all_is_written(tmp_path: Path) -> None:
    path = tmp_path / "new/folder/x.txt"
    with atomic(path) as temporary:
        temporary.write_text("whole", encoding="utf-8")
        assert not path.exists()
        assert (temporary.parent, temporary.suffix) == (path.parent, ".txt")
    assert path.read_text(encoding="utf-8") == "whole"
    assert [file.name for file in path.parent.iterdir()] == ["x.txt"]


def test_a_failure_keeps_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("old", encoding="utf-8")

    def fail_halfway() -> None:
        with atomic(path) as temporary:
            temporary.write_text("half", encoding="utf-8")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_colleagues_can_read_results(tmp_path: Path) -> None:
    write_text(tmp_path / "x.txt", "x")
    assert (tmp_path / "x.txt").stat().st_mode & 0o777 == 0o644


def test_text_is_utf8_with_unix_line_ends(tmp_path: Path) -> None:
    write_text(tmp_path / "x.txt", "ä\n×\n")
    assert (tmp_path / "x.txt").read_bytes() == "ä\n×\n".encode()


def test_json_is_sorted_and_exact(tmp_path: Path) -> None:
    write_json(tmp_path / "x.json", {"b": 0.1 + 0.2, "a": [True, None]})
    assert (tmp_path / "x.json").read_text(encoding="utf-8") == (
        '{\n  "a": [\n    true,\n    null\n  ],\n  "b": 0.30000000000000004\n}\n'
    )


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_json_knows_no_nan(tmp_path: Path, number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "x.json", {"a": number})
    assert list(tmp_path.iterdir()) == []


def test_what_a_kill_left_goes_with_the_next_writing_of_that_file(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from fmnist.common.files import atomic\n"
        "with atomic(Path(sys.argv[1])) as temporary:\n"
        "    temporary.write_text('half'); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    path, other = tmp_path / "metrics.json", tmp_path / "metrics.json.json"
    for _ in range(2):
        assert subprocess.run([sys.executable, "-c", program, path], check=False).returncode == -signal.SIGKILL
        (left,) = tmp_path.iterdir()  # the first kill's is gone
        assert left.name.startswith(".metrics.json.")
    write_text(other, "another file")
    assert left.exists()
    write_text(path, "whole")
    assert sorted(tmp_path.iterdir()) == [path, other]


def test_what_another_process_is_writing_stays(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    program = "import pathlib, sys; from fmnist import files; files.write_text(pathlib.Path(sys.argv[1]), 'second')"
    with atomic(path) as temporary:
        temporary.write_text("first", encoding="utf-8")
        subprocess.run([sys.executable, "-c", program, path], check=True)
        assert path.read_text(encoding="utf-8") == "second"
    assert path.read_text(encoding="utf-8") == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_persons_hidden_files_are_left_alone(tmp_path: Path) -> None:
    kept = [tmp_path / ".x.txt.swp", tmp_path / ".x.txt.old.txt", tmp_path / ".x.txt"]
    for path in kept:
        path.touch()
    write_text(tmp_path / "x.txt", "x")
    assert all(path.exists() for path in kept)
