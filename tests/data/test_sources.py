"""The order in which the sources of the data are tried, and what is said of each."""

import shutil
from pathlib import Path

import pytest
from builders import SAMPLE
from source_builders import MIRROR, contents, cut, is_sample, other_content, programs, sample_bytes, serve

from fmnist.common.errors import DataError
from fmnist.data import fashion_mnist as data_files
from fmnist.data import sources

pytestmark = pytest.mark.usefixtures("no_source")


def everything_works(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, own_folder: Path) -> list[str]:
    """Install the package, let the mirrors answer and apt-get work; returns what was asked for."""
    installed = tmp_path / "installed"
    shutil.copytree(own_folder, installed)
    monkeypatch.setattr(sources, "DEBIAN_FOLDER", installed)
    return serve(monkeypatch, sample_bytes)


def test_the_config_comes_first(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    own_folder: Path,
    downloads: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = everything_works(monkeypatch, tmp_path, own_folder)
    assert is_sample(sources.obtain(own_folder, "fashion_mnist", downloads))
    assert capsys.readouterr().err == "Data: from data.folder; every checksum is right.\n"
    assert asked == []


def test_the_installed_package_comes_second_and_a_wrong_folder_is_reported(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    own_folder: Path,
    downloads: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = everything_works(monkeypatch, tmp_path, own_folder)
    cut(own_folder / "t10k-labels-idx1-ubyte.gz")
    before = contents(own_folder)
    assert is_sample(sources.obtain(own_folder, "fashion_mnist", downloads))
    said = capsys.readouterr().err
    assert f"Data: not from data.folder: {own_folder / 't10k-labels-idx1-ubyte.gz'} is cut" in said
    assert "Data: from Debian's dataset-fashion-mnist, installed" in said
    assert contents(own_folder) == before
    assert asked == []


def test_the_mirrors_come_third_and_the_installed_files_are_left_alone(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    own_folder: Path,
    downloads: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = everything_works(monkeypatch, tmp_path, own_folder)
    other_content(tmp_path / "installed" / "t10k-labels-idx1-ubyte.gz")
    before = contents(tmp_path / "installed")
    assert is_sample(sources.obtain(None, "fashion_mnist", downloads))
    assert "Data: from torchvision's mirrors" in capsys.readouterr().err
    assert contents(tmp_path / "installed") == before
    assert asked == [f"{MIRROR}{name}.gz" for name in data_files.FILES]


def test_the_downloaded_package_comes_last(tmp_path: Path, downloads: Path, capsys: pytest.CaptureFixture[str]) -> None:
    programs(tmp_path, unpack=f'cp "{SAMPLE}"/*.gz "$data"')
    assert is_sample(sources.obtain(None, "fashion_mnist", downloads))
    assert "Data: from Debian's dataset-fashion-mnist, downloaded" in capsys.readouterr().err
    assert sorted(contents(downloads)) == sorted(f"{name}.gz" for name in data_files.FILES)


def test_no_source_lists_each_with_its_reason_and_the_remedy(tmp_path: Path, downloads: Path) -> None:
    with pytest.raises(DataError) as error:
        sources.obtain(tmp_path / "absent", "fashion_mnist", downloads)
    lines = str(error.value).splitlines()
    assert len(lines) == 6
    assert lines[1] == f"  data.folder: {tmp_path / 'absent'} is not a folder that can be read"
    assert "installed: the package is not installed" in lines[2]
    assert "mirrors" in lines[3]
    assert "no network" in lines[3]
    assert lines[4].endswith("downloaded: apt-get is not on this machine")
    assert all(f"{name}.gz" in lines[5] for name in data_files.FILES)
    assert "config.yaml as data.folder" in lines[5]


def test_the_sample_is_never_looked_for_on_the_network(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, own_folder: Path, downloads: Path
) -> None:
    asked = everything_works(monkeypatch, tmp_path, own_folder)
    with pytest.raises(DataError, match=r"set data\.folder to tests/sample"):
        sources.obtain(None, "sample", downloads)
    assert asked == []
