"""Compile kernels.cpp with whatever C++ compiler is there: `python -m fmnist.training.native.build`."""

import ctypes
import functools
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).with_name("kernels.cpp")
SOURCES = (SOURCE, *sorted(SOURCE.parent.glob("*.h")))  # what it includes, too
# No -ffast-math: NaN and infinity must travel. Contraction into FMA is exact enough and fast.
# Without errno a root is one instruction.
FLAGS = ("-std=c++17", "-O3", "-ffp-contract=fast", "-fno-math-errno", "-fPIC", "-shared", "-Wno-psabi")
TARGETS = ("-march=native", "-mcpu=native", "")  # the first that the compiler knows: x86 or GCC, Arm Clang, any


class BuildError(Exception):
    """The kernels cannot be built here; the message is one line that says why."""


@functools.cache
def library() -> ctypes.CDLL:
    """Load the kernels, compiling them at the first use on this machine (a few seconds).

    Raises BuildError where there is no compiler or it fails.
    """
    try:
        return _declared(ctypes.CDLL(str(build())))
    except OSError as error:
        raise BuildError(f"the compiled kernels do not load ({error})") from None


def _declared(kernels: ctypes.CDLL) -> ctypes.CDLL:
    """Declare the argument types: ctypes takes a bare number for a C int and would cut an address."""
    pointer, size = ctypes.c_void_p, ctypes.c_int64
    for network in ("lenet5", "connected"):
        workspace, forward, step = (getattr(kernels, f"{network}_{name}") for name in ("workspace", "forward", "step"))
        workspace.argtypes, workspace.restype = [pointer, size], size
        forward.argtypes = [*[pointer] * 3, size, pointer, size, *[pointer] * 2]
        step.argtypes = [*[pointer] * 2, size, pointer, ctypes.c_double, *[pointer] * 2]
    return kernels


def build() -> Path:
    """Return the shared library, compiled unless the cache has it. Raises BuildError."""
    compiler = _compiler()
    for folder in _folders():
        path = folder / f"kernels-{_key(compiler)}.so"
        if path.exists():
            return path
        if _writable(folder):
            _compile(compiler, path)
            return path
    raise BuildError("no folder to keep the compiled kernels in can be written")


def _compiler() -> str:
    for name in (os.environ.get("CXX"), "c++", "g++", "clang++"):
        if name and (path := shutil.which(name)):
            return path
    raise BuildError("no C++ compiler was found ($CXX, c++, g++, clang++)")


def _folders() -> tuple[Path, Path]:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return SOURCE.parent / "build", cache / "fmnist"


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _key(compiler: str) -> str:
    # The processor counts: -march=native code of one machine may not run on its neighbour.
    parts = [
        *(source.read_text("utf-8") for source in SOURCES),
        compiler,
        *FLAGS,
        *TARGETS,
        platform.platform(),
        _processor(),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return "\n".join(sorted({line for line in lines if line.startswith(("model name", "flags", "Features", "CPU "))}))


def _compile(compiler: str, path: Path) -> None:
    # Into a file of our own, then renamed: jobs that build at once never see half a library.
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        draft = Path(folder) / path.name
        errors = ""
        for target in TARGETS:
            command = [compiler, *FLAGS, *filter(None, [target]), str(SOURCE), "-o", str(draft)]
            finished = subprocess.run(command, capture_output=True, text=True, check=False)
            if finished.returncode == 0:
                draft.replace(path)
                return
            errors = finished.stderr.strip()
    raise BuildError(f"{compiler} cannot compile kernels.cpp ({errors.splitlines()[0] if errors else 'no message'})")


def main() -> int:
    """Build and say so in one line; a machine without a compiler is no failure."""
    try:
        print(f"native kernels: {build()}")
    except BuildError as error:
        print(f"native kernels: not built, PyTorch will be used: {error}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
