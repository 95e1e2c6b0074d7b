"""What the processes of test_leases.py do; imports little, since each of them imports it."""

from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from fmnist.runs.gpu_leases import lease_gpu


def hold_a_lease(gpus: list[str], folder: Path, together: Any, pipe: Connection) -> None:
    """Lease a GPU when all others do, send its index, and keep it until killed."""
    together.wait()
    pipe.send(lease_gpu(gpus, folder))
    pipe.recv()
