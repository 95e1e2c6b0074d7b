"""Small, pure statistics on arrays of per-seed values."""

from collections.abc import Sequence

import numpy as np
from scipy.special import stdtrit  # the t quantile; scipy.stats takes a second to import


def prediction_interval(values: Sequence[float], level: float = 0.95) -> tuple[float, float] | None:
    """Where one further run should fall: mean +- t * s * sqrt(1 + 1/n).

    One reported number without variance is held against this interval. None for fewer
    than two finite values, since one run says nothing about spread.
    """
    finite = [value for value in values if np.isfinite(value)]
    if len(finite) < 2:
        return None
    n = len(finite)
    t = stdtrit(n - 1, (1 + level) / 2)
    half_width = float(t * np.std(finite, ddof=1) * np.sqrt(1 + 1 / n))
    mean = float(np.mean(finite))
    return mean - half_width, mean + half_width
