"""The data from the network: mirrors and Debian's package, and every way in which they fail."""

import io
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest
from builders import SAMPLE
from source_builders import MIRROR, ROOT, contents, is_sample, load_script, programs, sample_bytes, serve

from fmnist.common.errors import DataError
from fmnist.data import fashion_mnist as data_files
from fmnist.data import sources

pytestmark = pytest.mark.usefixtures("no_source")


def test_a_wrong_download_is_kept_aside_and_the_next_source_tried(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, downloads: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serve(monkeypatch, lambda _: b"<html>Please log in</html>")
    programs(tmp_path, unpack=f'cp "{SAMPLE}"/*.gz "$data"')
    assert is_sample(sources.obtain(None, "fashion_mnist", downloads))
    assert (downloads / "train-images-idx3-ubyte.gz.wrong").read_bytes() == b"<html>Please log in</html>"
    assert "(kept as train-images-idx3-ubyte.gz.wrong)" in capsys.readouterr().err


def test_a_cut_download_is_kept_aside_and_the_next_mirror_tried(
    monkeypatch: pytest.MonkeyPatch, downloads: Path
) -> None:
    monkeypatch.setattr(sources, "_mirrors", lambda: ["http://first.invalid/", MIRROR])
    bodies = iter([sample_bytes("train-images-idx3-ubyte.gz")[:1000]])
    asked = serve(monkeypatch, lambda name: next(bodies, sample_bytes(name)))
    assert is_sample(sources.from_mirrors(sources.Request(None, data_files.CHECKSUMS["sample"], downloads)))
    assert asked[:2] == [f"{mirror}train-images-idx3-ubyte.gz" for mirror in ("http://first.invalid/", MIRROR)]
    assert len((downloads / "train-images-idx3-ubyte.gz.wrong").read_bytes()) == 1000


class _Dropped(io.BytesIO):
    """A connection that gives some bytes and then breaks."""

    def read(self, size: int | None = -1, /) -> bytes:
        if piece := super().read(size):
            return piece
        raise ConnectionResetError("the connection was reset")


def test_a_half_written_download_leaves_nothing(monkeypatch: pytest.MonkeyPatch, downloads: Path) -> None:
    monkeypatch.setattr(urllib.request, "urlopen", lambda url, timeout: _Dropped(b"half"))
    with pytest.raises(DataError, match="the connection was reset"):
        sources.from_mirrors(sources.Request(None, data_files.CHECKSUMS["sample"], downloads))
    assert contents(downloads) == {}


@pytest.mark.parametrize(("limit", "message"), [("LARGEST_FILE", "longer than any"), ("DOWNLOAD_LIMIT", "more than")])
def test_an_endless_download_is_given_up(
    monkeypatch: pytest.MonkeyPatch, downloads: Path, limit: str, message: str
) -> None:
    serve(monkeypatch, sample_bytes)
    monkeypatch.setattr(sources, limit, -1)
    with pytest.raises(DataError, match=message):
        sources.from_mirrors(sources.Request(None, data_files.CHECKSUMS["sample"], downloads))
    assert contents(downloads) == {}


def test_what_an_earlier_session_downloaded_is_used_again(monkeypatch: pytest.MonkeyPatch, downloads: Path) -> None:
    asked = serve(monkeypatch, sample_bytes)
    downloads.mkdir(parents=True)
    shutil.copy(SAMPLE / "train-images-idx3-ubyte.gz", downloads)
    (downloads / "train-labels-idx1-ubyte.gz").write_bytes(b"half")
    assert is_sample(sources.from_mirrors(sources.Request(None, data_files.CHECKSUMS["sample"], downloads)))
    assert asked == [f"{MIRROR}{name}.gz" for name in data_files.FILES[1:]]
    assert (downloads / "train-labels-idx1-ubyte.gz.wrong").read_bytes() == b"half"


def test_only_web_addresses_are_downloaded(monkeypatch: pytest.MonkeyPatch, downloads: Path) -> None:
    monkeypatch.setattr(sources, "_mirrors", lambda: ["file:///etc/"])
    asked = serve(monkeypatch, sample_bytes)
    with pytest.raises(DataError, match="is not a web address"):
        sources.from_mirrors(sources.Request(None, data_files.CHECKSUMS["sample"], downloads))
    assert asked == []


def test_the_mirrors_are_torchvisions(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = load_script(ROOT / "fmnist" / "sources.py")
    datasets = SimpleNamespace(FashionMNIST=SimpleNamespace(mirrors=["http://a.invalid", "http://b.invalid/"]))
    monkeypatch.setitem(sys.modules, "torchvision", SimpleNamespace(datasets=datasets))
    monkeypatch.setitem(sys.modules, "torchvision.datasets", datasets)
    assert fresh._mirrors() == ["http://a.invalid/", "http://b.invalid/"]
    monkeypatch.setitem(sys.modules, "torchvision.datasets", None)
    with pytest.raises(DataError, match="torchvision cannot be imported"):
        fresh._mirrors()


@pytest.mark.parametrize(
    ("download", "unpack", "message"),
    [
        ("echo 'E: Unable to locate it' >&2; echo 'W: a warning' >&2; exit 100", "", "apt-get failed: E: Unable to"),
        ("exit 7", "", "apt-get failed: exit status 7"),
        ("true", "", "apt-get left 0 packages"),
        (': > "$2_0_all.deb"', "exit 2", "dpkg-deb failed: exit status 2"),
        (': > "$2_0_all.deb"', "true", "no regular file train-images"),
        (': > "$2_0_all.deb"', f'ln -s "{SAMPLE}"/*.gz "$data"', "no regular file train-images"),
        (': > "$2_0_all.deb"', f'rmdir "$data"; ln -s "{SAMPLE}" "$data"', "no regular file train-images"),
    ],
    ids=["apt-get fails", "silently", "no package", "dpkg-deb fails", "no file", "a link", "a linked folder"],
)
def test_a_package_that_does_not_serve(
    tmp_path: Path, downloads: Path, download: str, unpack: str, message: str
) -> None:
    programs(tmp_path, unpack, download)
    with pytest.raises(DataError, match=message):
        sources.from_downloaded_package(sources.Request(None, data_files.CHECKSUMS["sample"], downloads))
    assert not downloads.exists()


def test_a_wrong_file_of_the_package_is_kept_aside(tmp_path: Path, downloads: Path) -> None:
    programs(tmp_path, f'cp "{SAMPLE}"/*.gz "$data"; echo no > "$data/t10k-labels-idx1-ubyte.gz"')
    with pytest.raises(DataError, match=r"\(kept as t10k-labels-idx1-ubyte.gz.wrong\)"):
        sources.from_downloaded_package(sources.Request(None, data_files.CHECKSUMS["sample"], downloads))
    assert (downloads / "t10k-labels-idx1-ubyte.gz.wrong").read_bytes() == b"no\n"


def test_a_program_that_hangs_is_given_up(tmp_path: Path, downloads: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hangs(command: list[str], timeout: float, **_: object) -> None:
        raise subprocess.TimeoutExpired(command, timeout)

    programs(tmp_path, unpack="")
    monkeypatch.setattr(subprocess, "run", hangs)
    with pytest.raises(DataError, match="apt-get took more than 900 seconds"):
        sources.from_downloaded_package(sources.Request(None, data_files.CHECKSUMS["sample"], downloads))
