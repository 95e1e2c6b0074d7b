"""The device of a run: the GPU that Snakemake granted, or the CPU."""

import os

import torch

from fmnist.common.errors import DeviceError


def choose_device(demanded: str, granted_gpus: int) -> torch.device:
    """Return the device for `device: auto|cpu|cuda` and the `gpu` resource of the job.

    Raises DeviceError if the config demands cuda and there is no GPU, or Snakemake granted none.
    """
    if demanded == "cuda":
        require_cuda()
        if granted_gpus < 1:
            raise DeviceError("device is 'cuda', but Snakemake granted no GPU; use --resources gpu=1 or device: cpu.")
        return torch.device("cuda")
    granted = demanded == "auto" and granted_gpus > 0 and torch.cuda.is_available()
    return torch.device("cuda" if granted else "cpu")


def require_cuda(demand: str = "device is 'cuda'", instead: str = "device: auto or cpu") -> None:
    """Raise DeviceError if PyTorch finds no CUDA GPU on this machine; the message says who demands one."""
    if not torch.cuda.is_available():
        raise DeviceError(f"{demand}, but PyTorch finds no CUDA GPU here; use {instead}, or a machine with CUDA.")


def make_deterministic(device: torch.device, threads: int) -> None:
    """Set torch to this many threads, and so that equal runs give equal bytes.

    On CUDA this needs torch's deterministic kernels, a fixed workspace of cuBLAS, full float32
    (no TF32) and no autotuning. Call it before the first computation on the device.
    """
    torch.set_num_threads(threads)
    if device.type == "cuda":
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS reads it at its start
        torch.use_deterministic_algorithms(True)
        # Do not fill new tensors first: no operation here reads them unwritten, and each fill is a launch.
        torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
        torch.backends.cudnn.benchmark = False
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cuda.matmul.allow_tf32 = False
