"""What a claim is about, as one number: it can be tested against any threshold, and has bounds.

Two rules combine comparisons without raising the error (benchmarks/calibration.py): where all must
exceed a threshold, the largest p decides as it is; where one is enough, the smallest p is
multiplied by their number (Bonferroni). The bounds follow the same rules, so that a bound excludes
exactly the thresholds that the test rejects.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Union

import numpy as np

from fmnist.analysis.statistics import Difference

Estimand = Union["Comparison", "Extreme"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison(Difference):
    """The difference of two columns of values, the first minus the second."""

    first: int
    second: int

    @property
    def comparison(self) -> "Comparison":
        """The comparison of two runs that decides."""
        return self


@dataclass(frozen=True, slots=True)
class Extreme:
    """The least of several numbers, such as a run's lead over the best of the others; or the greatest."""

    parts: Sequence[Estimand]
    greatest: bool

    @property
    def effect(self) -> float:
        """The estimate."""
        return self._extreme.effect

    @property
    def comparison(self) -> Comparison:
        """The comparison of two runs that decides."""
        return self._extreme.comparison

    @property
    def _extreme(self) -> Estimand:
        return (max if self.greatest else min)(self.parts, key=lambda part: part.effect)

    def p_above(self, threshold: float = 0.0) -> float:
        """Return the p of a true number above the threshold: for the least, all are; for the greatest, one is."""
        p_values = [part.p_above(threshold) for part in self.parts]
        return smallest(p_values) if self.greatest else float(np.max(p_values))

    def p_below(self, threshold: float = 0.0) -> float:
        """Return the p of a true number below the threshold."""
        p_values = [part.p_below(threshold) for part in self.parts]
        return float(np.max(p_values)) if self.greatest else smallest(p_values)

    def lower(self, level: float) -> float:
        """Return the one-sided lower bound."""
        if self.greatest:
            return float(np.max([part.lower(level / len(self.parts)) for part in self.parts]))
        return float(np.min([part.lower(level) for part in self.parts]))

    def upper(self, level: float) -> float:
        """Return the one-sided upper bound."""
        if self.greatest:
            return float(np.max([part.upper(level) for part in self.parts]))
        return float(np.min([part.upper(level / len(self.parts)) for part in self.parts]))

    def with_seeds(self, seeds: int) -> "Extreme":
        """Return it for the same means and deviations over another number of seeds."""
        return replace(self, parts=[part.with_seeds(seeds) for part in self.parts])


def smallest(p_values: Sequence[float]) -> float:
    """Return the smallest p after Bonferroni's correction; NaN where one is NaN."""
    return float(np.minimum(1.0, len(p_values) * np.min(p_values)))
