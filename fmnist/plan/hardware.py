"""What this machine has, found out without importing torch (the Snakefile asks)."""

from pathlib import Path


def has_nvidia_gpu() -> bool:
    """Tell whether the NVIDIA driver shows a GPU here; PyTorch decides later if it can use it."""
    return any(Path("/dev").glob("nvidia[0-9]*"))
