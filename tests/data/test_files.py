"""The four files are read from a folder only if each has its checksum."""

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from fmnist.common.errors import DataError
from fmnist.data import files
from fmnist.data.datasets import DATASETS, FILES
from fmnist.data.files import read_folder

SAMPLE_SUMS = DATASETS["sample"].checksums


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "gz"])
def test_files_may_be_plain_or_compressed(own_folder: Path, plain: bool) -> None:
    if plain:
        for path in list(own_folder.iterdir()):
            path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
            path.unlink()
    found = read_folder(own_folder, SAMPLE_SUMS)
    assert {name: hashlib.sha256(content).hexdigest() for name, content in found.items()} == SAMPLE_SUMS


def _damage(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda content: content[:-100], "cannot be read: Compressed file ended"),
        (lambda _: b"<html>Please log in</html>", "cannot be read: Not a gzipped file"),
        (lambda content: content + b"more", "cannot be read: Not a gzipped file"),
        (_damage, "cannot be read|has the SHA-256"),
        (lambda _: b"", "has the SHA-256"),
        (lambda content: content * 2, "has the SHA-256"),
        (lambda _: gzip.compress(b"something else"), "has the SHA-256"),
    ],
    ids=["cut", "another format", "trailing bytes", "damaged", "empty", "twice", "another file"],
)
def test_a_wrong_file_is_named(own_folder: Path, spoil: Callable[[bytes], bytes], message: str) -> None:
    path = own_folder / "t10k-labels-idx1-ubyte.gz"
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(DataError, match=f"{path} ({message})"):
        read_folder(own_folder, SAMPLE_SUMS)


def test_a_missing_file_or_folder_is_named(own_folder: Path) -> None:
    (own_folder / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DataError, match=r"mine lacks t10k-labels-idx1-ubyte \(plain or \.gz\)"):
        read_folder(own_folder, SAMPLE_SUMS)
    with pytest.raises(DataError, match="absent is not a folder"):
        read_folder(own_folder / "absent", SAMPLE_SUMS)


def test_a_huge_gzip_is_not_unpacked_whole(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_FILE", 1000)
    (own_folder / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(bytes(10_000)))
    with pytest.raises(DataError, match=f"has the SHA-256 {hashlib.sha256(bytes(1001)).hexdigest()[:16]}"):
        read_folder(own_folder, SAMPLE_SUMS)


def test_the_files_of_the_other_set_are_recognised(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(DATASETS, "fashion_mnist")
    with pytest.raises(DataError, match=r"it is a file of data\.dataset: sample"):
        read_folder(own_folder, dict.fromkeys(FILES, "0" * 64))
