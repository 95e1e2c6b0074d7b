"""What is measured: five settings of the report, and the images they are trained on."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from fmnist.data import idx, sources
from fmnist.plan.config import read_config
from fmnist.plan.experiments import resolve
from fmnist.plan.yaml_files import read_yaml
from fmnist.training.settings import RunSettings

PROJECT = Path(__file__).parents[1]
EPOCH = 60_000  # images of a full epoch

WIDE = {"channels": [32, 64, 256], "pooling": "max", "batch_norm": True, "activation": "relu"}
# What each case changes in config.yaml's defaults: the ends of the report's range of work.
CASES: dict[str, tuple[str, dict[str, object]]] = {
    "base": ("LeNet-5, base case, batch 100", {}),
    "wide": ("LeNet-5, wide (32/64/256), batch 100", WIDE),
    "fc": ("Fully connected 784-512-10, batch 100", {"model": "fc"}),
    "batch10": ("LeNet-5, batch 10", {"batch_size": 10}),
    "batch1280": ("LeNet-5, batch 1280", {"batch_size": 1280}),
}


class Arrays(NamedTuple):
    """The training images uint8 [60000, 28, 28] and labels uint8 [60000], as the files hold them."""

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.uint8]


def case_config(name: str) -> RunSettings:
    """Return a case's settings, from the project's own defaults."""
    config = read_config(read_yaml(PROJECT / "config.yaml"))
    return resolve(config, CASES[name][1], f"case {name}")[0]


def load_arrays(path: Path) -> Arrays:
    """Load a prepared file, or the small sample repeated to 60,000 images where there is none."""
    if path.exists():
        with np.load(path, allow_pickle=False) as stored:
            return _repeated(stored["train_images"], stored["train_labels"])
    with_sample = sources.obtain(PROJECT / "tests/sample", "sample", path.parent / "raw")
    parsed = idx.parse_files(with_sample)
    return _repeated(parsed["train_images"], parsed["train_labels"])


def describe_data(path: Path) -> str:
    """Say which images are used, for the head of a table."""
    sample = f"the sample in tests/sample, repeated to {EPOCH:,} images ({path} is not there)"
    return str(path) if path.exists() else sample


def _repeated(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]) -> Arrays:
    chosen = np.arange(EPOCH) % len(labels)
    return Arrays(images[chosen], labels[chosen])
