"""One thread on one core for every library; set it before importing any of them."""

import os

ENVIRONMENT = {
    **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"),
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
    "CUDA_VISIBLE_DEVICES": "",
    "TORCHINDUCTOR_COMPILE_THREADS": "1",
}


def use_one_thread() -> None:
    """Set the environment for libraries that this process and its children import later."""
    os.environ.update(ENVIRONMENT)


def pin(core: int | None) -> None:
    """Bind this process to a core; None leaves it free."""
    if core is not None:
        os.sched_setaffinity(0, {core})


def last_core() -> int | None:
    """Return the last core that this process may use; None where the system cannot bind (macOS)."""
    return max(os.sched_getaffinity(0)) if hasattr(os, "sched_setaffinity") else None
