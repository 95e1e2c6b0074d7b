"""How much work a run is beside others, so that the longest can start first. The Snakefile asks: no torch, no numpy."""

from fmnist.training.settings import FCConfig, RunConfig

PIXELS, WINDOW, UNITS, CLASSES = 28 * 28, 5 * 5, 84, 10


def work(run: RunConfig) -> int:
    """Multiplications of one image's way forward, times the epochs: a training's time, roughly, in some unit."""
    return run.epochs * _multiplications(run)


def _multiplications(run: RunConfig) -> int:
    if isinstance(run.architecture, FCConfig):
        return run.architecture.hidden_units * (PIXELS + CLASSES)
    first, second, third = run.architecture.channels
    convolutions = PIXELS * WINDOW * first + 10 * 10 * WINDOW * first * second + WINDOW * second * third
    return convolutions + UNITS * (third + CLASSES)
