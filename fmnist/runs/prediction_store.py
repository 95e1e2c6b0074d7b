"""The predictions of all runs in one small file: results/predictions.npz."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from fmnist.common.errors import DataError
from fmnist.common.files import atomic
from fmnist.runs.predictions import Classes

# What NumPy raises over a broken archive.
UNREADABLE = (OSError, ValueError, KeyError, EOFError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)
MOST_UNPACKED = 2**30  # bytes, of 100,000 runs: a small archive can unpack to more than the memory holds


def write_store(path: Path, predictions: Mapping[tuple[str, int], Classes]) -> None:
    """Write the predictions of some runs, by run id and seed, of as many images each.

    Run by run for each image, not image by image for each run: most images have the same class in
    nearly all runs, and 410 runs of 10,000 images take 0.35 MB instead of 0.85. (The difference to
    each image's commonest class, compressed by xz, would take 0.25: not worth a format of our own.)
    """
    run_ids, seeds = [run_id for run_id, _ in predictions], [seed for _, seed in predictions]
    classes = np.stack(list(predictions.values()), axis=1) if predictions else np.zeros((0, 0), np.uint8)
    content = io.BytesIO()  # numpy's own writing to a file does not say that the disk is full
    np.savez_compressed(
        content, run_id=np.array(run_ids, dtype=str), seed=np.array(seeds, dtype=np.int64), classes=classes
    )
    with atomic(path) as temporary:
        temporary.write_bytes(content.getvalue())


def read_store(path: Path) -> dict[tuple[str, int], Classes]:
    """Read a predictions.npz: the predicted classes by run id and seed.

    Raises DataError where it cannot be read or has not the shape that `write_store` gives it.
    """
    try:
        if not zipfile.is_zipfile(path):
            raise zipfile.BadZipFile  # a lone array, which numpy would load
        with np.load(path, allow_pickle=False) as store:
            unpacked = sum(member.file_size for member in store.zip.infolist())
            if unpacked > MOST_UNPACKED:
                raise _refused(path, f"unpacks to {unpacked:,} bytes, of {MOST_UNPACKED:,} at most")
            run_ids, seeds, classes = store["run_id"], store["seed"], store["classes"]
    except UNREADABLE as error:
        # Its name alone: a broken archive's message quotes pages of bytes.
        raise _refused(path, f"cannot be read ({type(error).__name__})") from None
    return _by_run(path, run_ids, seeds, classes)


def _by_run(path: Path, run_ids: Any, seeds: Any, classes: Any) -> dict[tuple[str, int], Classes]:
    if run_ids.dtype.kind != "U" or seeds.dtype.kind not in "iu" or classes.dtype != np.uint8:
        raise _refused(path, f"holds {run_ids.dtype}, {seeds.dtype} and {classes.dtype}")
    if run_ids.ndim != 1 or run_ids.shape != seeds.shape or classes.ndim != 2 or classes.shape[1] != len(run_ids):
        raise _refused(path, f"holds shapes {run_ids.shape}, {seeds.shape} and {classes.shape}")
    pairs = [(str(run_id), int(seed)) for run_id, seed in zip(run_ids, seeds, strict=True)]
    if len(set(pairs)) < len(pairs):
        raise _refused(path, "holds a run twice")
    return dict(zip(pairs, np.ascontiguousarray(classes.T), strict=True))


def _refused(path: Path, why: str) -> DataError:
    return DataError(
        f"{path} {why}; allowed: run_id (text) and seed (whole numbers) of each run, and classes (uint8, of each image "
        "and run), as make report writes it."
    )
