"""Make the sample in this folder from the full Fashion-MNIST files.

    python tests/sample/make_sample.py FOLDER_OF_THE_FULL_FILES [OUTPUT_FOLDER]

Takes the first images of every class, in the order of the full set, so that a second run gives
the same images. Another version of zlib may compress them to other bytes.
"""

import gzip
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fmnist.data.datasets import DATASETS, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS
from fmnist.data.files import read_folder
from fmnist.data.idx import CLASSES, parse_files

TRAIN_PER_CLASS = 150
TEST_PER_CLASS = 75  # keeps the four files below 1 MB

Bytes = npt.NDArray[np.uint8]


def main(folder: Path, output: Path) -> None:
    """Read and verify the full files in `folder`, and write the four files of the sample into `output`."""
    full = parse_files(read_folder(folder, DATASETS["fashion_mnist"].checksums))
    train = first_of_each_class(full["train_labels"], TRAIN_PER_CLASS)
    test = first_of_each_class(full["test_labels"], TEST_PER_CLASS)
    write_idx(output / f"{TRAIN_IMAGES}.gz", full["train_images"][train])
    write_idx(output / f"{TRAIN_LABELS}.gz", full["train_labels"][train])
    write_idx(output / f"{TEST_IMAGES}.gz", full["test_images"][test])
    write_idx(output / f"{TEST_LABELS}.gz", full["test_labels"][test])


def first_of_each_class(labels: Bytes, count: int) -> npt.NDArray[np.intp]:
    """Return the positions of the first `count` labels of every class, in ascending order."""
    return np.sort(np.concatenate([np.flatnonzero(labels == c)[:count] for c in range(CLASSES)]))


def write_idx(path: Path, array: Bytes) -> None:
    """Write an array of bytes as a compressed IDX file, without a name or a date, so that the bytes repeat."""
    header = bytes([0, 0, 0x08, array.ndim]) + b"".join(size.to_bytes(4, "big") for size in array.shape)
    with path.open("wb") as file, gzip.GzipFile("", "wb", compresslevel=9, fileobj=file, mtime=0) as stream:
        stream.write(header + array.tobytes())


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) == 3 else Path(__file__).parent)
