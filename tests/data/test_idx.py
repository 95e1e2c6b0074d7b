"""IDX files are parsed strictly."""

import numpy as np
import pytest

from fmnist.common.errors import DataError
from fmnist.data.datasets import FILES
from fmnist.data.idx import parse_files, parse_idx


def idx(array: np.ndarray) -> bytes:
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "begins with b''"),
        (bytes([0, 0, 8, 3]) + bytes(8), "begins with .*; expected .* in 1 dimensions"),
        (bytes([0, 0, 9, 1]) + bytes(4), "begins with"),
        (bytes([0, 0, 8, 1, 0, 0]), "its header has 6 bytes; expected 8"),
        (idx(np.arange(5))[:-1], "has 12 bytes; its header promises 13"),
        (idx(np.arange(5)) + b"x", "has 14 bytes; its header promises 13"),
        (bytes([0, 0, 8, 1]) + b"\xff" * 4, "has 8 bytes; its header promises 4294967303"),
    ],
    ids=["empty", "dimensions", "type", "cut header", "cut", "too long", "huge"],
)
def test_a_malformed_file_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_idx(content, 1, "labels")


IMAGES, LABELS = np.zeros((3, 28, 28)), np.arange(3)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((3, 28, 27)), LABELS, "images of 28x27 pixels"),
        (IMAGES, np.arange(4), "3 images and 4 labels"),
        (np.zeros((0, 28, 28)), np.zeros(0), "0 images and 0 labels"),
        (IMAGES, np.array([0, 10, 9]), "the label 10; expected 0 to 9"),
    ],
)
@pytest.mark.parametrize("part", ["train", "t10k"])
def test_arrays_that_are_not_fashion_mnist_are_refused(
    images: np.ndarray, labels: np.ndarray, message: str, part: str
) -> None:
    good = {name: idx(IMAGES if "images" in name else LABELS) for name in FILES}
    parse_files(good)
    bad = {f"{part}-images-idx3-ubyte": idx(images), f"{part}-labels-idx1-ubyte": idx(labels)}
    with pytest.raises(DataError, match=f"^{part}.*{message}"):
        parse_files(good | bad)
