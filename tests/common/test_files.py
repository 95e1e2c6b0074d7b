"""Files are written atomically: each is complete or absent."""

import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fmnist.common.files import atomic, write_json, write_text


def run(program: str, path: Path) -> int:
    imports = "import os, pathlib, signal, sys\nfrom fmnist.common import files\npath = pathlib.Path(sys.argv[1])\n"
    return subprocess.run([sys.executable, "-c", imports + program, path], check=False).returncode


def test_a_file_appears_when_all_is_written(tmp_path: Path) -> None:
    path = tmp_path / "new/folder/x.txt"
    with atomic(path) as temporary:
        temporary.write_text("whole", encoding="utf-8")
        assert not path.exists()
        assert (temporary.parent, temporary.suffix) == (path.parent, ".txt")
    assert path.read_text(encoding="utf-8") == "whole"
    assert list(path.parent.iterdir()) == [path]


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


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o007, 0o660)])
def test_the_umask_decides_who_can_read(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        write_text(tmp_path / "x.txt", "x")
    finally:
        os.umask(before)
    assert (tmp_path / "x.txt").stat().st_mode & 0o777 == mode


def test_text_is_utf8_with_unix_line_ends(tmp_path: Path) -> None:
    write_text(tmp_path / "x.txt", "ä\n×\n")
    assert (tmp_path / "x.txt").read_bytes() == "ä\n×\n".encode()


def test_json_is_sorted_and_exact(tmp_path: Path) -> None:
    write_json(tmp_path / "x.json", {"b": 0.1 + 0.2, "a": [True, None]})
    assert (tmp_path / "x.json").read_text(encoding="utf-8") == (
        '{\n  "a": [\n    true,\n    null\n  ],\n  "b": 0.30000000000000004\n}\n'
    )


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_json_refuses_what_is_not_a_number(tmp_path: Path, number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "x.json", {"a": number})
    assert list(tmp_path.iterdir()) == []


def test_the_next_writing_deletes_what_a_kill_left(tmp_path: Path) -> None:
    killed = "with files.atomic(path): os.kill(os.getpid(), signal.SIGKILL)"
    path, other = tmp_path / "metrics.json", tmp_path / "metrics.json.json"
    for _ in range(2):
        assert run(killed, path) == -signal.SIGKILL
        (left,) = tmp_path.iterdir()  # only that of the last kill
        assert left.name.startswith(".metrics.json.")
    write_text(other, "another file")
    assert left.exists()
    write_text(path, "whole")
    assert sorted(tmp_path.iterdir()) == [path, other]


def test_what_another_process_is_writing_stays(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    with atomic(path) as temporary:
        temporary.write_text("first", encoding="utf-8")
        assert run("files.write_text(path, 'second')", path) == 0
        assert path.read_text(encoding="utf-8") == "second"
    assert path.read_text(encoding="utf-8") == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_persons_hidden_files_stay(tmp_path: Path) -> None:
    kept = [tmp_path / ".x.txt.swp", tmp_path / ".x.txt.old.txt", tmp_path / ".x.txt"]
    for path in kept:
        path.touch()
    write_text(tmp_path / "x.txt", "x")
    assert all(path.exists() for path in kept)
