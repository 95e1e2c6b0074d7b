"""The native kernels under the address and undefined-behaviour sanitizers."""

import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.mark.parametrize("pooling", [0, 1])
@pytest.mark.parametrize("normalised", [0, 1])
def test_the_kernels_touch_no_memory_but_their_own(tmp_path: Path, pooling: int, normalised: int) -> None:
    compiler = shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        pytest.skip("no compiler for the sanitizers")
    program = tmp_path / "sanitized"
    command = [compiler, "-std=c++17", "-O1", "-g", "-march=native", "-Wno-psabi", "-fsanitize=address,undefined"]
    source = Path(__file__).with_name("native_steps.cpp")
    build = subprocess.run(
        [*command, "-fno-sanitize-recover=all", str(source), "-o", str(program)], capture_output=True, text=True
    )
    if build.returncode and "sanitize" in build.stderr + build.stdout:
        pytest.skip("the compiler has no sanitizers")
    assert build.returncode == 0, build.stderr
    for shape in ("1 1 1 1", "6 16 120 7", "12 5 3 17", "17 18 19 33", "3 40 2 100"):
        arguments = [str(program), *shape.split(), str(pooling), str(normalised)]
        finished = subprocess.run(arguments, capture_output=True, text=True, check=False)
        assert finished.returncode == 0, finished.stderr
