"""Fashion-MNIST as one prepared array file, and as tensors in memory."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from fmnist.common.errors import DataError
from fmnist.common.files import read_arrays

ARRAYS = ("train_images", "train_labels", "test_images", "test_labels")


@dataclass(frozen=True, slots=True)
class Dataset:
    """Images float32 [n, 1, 28, 28] in 0..1 and labels int64 [n], on one device."""

    train_images: Tensor
    train_labels: Tensor
    test_images: Tensor
    test_labels: Tensor


def save_arrays(path: Path, arrays: dict[str, npt.NDArray[np.uint8]]) -> None:
    """Write the four uint8 arrays as one .npz, uncompressed so that it loads fast."""
    np.savez(path, allow_pickle=False, **{name: arrays[name] for name in ARRAYS})


def load_dataset(path: Path, device: torch.device | str = "cpu") -> Dataset:
    """Load a prepared file onto a device; pixels are divided by 255, as ToTensor does.

    Raises DataError if the file cannot be read or lacks an array.
    """
    arrays = read_arrays(path, ARRAYS, "delete it to remake it")
    for images, labels in (arrays[:2], arrays[2:]):
        if images.dtype != np.uint8 or images.shape[1:] != (28, 28) or images.shape[:1] != labels.shape:
            raise DataError(f"{path} holds images of shape {images.shape}; expected ({labels.size}, 28, 28), uint8.")
        if labels.dtype != np.uint8 or not labels.size or labels.max() > 9:
            raise DataError(f"{path} has labels that are not classes; expected 0 to 9; delete it to remake it.")
    train_images, train_labels, test_images, test_labels = map(torch.from_numpy, arrays)
    return Dataset(
        train_images=_pixels(train_images, device),
        train_labels=train_labels.to(device, torch.int64),
        test_images=_pixels(test_images, device),
        test_labels=test_labels.to(device, torch.int64),
    )


def _pixels(images: Tensor, device: torch.device | str) -> Tensor:
    return images.to(device, torch.float32).div_(255).unsqueeze(1)
