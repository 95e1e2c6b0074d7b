"""Write scikit-learn's 1,797 handwritten digits as four IDX files: python make_digits.py FOLDER

pip install scikit-learn pillow
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

TRAINING = 1200  # the first images; other people wrote the last ones


def main(folder: Path) -> None:
    """Scale each image from 8 by 8 pixels to 28 by 28, and write the four files."""
    digits = load_digits()
    images = np.stack([scaled(image) for image in digits.images])
    labels = digits.target.astype(np.uint8)
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in (("train", slice(None, TRAINING)), ("t10k", slice(TRAINING, None))):
        (folder / f"{name}-images-idx3-ubyte").write_bytes(idx(images[part]))
        (folder / f"{name}-labels-idx1-ubyte").write_bytes(idx(labels[part]))


def scaled(image: np.ndarray) -> np.ndarray:
    """Return an image of values 0..16 as 28 by 28 pixels of 0..255."""
    grey = Image.fromarray(np.rint(image * 255 / 16).astype(np.uint8))
    return np.asarray(grey.resize((28, 28), Image.Resampling.BILINEAR))


def idx(array: np.ndarray) -> bytes:
    """Return an array of unsigned bytes in the IDX format."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 0x08, array.ndim]) + sizes + array.tobytes()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
