"""Stand-ins for every source: the sample plays the full set, and no source has it unless a test says so."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import SAMPLE
from source_builders import Mirror, datasets, running_mirror

from fmnist.data import sources
from fmnist.data.datasets import DATASETS, FILES


@pytest.fixture(autouse=True)
def no_source(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No package is installed, no mirror answers, and only the programs in tmp_path/bin are found."""
    monkeypatch.setitem(
        DATASETS, "fashion_mnist", DATASETS["fashion_mnist"]._replace(checksums=DATASETS["sample"].checksums)
    )
    monkeypatch.setattr(sources, "DEBIAN_FOLDER", Path("/nowhere/fashion-mnist"))
    monkeypatch.setitem(sys.modules, "torchvision.datasets", datasets("http://127.0.0.1:1/"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    """A mirror that answers."""
    with running_mirror() as server:
        monkeypatch.setitem(sys.modules, "torchvision.datasets", datasets(server.address))
        yield server


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    """The folder of downloads, which does not exist yet."""
    return tmp_path / "prepared/raw"


@pytest.fixture
def own_folder(tmp_path: Path) -> Path:
    """A user's folder with the four files."""
    copy = tmp_path / "mine"
    copy.mkdir()
    for name in FILES:
        shutil.copy(SAMPLE / f"{name}.gz", copy)
    return copy
