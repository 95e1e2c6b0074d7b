"""Arrays to try statistics on."""

import math

import numpy as np

from fmnist.analysis.statistics import Array

NAN = math.nan


def array(*values: float) -> Array:
    return np.array(values, dtype=float)


def noise(seed: int, shape: int | tuple[int, int], deviation: float = 1.0) -> Array:
    return np.random.default_rng(seed).normal(0, deviation, size=shape)
