"""Time the native engine with a training on each core: python benchmarks/gpu_core.py CASE STEPS PROCESSES DATA.

Prints each training's seconds per epoch.
"""

import multiprocessing
import sys
from multiprocessing.synchronize import Barrier
from pathlib import Path

from one_core import use_one_thread

use_one_thread()  # before anything imports numpy

import torch  # noqa: E402
from cases import EPOCH, case_config, load_arrays  # noqa: E402
from peers import ours  # noqa: E402

from fmnist.training.native.build import library  # noqa: E402


def main(case: str, steps: int, processes: int, data: Path) -> None:
    library()  # compile once, not in every process
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(processes)
    with context.Pool(processes, _start, (barrier,)) as pool:
        for seconds in pool.starmap(_measure, [(case, steps, data)] * processes, chunksize=1):
            print(seconds)


_barriers: list[Barrier] = []  # of this process: the one that all share


def _start(barrier: Barrier) -> None:
    _barriers.append(barrier)


def _measure(case: str, steps: int, data: Path) -> float:
    torch.set_num_threads(1)
    config = case_config(case)
    steps = min(steps, EPOCH // config.batch_size)
    train = ours.build_native(config, load_arrays(data))
    train(steps)
    _barriers[0].wait()  # each process measures one training, and all of them at the same time
    return train(steps) / steps * EPOCH / config.batch_size


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
