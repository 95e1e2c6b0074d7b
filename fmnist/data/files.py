"""The four files of a set of images: found in a folder, read and verified."""

import gzip
import hashlib
import zlib
from functools import cache
from pathlib import Path

from fmnist.common.errors import DataError
from fmnist.data.datasets import DATASETS, DIGITS, FILES, TRAIN_IMAGES, Checksums, ImageSet

CLASSES_FILE = "classes.txt"  # of a folder that data.dataset names: ten lines
LARGEST_FILE = 16 + 60_000 * 28 * 28  # bytes, of the decompressed training images


def read_folder(folder: Path, checksums: Checksums | None) -> dict[str, bytes]:
    """Return the decompressed content of a folder's four files, each plain or .gz, by name.

    Without checksums, nothing is verified. Raises DataError where the folder or a file is missing, damaged or
    has another checksum.
    """
    if not folder.is_dir():
        raise DataError(f"{folder.absolute()} is not a folder")
    if checksums is None:
        return {name: _read(find(folder, name)) for name in FILES}
    return {name: _read_verified(folder, name, checksums) for name in FILES}


def checksum_lines(checksums: Checksums) -> str:
    """Return checksums as `sha256sum` writes them, sorted by file name."""
    return "".join(f"{checksums[name]}  {name}\n" for name in sorted(checksums))


def find(folder: Path, name: str) -> Path:
    """Return the path of a file in a folder, plain or .gz. Raises DataError where there is neither."""
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise DataError(f"{folder.absolute()} lacks {name} (plain or .gz)")


def _read_verified(folder: Path, name: str, checksums: Checksums) -> bytes:
    archive = f"{name}.gz"
    whole = archive in checksums  # the archive itself has the checksum
    if whole and not (folder / archive).is_file():
        raise DataError(f"{folder.absolute()} lacks {archive}")
    path = folder / archive if whole else find(folder, name)
    content = _read(path)
    checksum = checksums[archive if whole else name]
    found = hashlib.sha256(path.read_bytes() if whole else content).hexdigest()
    if found == checksum:
        return content
    # The usual slip is the wrong data.dataset.
    owners = [owner for owner, known in DATASETS.items() if found in (known.checksums or {}).values()]
    hint = f"; it is a file of data.dataset: {owners[0]}" if owners else ""
    raise DataError(f"{path} has the SHA-256 {found[:16]}...; expected {checksum[:16]}...{hint}")


def _read(path: Path) -> bytes:
    """Return at most one byte more than the largest file: a small gzip may hold terabytes."""
    return read_start(path, LARGEST_FILE + 1)


def read_start(path: Path, most: int) -> bytes:
    """Return the first bytes of a file, decompressed. Raises DataError where it cannot be read."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            return stream.read(most)
    except (EOFError, OSError, zlib.error) as error:
        raise DataError(f"{path} cannot be read: {error}") from None


def image_set(dataset: str) -> ImageSet:
    """Return the record of a set by its name or folder. Raises DataError where a folder lacks its training images."""
    return DATASETS[dataset] if dataset in DATASETS else _own_set(dataset)


@cache
def _own_set(dataset: str) -> ImageSet:
    folder = Path(dataset)
    if not folder.is_dir():
        raise DataError(f"data.dataset is {dataset!r}, which is no folder; expected one with four IDX files.")
    try:
        count = int.from_bytes(read_start(find(folder, TRAIN_IMAGES), 8)[4:], "big")
    except DataError as error:
        raise DataError(f"data.dataset is {dataset!r}: {error}.") from None
    return ImageSet(folder.resolve().name, _class_names(folder), count, torchvision=None, checksums=None)


def _class_names(folder: Path) -> tuple[str, ...]:
    path = folder / CLASSES_FILE
    if not path.exists():
        return DIGITS
    names = tuple(line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    if len(set(names) - {""}) != len(DIGITS) or len(names) != len(DIGITS):
        raise DataError(f"{path} has {len(names)} lines; expected ten different names, one a line.")
    return names


def checksums_of(dataset: str) -> Checksums:
    """Return the checksums of a set's files; of a folder, those that its files have. Raises DataError."""
    known = image_set(dataset).checksums
    if known is not None:
        return known
    return {name: hashlib.sha256(content).hexdigest() for name, content in read_folder(Path(dataset), None).items()}


def data_hash(dataset: str) -> str:
    """Return the hash of a set, as the provenance of its runs has it."""
    return hashlib.sha256(checksum_lines(checksums_of(dataset)).encode()).hexdigest()
