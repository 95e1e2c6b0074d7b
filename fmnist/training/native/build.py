"""Compile kernels.cpp with the C++ compiler of this machine: `python -m fmnist.training.native.build`."""

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
SOURCES = (SOURCE, *sorted(SOURCE.parent.glob("*.h")))  # with the headers that it includes
# Without -ffast-math: a run that diverges must show NaN and infinity. Contraction to FMA is fast and
# rounds less. Without errno a square root is one instruction.
FLAGS = ("-std=c++17", "-O3", "-ffp-contract=fast", "-fno-math-errno", "-fPIC", "-shared", "-Wno-psabi")
TARGETS = ("-march=native", "-mcpu=native", "")  # the first that works: x86 or GCC, Clang on Arm, any other


class BuildError(Exception):
    """The kernels cannot be built here; the message says why in one line."""


@functools.cache
def library() -> ctypes.CDLL:
    """Load the kernels, compiling them at the first use on this machine (a few seconds).

    Raises BuildError if there is no compiler, or if it fails.
    """
    try:
        return _declared(ctypes.CDLL(str(build())))
    except OSError as error:
        raise BuildError(f"the compiled kernels do not load ({error})") from None


def _declared(kernels: ctypes.CDLL) -> ctypes.CDLL:
    """Declare the argument types: ctypes passes an undeclared number as a C int, which truncates an address."""
    pointer, size = ctypes.c_void_p, ctypes.c_int64
    for network in ("lenet5", "connected"):
        workspace, forward, step = (getattr(kernels, f"{network}_{name}") for name in ("workspace", "forward", "step"))
        workspace.argtypes, workspace.restype = [pointer, size], size
        forward.argtypes = [*[pointer] * 3, size, pointer, size, *[pointer] * 2]
        step.argtypes = [*[pointer] * 2, size, pointer, ctypes.c_double, *[pointer] * 2]
    return kernels


def build() -> Path:
    """Return the shared library, and compile it if no cache has it. Raises BuildError."""
    compiler = _compiler()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for folder in (SOURCE.parent / "build", cache / "fmnist"):
        path = folder / f"kernels-{_key(compiler)}.so"
        if path.exists():
            return path
        if _writable(folder):
            _compile(compiler, path)
            return path
    raise BuildError("no folder for the compiled kernels can be written")


def _compiler() -> str:
    for name in (os.environ.get("CXX"), "c++", "g++", "clang++"):
        if name and (path := shutil.which(name)):
            return path
    raise BuildError("no C++ compiler was found ($CXX, c++, g++, clang++)")


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _key(compiler: str) -> str:
    # Include the processor: code for one (-march=native) may not run on another.
    sources = [source.read_text("utf-8") for source in SOURCES]
    parts = [*sources, compiler, *FLAGS, *TARGETS, platform.platform(), _processor()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return "\n".join(sorted({line for line in lines if line.startswith(("model name", "flags", "Features", "CPU "))}))


def _compile(compiler: str, path: Path) -> None:
    # Compile to a temporary file and rename it: jobs that build at the same time never see half a library.
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
    """Build the kernels and print one line; succeed without a compiler, since PyTorch can replace them."""
    try:
        print(f"native kernels: {build()}")
    except BuildError as error:
        print(f"native kernels: not built, PyTorch will be used: {error}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
