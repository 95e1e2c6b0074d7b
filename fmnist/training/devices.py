"""Where a run is trained: the GPU that Snakemake granted, or the CPU."""

import os

import torch

from fmnist.common.errors import DeviceError


def choose_device(demanded: str, granted_gpus: int) -> torch.device:
    """Return the device for `device: auto|cpu|cuda` and the `gpu` resource of the job.

    Raises DeviceError where the config demands cuda and there is none, or none was granted.
    """
    if demanded == "cuda":
        require_cuda()
        if granted_gpus < 1:
            raise DeviceError("device is 'cuda' and Snakemake granted no GPU; allowed: --resources gpu=1, device: cpu.")
        return torch.device("cuda")
    granted = demanded == "auto" and granted_gpus > 0 and torch.cuda.is_available()
    return torch.device("cuda" if granted else "cpu")


def require_cuda() -> None:
    """Raise DeviceError where PyTorch finds no CUDA GPU on this machine."""
    if not torch.cuda.is_available():
        raise DeviceError("device is 'cuda' and PyTorch finds no CUDA GPU here; allowed: auto, cpu, or a CUDA machine.")


def make_deterministic(device: torch.device, threads: int) -> None:
    """Set torch so that equal runs give equal bytes, on as many threads as Snakemake gives.

    On CUDA that takes torch's deterministic kernels, cuBLAS's fixed workspace and full
    float32: no TF32, no autotuning. Call it before anything is computed there.
    """
    torch.set_num_threads(threads)
    if device.type == "cuda":
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when cuBLAS starts
        torch.use_deterministic_algorithms(True)
        torch.backends.cudnn.benchmark = False
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cuda.matmul.allow_tf32 = False
