"""The IDX format: what is not exactly as it should be is refused, in one sentence."""

import numpy as np
import pytest

from fmnist.common.errors import DataError
from fmnist.data import fashion_mnist as data_files
from fmnist.data import idx as idx_format


def idx(array: np.ndarray) -> bytes:
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no IDX file"),
        (bytes([0, 0, 8, 3]) + bytes(8), "is no IDX file"),
        (bytes([0, 0, 9, 1]) + bytes(4), "is no IDX file"),
        (bytes([0, 0, 8, 1, 0, 0]), "its header has 6 bytes instead of 8"),
        (idx(np.arange(5))[:-1], "has 12 bytes where its header promises 13"),
        (idx(np.arange(5)) + b"x", "has 14 bytes where its header promises 13"),
    ],
)
def test_a_malformed_idx_file(content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        idx_format.parse_idx(content, 1, "labels")


def test_sizes_that_overflow_64_bits_are_refused() -> None:
    content = bytes([0, 0, 8, 3]) + b"\xff" * 4 + b"\x80\0\0\0" + b"\0\0\0\2"
    with pytest.raises(DataError, match=f"promises {16 + 0xFFFFFFFF * 2**32}"):
        idx_format.parse_idx(content, 3, "images")


IMAGES, LABELS = np.zeros((3, 28, 28)), np.arange(3)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((3, 28, 27)), LABELS, "images of 28x27 pixels"),
        (IMAGES, np.arange(4), "3 images for 4 labels"),
        (np.zeros((0, 28, 28)), np.zeros(0), "0 images for 0 labels"),
        (IMAGES, np.array([0, 10, 9]), "the label 10; allowed: 0 to 9"),
    ],
)
@pytest.mark.parametrize("part", ["train", "t10k"])
def test_arrays_that_are_not_fashion_mnist(images: np.ndarray, labels: np.ndarray, message: str, part: str) -> None:
    good = {name: idx(IMAGES if "images" in name else LABELS) for name in data_files.FILES}
    idx_format.parse_files(good)
    bad = {f"{part}-images-idx3-ubyte": idx(images), f"{part}-labels-idx1-ubyte": idx(labels)}
    with pytest.raises(DataError, match=f"^{part}.*{message}"):
        idx_format.parse_files(good | bad)
