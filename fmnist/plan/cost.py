"""How much work a run is, so that the longest start first, and whether a GPU is here. Needs no torch."""

from pathlib import Path

from fmnist.training.settings import FCSettings, LeNet5Settings, RunSettings

PIXELS, WINDOW, UNITS, CLASSES = 28 * 28, 5 * 5, 84, 10


def work(run: RunSettings) -> int:
    """Return the multiplications of one image's forward pass, times the epochs: a training's time in some unit."""
    return run.epochs * _multiplications(run)


def _multiplications(run: RunSettings) -> int:
    if isinstance(run, FCSettings):
        return run.hidden_units * (PIXELS + CLASSES)
    # Nobody knows the work of a network of the config's author: take LeNet-5's.
    first, second, third = run.channels if isinstance(run, LeNet5Settings) else LeNet5Settings().channels
    convolutions = PIXELS * WINDOW * first + 10 * 10 * WINDOW * first * second + WINDOW * second * third
    return convolutions + UNITS * (third + CLASSES)


def has_nvidia_gpu() -> bool:
    """Return whether the NVIDIA driver shows a GPU here; PyTorch decides later if it can use it."""
    return any(Path("/dev").glob("nvidia[0-9]*"))
