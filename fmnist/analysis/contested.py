"""Contested test images: those that most trained networks disagree on with their label, and what they say instead."""

import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image

from fmnist.runs.predictions import Classes

COLUMNS = ("image", "true_class", "networks", "wrong", "commonest", "commonest_networks")  # and one a class
TEXTS = ("true_class", "commonest")
MOST_IMAGES = 2000  # 0.4 MB in one picture
ACROSS = 50  # images in a row of the picture
_GREYS = 16  # of 256: the picture has half the bytes, and looks the same at this size

Counts = npt.NDArray[np.int64]
Images = npt.NDArray[np.uint8]


def votes(predictions: Sequence[Classes], labels: Classes, classes: int) -> Counts:
    """Return counts[image, class]: how many networks take each test image for each class."""
    counts = np.zeros((len(labels), classes), dtype=np.int64)
    for predicted in predictions:
        counts[np.arange(len(labels)), predicted] += 1
    return counts


def contested_table(
    predictions: Sequence[Classes], labels: Classes, class_names: Sequence[str], most: int = MOST_IMAGES
) -> pd.DataFrame:
    """Return contested.csv: a row for each of the at most `most` images that the most networks get wrong.

    `networks` counts all networks, `wrong` those that get the image wrong. `commonest` is the wrong class that the
    most networks take it for. The columns named by a class count the networks that take the image for it. Images
    that equally many networks get wrong are kept or left out together.
    """
    counts = votes(predictions, labels, len(class_names))
    wrong_counts = counts.copy()
    wrong_counts[np.arange(len(labels)), labels] = 0
    wrong, commonest = wrong_counts.sum(axis=1), wrong_counts.argmax(axis=1)
    kept = np.flatnonzero(wrong >= fewest_wrong(wrong, most))
    kept = kept[np.lexsort((-wrong[kept], commonest[kept], labels[kept]))]  # like images side by side compress better
    names = np.array(class_names)
    columns = [kept, names[labels[kept]], len(predictions), wrong[kept], names[commonest[kept]]]
    columns += [wrong_counts[kept, commonest[kept]], *counts[kept].T]
    return pd.DataFrame(dict(zip((*COLUMNS, *class_names), columns, strict=True)))


def fewest_wrong(wrong: Counts, most: int) -> int:
    """Return the smallest number of networks, at least 1, that no more than `most` images are wrong in."""
    ranked = np.sort(wrong)[::-1]
    return int(ranked[most]) + 1 if len(ranked) > most else 1


def picture(images: Images, numbers: Sequence[int]) -> bytes:
    """Return one grey PNG of the test images with these numbers, ACROSS in a row.

    `images` is [image, row, column]. Equal images give equal bytes.
    """
    height, width = images.shape[1:]
    rows = max(1, -(-len(numbers) // ACROSS))
    tiles = np.zeros((rows * ACROSS, height, width), dtype=np.uint8)
    tiles[: len(numbers)] = np.rint(images[list(numbers)] / 255 * (_GREYS - 1))
    sheet = tiles.reshape(rows, ACROSS, height, width).swapaxes(1, 2).reshape(rows * height, ACROSS * width)
    drawn = Image.fromarray(sheet).convert("P")
    drawn.putpalette([255 * grey // (_GREYS - 1) for grey in range(_GREYS) for _ in "rgb"])
    content = io.BytesIO()
    drawn.save(content, "PNG", optimize=True, bits=4)
    return content.getvalue()
