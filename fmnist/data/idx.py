"""The IDX format of MNIST and of sets like it."""

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from fmnist.common.errors import DataError
from fmnist.data.datasets import TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS

CLASSES = 10
Bytes = npt.NDArray[np.uint8]


def parse_files(files: Mapping[str, bytes]) -> dict[str, Bytes]:
    """Return images uint8 [n, 28, 28] in 0..255 and labels uint8 [n] in 0..9 from the four decompressed files.

    Raises DataError where a file is not exactly that.
    """
    train_images, train_labels = _parse_pair(files, TRAIN_IMAGES, TRAIN_LABELS)
    test_images, test_labels = _parse_pair(files, TEST_IMAGES, TEST_LABELS)
    train = {"train_images": train_images, "train_labels": train_labels}
    return train | {"test_images": test_images, "test_labels": test_labels}


def parse_idx(content: bytes, dimensions: int, name: str) -> Bytes:
    """Return the array that an IDX file of unsigned bytes holds; `name` begins the errors.

    Raises DataError for a wrong magic number, a cut header or any other length than the header promises.
    """
    header = 4 + 4 * dimensions
    magic = bytes([0, 0, 0x08, dimensions])  # 0x08: unsigned byte
    if content[:4] != magic:
        raise DataError(f"{name} begins with {content[:4]!r}; expected {magic!r}, IDX bytes in {dimensions} dimensions")
    if len(content) < header:
        raise DataError(f"{name} is cut: its header has {len(content)} bytes; expected {header}")
    shape = [int.from_bytes(content[at : at + 4], "big") for at in range(4, header, 4)]
    expected = header + math.prod(shape)
    if len(content) != expected:
        raise DataError(f"{name} has {len(content)} bytes; its header promises {expected}")
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def _parse_pair(files: Mapping[str, bytes], images_name: str, labels_name: str) -> tuple[Bytes, Bytes]:
    images = parse_idx(files[images_name], 3, images_name)
    labels = parse_idx(files[labels_name], 1, labels_name)
    if images.shape[1:] != (28, 28):
        raise DataError(f"{images_name} has images of {images.shape[1]}x{images.shape[2]} pixels; expected 28x28")
    if len(images) != len(labels) or len(images) == 0:
        raise DataError(f"{images_name} has {len(images)} images and {len(labels)} labels; expected one label an image")
    if labels.max() >= CLASSES:
        raise DataError(f"{labels_name} has the label {labels.max()}; expected 0 to {CLASSES - 1}")
    return images, labels
