"""The sets of images that `data.dataset` can name: one record each, or a folder of anybody's own four files."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from fmnist.common.errors import DataError
from fmnist.data.fashion_mnist import (
    CHECKSUMS,
    CLASS_NAMES,
    TRAIN_IMAGES,
    Checksums,
    checksum_lines,
    find,
    read_folder,
    read_start,
)

CLASSES_FILE = "classes.txt"  # in a folder of one's own: ten lines


class ImageSet(NamedTuple):
    """What the plan and the report need to know of a set."""

    title: str
    classes: tuple[str, ...]  # by label
    training_images: int
    torchvision: str | None  # the class in torchvision.datasets with its mirrors and their MD5s


DIGITS = tuple("0123456789")
DATASETS: Mapping[str, ImageSet] = {
    "fashion_mnist": ImageSet("Fashion-MNIST", CLASS_NAMES, 60_000, "FashionMNIST"),
    "mnist": ImageSet("MNIST", DIGITS, 60_000, "MNIST"),
    # Hiragana, by the names of torchvision's KMNIST.classes.
    "kmnist": ImageSet(
        "Kuzushiji-MNIST", ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"), 60_000, "KMNIST"
    ),
    "sample": ImageSet("a sample of Fashion-MNIST", CLASS_NAMES, 1_500, None),
}


@cache
def image_set(dataset: str) -> ImageSet:
    """Return the record of a set by its name or folder. Raises DataError where a folder lacks its training images."""
    if dataset in DATASETS:
        return DATASETS[dataset]
    folder = Path(dataset)
    if not folder.is_dir():
        raise DataError(f"data.dataset is {dataset!r}, which is no folder; expected one with four IDX files.")
    try:
        count = int.from_bytes(read_start(find(folder, TRAIN_IMAGES), 8)[4:], "big")
    except DataError as error:
        raise DataError(f"data.dataset is {dataset!r}: {error}.") from None
    return ImageSet(folder.resolve().name, _class_names(folder), count, None)


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
    if dataset in CHECKSUMS:
        return CHECKSUMS[dataset]
    return {name: hashlib.sha256(content).hexdigest() for name, content in read_folder(Path(dataset), None).items()}


def data_hash(dataset: str) -> str:
    """Return the hash of a set, as the provenance of its runs has it."""
    return hashlib.sha256(checksum_lines(checksums_of(dataset)).encode()).hexdigest()
