"""The scale on which a claim is tested. Only this module turns values to it, and effects back."""

from typing import NamedTuple

import numpy as np

from fmnist.analysis.statistics import Array

POINTS, PERCENT, SHARE = "points", "%", "% of seeds"  # the units of an effect


class Scale(NamedTuple):
    """Relative measures are tested as logarithms, and negated where the claim expects its first run below."""

    relative: bool
    falls: bool

    @property
    def unit(self) -> str:
        """The unit of effects and margins."""
        return PERCENT if self.relative else POINTS

    def tested(self, values: Array) -> Array:
        """Return values as they are tested. A loss or time of zero has no logarithm and becomes NaN."""
        scaled = np.log(np.where(values > 0, values, np.nan)) if self.relative else values
        return -scaled if self.falls else scaled

    def tested_margin(self, margin: float) -> float:
        """Return a margin, as report/claims.yaml has it, as a difference of tested values."""
        return float(np.log1p(margin)) if self.relative else margin

    def effect(self, tested: float) -> float:
        """Return a difference of tested values in the unit: by how much the run claimed higher exceeds the other."""
        return float(100 * np.expm1(tested)) if self.relative else tested
