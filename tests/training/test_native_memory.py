"""The native kernels under the address and undefined-behaviour sanitizers."""

import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
FLAGS = ["-std=c++17", "-O1", "-g", "-march=native", "-Wno-psabi", "-fsanitize=address,undefined"]


def _sanitized(source: str, folder: Path) -> Path:
    """Compile a program of this folder with the sanitizers."""
    compiler = shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        pytest.skip("no compiler for the sanitizers")
    program = folder / "sanitized"
    command = [compiler, *FLAGS, "-fno-sanitize-recover=all", str(Path(__file__).with_name(source)), "-o", str(program)]
    build = subprocess.run(command, capture_output=True, text=True, check=False)
    if build.returncode and "sanitize" in build.stderr + build.stdout:
        pytest.skip("the compiler has no sanitizers")
    assert build.returncode == 0, build.stderr
    return program


def _succeeds(program: Path, *arguments: object) -> None:
    finished = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize("pooling", [0, 1])
@pytest.mark.parametrize("normalised", [0, 1])
def test_lenet5s_kernels_touch_no_memory_but_their_own(tmp_path: Path, pooling: int, normalised: int) -> None:
    program = _sanitized("native_steps.cpp", tmp_path)
    for shape in ("1 1 1 1", "6 16 120 7", "12 5 3 17", "17 18 19 33", "3 40 2 100"):
        _succeeds(program, *shape.split(), pooling, normalised)


def test_the_fully_connected_networks_kernels_touch_no_memory_but_their_own(tmp_path: Path) -> None:
    program = _sanitized("native_connected_steps.cpp", tmp_path)
    for hidden, batch in ((1, 1), (3, 17), (16, 16), (33, 100), (512, 200)):
        _succeeds(program, hidden, batch)
