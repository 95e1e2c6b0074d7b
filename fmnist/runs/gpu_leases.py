"""Leases of GPUs: trainings that run side by side spread themselves over a machine's GPUs.

A lease is a locked file, `gpu<name>.<slot>`, in a folder of the user's on the machine: the
kernel unlocks it when the process ends, however it ends.
"""

import fcntl
import itertools
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch

from fmnist.common.errors import DeviceError


def take_gpu() -> None:
    """Make the GPU with the fewest leases torch's current one, and lease it until this process ends."""
    torch.cuda.set_device(lease_gpu(visible_gpus(), lease_folder()))


def visible_gpus() -> list[str]:
    """Return a name for each GPU that this process may use: from CUDA_VISIBLE_DEVICES, or its number."""
    count = torch.cuda.device_count()
    given = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    names = [re.sub(r"[^A-Za-z0-9-]+", "-", name.strip()) for name in given.split(",")]
    return names[:count] if given and len(names) >= count else [str(number) for number in range(count)]


def lease_folder() -> Path:
    """Return the folder of this user's leases, on this machine."""
    return Path(tempfile.gettempdir()) / f"fmnist-gpus-{os.getuid()}"


def lease_gpu(gpus: Sequence[str], folder: Path) -> int:
    """Return the index of the GPU with the fewest leases, the first of equals, with one lease more.

    The lease lasts as long as this process. Any number can be had of one GPU: Snakemake's
    `--resources gpu=N` limits how many trainings run. Raises DeviceError where the folder is
    another user's, or a link.
    """
    _make_own(folder)
    with os.fdopen(_open(folder / "turn"), "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # one process at a time looks and chooses
        leased = [_leased_slots(gpu, folder) for gpu in gpus]
        index = min(range(len(gpus)), key=lambda gpu: len(leased[gpu]))
        slot = next(slot for slot in itertools.count() if slot not in leased[index])
        _lock(folder / f"gpu{gpus[index]}.{slot}")
    return index


def _make_own(folder: Path) -> None:
    """Make the folder; one in a shared temporary folder could be there already, and lead elsewhere."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.lstat().st_uid != os.getuid():
        raise DeviceError(
            f"{folder} is a link, or another user's, so that no GPU can be leased there; allowed: a folder of your own "
            "(remove it, or set TMPDIR)."
        )


def _open(path: Path) -> int:
    """Open a file for locking; never what a link points to."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


def _leased_slots(gpu: str, folder: Path) -> set[int]:
    leased = set()
    for path in folder.glob(f"gpu{gpu}.*"):
        handle = _lock(path)
        if handle is None:
            leased.add(int(path.suffix.removeprefix(".")))
        else:
            os.close(handle)
    return leased


def _lock(path: Path) -> int | None:
    """Lock a file until the handle is closed, or the process ends; None where it is locked already."""
    # A bare handle, which no garbage collection closes.
    handle = _open(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle
