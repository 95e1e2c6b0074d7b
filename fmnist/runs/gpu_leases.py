"""Spread trainings that run at the same time over the GPUs of this machine, by lock files.

The kernel releases a lock when its process ends, even after kill -9.
"""

import itertools
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch
from filelock import FileLock, Timeout

from fmnist.common.errors import DeviceError

_held: list[FileLock] = []  # keeps the locks until the process ends: a deleted FileLock is released


def take_gpu() -> None:
    """Make the least used GPU torch's current one, and lock it until this process ends."""
    folder = Path(tempfile.gettempdir()) / f"fmnist-gpus-{os.getuid()}"  # one for each user
    torch.cuda.set_device(lease_gpu(visible_gpus(), folder))


def visible_gpus() -> list[str]:
    """Return a name for each GPU that this process may use: from CUDA_VISIBLE_DEVICES, or its number."""
    count = torch.cuda.device_count()
    given = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    names = [re.sub(r"[^A-Za-z0-9-]+", "-", name.strip()) for name in given.split(",")]
    return names[:count] if given and len(names) >= count else [str(number) for number in range(count)]


def lease_gpu(gpus: Sequence[str], folder: Path) -> int:
    """Lock the first free file `gpu<name>.<round>` and return the index of its GPU.

    Round 0 gives each GPU one training. Later rounds share them: `--resources gpu=N` may
    exceed the number of GPUs. Raises DeviceError if the folder is a link or another user's.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.lstat().st_uid != os.getuid():
        raise DeviceError(f"{folder} is a link or belongs to another user; remove it, or set TMPDIR.")
    places = ((number, index) for number in itertools.count() for index in range(len(gpus)))
    return next(index for number, index in places if _lock(folder / f"gpu{gpus[index]}.{number}"))


def _lock(path: Path) -> bool:
    """Lock a file until this process ends, unless another process has locked it."""
    lock = FileLock(path, blocking=False)
    try:
        lock.acquire()
    except Timeout:
        return False
    _held.append(lock)
    return True
