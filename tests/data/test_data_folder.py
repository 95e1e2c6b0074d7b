"""The data from a folder of the user's: what is wrong with it is said, and nothing in it is touched."""

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from source_builders import contents, cut, is_sample, other_content

from fmnist.common.errors import DataError
from fmnist.data import fashion_mnist as data_files
from fmnist.data import sources

pytestmark = pytest.mark.usefixtures("no_source")


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "gz"])
def test_folder_holds_the_files_plain_or_compressed(own_folder: Path, downloads: Path, plain: bool) -> None:
    if plain:
        for path in list(own_folder.iterdir()):
            path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
            path.unlink()
    assert is_sample(sources.obtain(own_folder, "sample", downloads))
    assert not downloads.exists()


def _no_gzip(path: Path) -> None:
    path.write_bytes(b"<html>Please log in</html>")


def _damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _trailing(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"more")


def _double(path: Path) -> None:
    path.write_bytes(path.read_bytes() * 2)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (cut, "is cut: the gzip ends too early"),
        (_no_gzip, "is not a whole gzip file"),
        (_damage, "is not"),
        (_empty, "is not the expected file"),
        (other_content, "is not the expected file"),
        (_trailing, "is not a whole gzip file"),
        (_double, "is not the expected file"),
        (Path.unlink, "lacks train-images-idx3-ubyte"),
    ],
)
def test_a_wrong_file_of_the_user_is_named_and_left_alone(
    own_folder: Path, downloads: Path, spoil: Callable[[Path], None], message: str
) -> None:
    spoil(own_folder / "train-images-idx3-ubyte.gz")
    before = contents(own_folder)
    with pytest.raises(DataError, match=message) as error:
        sources.obtain(own_folder, "sample", downloads)
    assert "train-images-idx3-ubyte" in str(error.value)
    assert contents(own_folder) == before
    assert not downloads.exists()


def test_a_huge_gzip_is_not_unpacked_whole(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_files, "LARGEST_FILE", 1000)
    path = own_folder / "train-images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(bytes(10_000)))
    first = hashlib.sha256(bytes(1001)).hexdigest()[:16]
    with pytest.raises(DataError, match=f"SHA-256 {first}"):
        data_files.read_verified(path, "0" * 64)


def test_a_file_that_cannot_be_read_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read: No such file"):
        data_files.read_verified(tmp_path / "absent", "0" * 64)


def test_the_files_of_the_other_set_are_recognised(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_files, "CHECKSUMS", {"sample": data_files.CHECKSUMS["sample"]})
    with pytest.raises(DataError, match=r"it is a file of data\.checksums: sample"):
        data_files.read_folder(own_folder, dict.fromkeys(data_files.FILES, "0" * 64))


def test_the_download_folder_cannot_be_the_users_folder(downloads: Path) -> None:
    downloads.mkdir(parents=True)
    with pytest.raises(DataError, match="the pipeline's own download folder"):
        sources.obtain(downloads.parent / ".." / "prepared" / "raw", "sample", downloads)


def test_an_unknown_set_of_checksums_is_refused(own_folder: Path, downloads: Path) -> None:
    with pytest.raises(DataError, match="'mnist'; allowed: fashion_mnist, sample"):
        sources.obtain(own_folder, "mnist", downloads)
