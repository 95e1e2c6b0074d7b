"""Stand-ins for every source of the data: mirrors, programs, files that are spoiled."""

import gzip
import hashlib
import importlib.util
import io
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from builders import SAMPLE

from fmnist.data import fashion_mnist as data_files

ROOT = Path(__file__).parents[1]
MIRROR = "https://mirror.invalid/"


def no_network(url: str, timeout: float) -> io.BytesIO:
    raise urllib.error.URLError("no network")


def serve(monkeypatch: pytest.MonkeyPatch, answers: Callable[[str], bytes]) -> list[str]:
    """Let the mirrors answer with `answers(file name)`; returns the list of what was asked for."""
    asked: list[str] = []

    def urlopen(url: str, timeout: float) -> io.BytesIO:
        assert timeout > 0
        asked.append(url)
        return io.BytesIO(answers(url.rsplit("/", 1)[1]))

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    return asked


def sample_bytes(file_name: str) -> bytes:
    return (SAMPLE / file_name).read_bytes()


def programs(tmp_path: Path, unpack: str, download: str = ': > "$2_0_all.deb"') -> None:
    """Put stand-ins for apt-get and dpkg-deb on the PATH; `unpack` fills the folder $data."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    start = "#!/bin/sh\nset -e\nPATH=/usr/bin:/bin\n"
    (bin_folder / "apt-get").write_text(f"{start}{download}\n")
    (bin_folder / "dpkg-deb").write_text(
        f'{start}test -f "$2"\ndata="$3/nowhere/fashion-mnist"\nmkdir -p "$data"\n{unpack}\n'
    )
    for program in bin_folder.iterdir():
        program.chmod(0o755)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def is_sample(files: dict[str, bytes]) -> bool:
    return {n: hashlib.sha256(c).hexdigest() for n, c in files.items()} == dict(data_files.CHECKSUMS["sample"])


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def other_content(path: Path) -> None:
    path.write_bytes(gzip.compress(b"something else"))


def load_script(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"loaded_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks its module up while it is being made.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
