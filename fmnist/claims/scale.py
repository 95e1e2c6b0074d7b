"""The scale on which a claim is tested. Only this module turns values to it, and differences back."""

from typing import NamedTuple

import numpy as np

from fmnist.analysis.statistics import Array
from fmnist.claims.claim_list import Claim

POINTS, PERCENT, SHARE = "points", "%", "% of seeds"  # the units of an effect


class Scale(NamedTuple):
    """Relative measures are tested as logarithms. The tests expect the first run above the others."""

    relative: bool
    sign: int  # of an effect where the claim holds: -1 where it expects the first run below the others

    @property
    def unit(self) -> str:
        """The unit of effects and margins."""
        return PERCENT if self.relative else POINTS

    def tested(self, values: Array) -> Array:
        """Return values as they are tested. A loss or time of zero has no logarithm and becomes NaN."""
        return self.sign * (np.log(np.where(values > 0, values, np.nan)) if self.relative else values)

    def tested_margin(self, margin: float) -> float:
        """Return a margin, as report/claims.yaml has it, as a difference of tested values."""
        return float(np.log1p(margin)) if self.relative else margin

    def size(self, tested: float) -> float:
        """Return a size, which has no direction, in the unit."""
        return float(100 * np.expm1(tested)) if self.relative else tested

    def effect(self, tested: float) -> float:
        """Return a difference of tested values in the unit, with the sign that was measured."""
        return self.size(self.sign * tested)


def scale_of(claim: Claim, relative: bool) -> Scale:
    """Return the scale of a claim: the best loss is the lowest, and a fall is a rise of negated values."""
    lowest = claim.form == "best" and claim.measure == "train_loss"
    return Scale(relative, -1 if lowest or claim.form in ("falling", "fall_rise") else 1)
