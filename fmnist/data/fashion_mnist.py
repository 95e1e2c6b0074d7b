"""The four Fashion-MNIST files: their names, their checksums, and reading them verified."""

import gzip
import hashlib
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from fmnist.common.errors import DataError

TRAIN_IMAGES = "train-images-idx3-ubyte"
TRAIN_LABELS = "train-labels-idx1-ubyte"
TEST_IMAGES = "t10k-images-idx3-ubyte"
TEST_LABELS = "t10k-labels-idx1-ubyte"
FILES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

Checksums = Mapping[str, str]

# SHA-256 of the decompressed files; `data.dataset` names the set.
CHECKSUMS: Mapping[str, Checksums] = MappingProxyType(
    {
        "fashion_mnist": MappingProxyType(
            {
                TRAIN_IMAGES: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                TRAIN_LABELS: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
                TEST_IMAGES: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                TEST_LABELS: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            }
        ),
        "sample": MappingProxyType(
            {
                TRAIN_IMAGES: "1fd0769cad235f8cfb0c3ed6f7e52fd005c4c50088f9dc43d52051ca70ecc672",
                TRAIN_LABELS: "3317de950899d958f766f29ecbead3f0364f40cd4fd0659d2ae0244c4fa5d0a2",
                TEST_IMAGES: "2d21a66061a3b427036e374ce16020084d6c16e7326778fc7619ae757e339d6c",
                TEST_LABELS: "2d62490fcb86123f5df16c7d51bad43abed7ade9e274bbfd0c7dbd6ae27a128d",
            }
        ),
    }
)

TRAINING_IMAGES: Mapping[str, int] = MappingProxyType({"fashion_mnist": 60_000, "sample": 1_500})

LARGEST_FILE = 16 + 60_000 * 28 * 28  # bytes; what is longer cannot be a file of ours


def read_folder(folder: Path, checksums: Checksums) -> dict[str, bytes]:
    """Return the four files of a folder, plain or .gz, decompressed; changes nothing there.

    Raises DataError where the folder or a file is missing, cut or not the expected one.
    """
    if not folder.is_dir():
        raise DataError(f"{folder.absolute()} is not a folder that can be read")
    paths = {name: _plain_orgz_path(folder, name) for name in FILES}
    if missing := [name for name, path in paths.items() if path is None]:
        raise DataError(f"{folder.absolute()} lacks {', '.join(missing)} (plain or .gz)")
    return {name: read_verified(path, checksums[name]) for name, path in paths.items() if path is not None}


def read_verified(path: Path, checksum: str) -> bytes:
    """Return a file's bytes, decompressed where its name ends in .gz.

    Raises DataError where it cannot be read or its SHA-256 is not `checksum`.
    """
    content = _read(path)
    found = hashlib.sha256(content).hexdigest()
    if found != checksum:
        raise DataError(
            f"{path} is not the expected file: SHA-256 {found[:16]}... instead of {checksum[:16]}...{_hint(found)}"
        )
    return content


def _plain_orgz_path(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder / name, gz_path(folder, name)) if path.is_file()), None)


def gz_path(folder: Path, name: str) -> Path:
    """Where a compressed file of that name lies in a folder."""
    return folder / f"{name}.gz"


def _read(path: Path) -> bytes:
    """Read at most one byte more than the largest file: a gzip may unpack to terabytes."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            return stream.read(LARGEST_FILE + 1)
    except EOFError:
        raise DataError(f"{path} is cut: the gzip ends too early") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path} is not a whole gzip file: {error}") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from None


def _hint(found: str) -> str:
    """Name the set that a file does belong to: the usual slip is the wrong data.dataset."""
    owner = next((owner for owner, checksums in CHECKSUMS.items() if found in checksums.values()), None)
    return f"; it is a file of data.dataset: {owner}" if owner else ""


def checksum_text(files: Mapping[str, bytes]) -> str:
    """The SHA-256 of the decompressed files as `sha256sum` writes them, sorted by name."""
    return checksum_lines({name: hashlib.sha256(content).hexdigest() for name, content in files.items()})


def checksum_lines(checksums: Mapping[str, str]) -> str:
    """The same of files whose SHA-256 are known, by name."""
    return "".join(f"{checksums[name]}  {name}\n" for name in sorted(checksums))
