"""The tests of the native kernels once more, with the address and undefined-behaviour sanitizers."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FLAGS = ("-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
FILES = [str(Path(__file__).with_name(f"test_native_{name}.py")) for name in ("networks", "steps")]
# Workspaces from malloc: the sanitizer puts no guards around memory from mmap.
PROGRAM = f"""
import sys
from pathlib import Path
import pytest, torch
from fmnist.training.native import build, network
build.FLAGS += {FLAGS}
kernels = Path(sys.argv[1])
build._compile(build._compiler(), kernels)
build.build = lambda: kernels
network._in_large_pages = torch.empty
sys.exit(pytest.main([*{FILES}, "-s", "-p", "no:cacheprovider", "-k", "any_shape or evaluation or torchs or changes"]))
"""


@pytest.mark.slow
def test_the_kernels_touch_no_memory_but_their_own(tmp_path: Path) -> None:
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("no g++ with its sanitizers")
    find = [[compiler, f"-print-file-name={name}.so"] for name in ("libasan", "libstdc++")]
    preloaded = [subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() for command in find]
    if not Path(preloaded[0]).is_absolute():
        pytest.skip("this g++ has no sanitizers")
    environment = {**os.environ, "CXX": compiler, "PYTHONPATH": ":".join(sys.path), "LD_PRELOAD": ":".join(preloaded)}
    environment["ASAN_OPTIONS"] = "detect_leaks=0"  # Python frees little at its end
    command = [sys.executable, "-c", PROGRAM, tmp_path / "kernels.so"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
