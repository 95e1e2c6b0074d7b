"""The IDX format of MNIST and its kin, parsed strictly."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from fmnist.common.errors import DataError
from fmnist.data.fashion_mnist import TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS

IMAGE_SIZE = 28  # pixels a side
CLASSES = 10


def parse_files(files: Mapping[str, bytes]) -> dict[str, npt.NDArray[np.uint8]]:
    """Turn the four decompressed files into the arrays that `dataset.save_arrays` takes.

    Images uint8 [n, 28, 28] in 0..255, labels uint8 [n] in 0..9.

    Raises DataError where a file is not strictly what it should be.
    """
    train_images, train_labels = _parse_pair(files, TRAIN_IMAGES, TRAIN_LABELS)
    test_images, test_labels = _parse_pair(files, TEST_IMAGES, TEST_LABELS)
    return {
        "train_images": train_images,
        "train_labels": train_labels,
        "test_images": test_images,
        "test_labels": test_labels,
    }


def parse_idx(content: bytes, dimensions: int, name: str) -> npt.NDArray[np.uint8]:
    """Parse an IDX file of unsigned bytes with that many dimensions; `name` begins the errors.

    Raises DataError for a wrong magic number, a cut header or a length that is not exact.
    """
    header = 4 + 4 * dimensions
    if content[:4] != bytes([0, 0, 0x08, dimensions]):  # 0x08: unsigned byte
        raise DataError(f"{name} is no IDX file of bytes in {dimensions} dimensions: it begins {content[:4]!r}.")
    if len(content) < header:
        raise DataError(f"{name} is cut: its header has {len(content)} bytes instead of {header}.")
    shape = tuple(int.from_bytes(content[at : at + 4], "big") for at in range(4, header, 4))
    expected = header + int(np.prod(shape, dtype=object))  # object: Python's integers do not overflow
    if len(content) != expected:
        raise DataError(f"{name} has {len(content)} bytes where its header promises {expected}.")
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def _parse_pair(
    files: Mapping[str, bytes], images_name: str, labels_name: str
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    images = parse_idx(files[images_name], 3, images_name)
    labels = parse_idx(files[labels_name], 1, labels_name)
    if images.shape[1:] != (IMAGE_SIZE, IMAGE_SIZE):
        raise DataError(f"{images_name} has images of {images.shape[1]}x{images.shape[2]} pixels instead of 28x28.")
    if len(images) != len(labels) or len(images) == 0:
        raise DataError(f"{images_name} has {len(images)} images for {len(labels)} labels.")
    if labels.max() >= CLASSES:
        raise DataError(f"{labels_name} has the label {labels.max()}; allowed: 0 to {CLASSES - 1}.")
    return images, labels
