"""The sources of the data are tried in order; none is trusted."""

import shutil
import sys
from pathlib import Path

import pytest
from builders import SAMPLE
from source_builders import Mirror, datasets

from fmnist.common.errors import DataError
from fmnist.data import sources
from fmnist.data.datasets import DATASETS, FILES
from fmnist.data.files import read_folder
from fmnist.data.sources import obtain

COMPRESSED = [f"{name}.gz" for name in FILES]


def package(tmp_path: Path, unpack: str, download: str = ': > "$2_0_all.deb"') -> None:
    """Put stand-ins for apt-get and dpkg-deb on the PATH; `unpack` fills the folder $data."""
    (tmp_path / "bin").mkdir()
    unpack = f'data="$3/nowhere/fashion-mnist"\nmkdir -p "$data"\n{unpack}'
    for name, text in (("apt-get", download), ("dpkg-deb", unpack)):
        path = tmp_path / "bin" / name
        path.write_text(f"#!/bin/sh\nset -e\nPATH=/usr/bin:/bin\n{text}\n")
        path.chmod(0o755)


def source(folder: Path | None, raw: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Obtain the full set, check it, and return the source that is named last."""
    assert obtain(folder, "fashion_mnist", raw) == read_folder(SAMPLE, DATASETS["sample"].checksums)
    return capsys.readouterr().err.splitlines()[-1].removeprefix("Data: from ").split(";")[0]


def test_sources_are_tried_in_order(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    own_folder: Path,
    downloads: Path,
    mirror: Mirror,
    capsys: pytest.CaptureFixture[str],
) -> None:
    installed = tmp_path / "installed"
    shutil.copytree(own_folder, installed)
    monkeypatch.setattr(sources, "DEBIAN_FOLDER", installed)
    assert source(own_folder, downloads, capsys) == "data.folder"
    (own_folder / COMPRESSED[0]).write_bytes(b"")
    assert source(own_folder, downloads, capsys) == "Debian's dataset-fashion-mnist, installed"
    assert (own_folder / COMPRESSED[0]).read_bytes() == b""
    assert mirror.asked == []
    (installed / COMPRESSED[0]).unlink()
    assert source(own_folder, downloads, capsys) == "torchvision's mirrors"
    assert mirror.asked == COMPRESSED
    assert source(own_folder, downloads, capsys) == "downloads of an earlier session"
    assert mirror.asked == COMPRESSED
    assert len(list(installed.iterdir())) == 3


def test_the_downloaded_package_comes_last(
    tmp_path: Path, downloads: Path, mirror: Mirror, capsys: pytest.CaptureFixture[str]
) -> None:
    mirror.how = "reversed"
    package(tmp_path, f'cp "{SAMPLE}"/*.gz "$data"')
    assert source(None, downloads, capsys) == "Debian's dataset-fashion-mnist, downloaded"
    assert source(None, downloads, capsys) == "downloads of an earlier session"


def test_no_source_lists_each_with_its_reason_and_the_remedy(tmp_path: Path, downloads: Path) -> None:
    with pytest.raises(DataError) as error:
        obtain(tmp_path / "absent", "fashion_mnist", downloads)
    own, installed, mirrors, downloaded, by_hand = str(error.value).splitlines()[1:]
    assert own == f"  data.folder: {tmp_path / 'absent'} is not a folder"
    assert "installed: /nowhere/fashion-mnist is not a folder" in installed
    assert "Connection refused" in mirrors
    assert "No such file or directory: 'apt-get'" in downloaded
    assert all(name in by_hand for name in [*COMPRESSED, "config.yaml as data.folder"])


def test_the_sample_is_never_looked_for_elsewhere(downloads: Path, mirror: Mirror) -> None:
    with pytest.raises(DataError, match=r"set data\.folder to tests/sample"):
        obtain(None, "sample", downloads)
    assert mirror.asked == []


@pytest.mark.parametrize("below", [".", "mine"])
def test_the_users_folder_cannot_be_in_the_folder_of_downloads(downloads: Path, below: str) -> None:
    with pytest.raises(DataError, match="folder of temporary downloads"):
        obtain(downloads / ".." / "raw" / below, "sample", downloads)


@pytest.mark.parametrize("how", ["half", "reversed"])
def test_a_wrong_download_is_not_kept_and_the_next_mirror_is_tried(
    monkeypatch: pytest.MonkeyPatch, downloads: Path, mirror: Mirror, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mirror.how = how
    with pytest.raises(DataError, match="mirrors: http://127"):
        obtain(None, "fashion_mnist", downloads)
    assert list(downloads.iterdir()) == []
    mirror.how = "whole"
    monkeypatch.setitem(sys.modules, "torchvision.datasets", datasets("http://127.0.0.1:1/", mirror.address))
    assert source(None, downloads, capsys) == "torchvision's mirrors"


@pytest.mark.parametrize(
    ("limit", "value", "message"),
    [
        ("LARGEST_FILE", 1000, "it has more than 1000 bytes"),
        ("TIME_LIMIT", 1, "it took more than 1 seconds"),
        ("SILENCE_LIMIT", 0.1, "timed out"),
    ],
)
def test_an_endless_download_is_given_up(
    monkeypatch: pytest.MonkeyPatch, downloads: Path, mirror: Mirror, limit: str, value: float, message: str
) -> None:
    mirror.how = "silent"
    monkeypatch.setattr(sources, limit, value)
    with pytest.raises(DataError, match=f"mirrors: .*{message}"):
        obtain(None, "fashion_mnist", downloads)
    assert list(downloads.iterdir()) == []


def test_only_what_lacks_or_is_wrong_is_downloaded_again(
    downloads: Path, mirror: Mirror, capsys: pytest.CaptureFixture[str]
) -> None:
    downloads.mkdir(parents=True)
    shutil.copy(SAMPLE / COMPRESSED[0], downloads)
    (downloads / COMPRESSED[1]).write_bytes(b"half")
    assert source(None, downloads, capsys) == "torchvision's mirrors"
    assert mirror.asked == COMPRESSED[1:]


@pytest.mark.parametrize(
    ("download", "unpack", "message"),
    [
        ("echo 'E: Unable to locate it' >&2; exit 100", "", "apt-get ended with 100: E: Unable to locate it"),
        ("true", "", "no regular file train-images"),
        (': > "$2_0_all.deb"', "exit 2", "dpkg-deb ended with 2"),
        (': > "$2_0_all.deb"', f'ln -s "{SAMPLE}"/*.gz "$data"', "no regular file train-images"),
        (': > "$2_0_all.deb"', f'rmdir "$data"; ln -s "{SAMPLE}" "$data"', "no regular file train-images"),
        (': > "$2_0_all.deb"', f'cp "{SAMPLE}"/*.gz "$data"; : > "$data/{COMPRESSED[3]}"', "has the SHA-256"),
    ],
    ids=["apt-get fails", "no package", "dpkg-deb fails", "links", "a linked folder", "another file"],
)
def test_a_wrong_package_is_refused(tmp_path: Path, downloads: Path, download: str, unpack: str, message: str) -> None:
    package(tmp_path, unpack, download)
    with pytest.raises(DataError, match=f"downloaded: .*{message}"):
        obtain(None, "fashion_mnist", downloads)


def test_a_program_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, downloads: Path) -> None:
    package(tmp_path, "", download="exec sleep 60")
    monkeypatch.setattr(sources, "TIME_LIMIT", 1)
    with pytest.raises(DataError, match=r"apt-get.* timed out after 1 seconds"):
        obtain(None, "fashion_mnist", downloads)
