"""Claims about the shape of a loss curve: in how many seeds a property holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fmnist.analysis.statistics import Array, share_p


@dataclass(frozen=True, kw_only=True, slots=True)
class ShareOutcome:
    """In how many seeds a property holds, and the exact p that it holds in most, or in few."""

    successes: int
    n: int
    support: float
    against: float


def share(holds: Sequence[bool]) -> ShareOutcome:
    """A property of a run holds in more than half of all seeds; the opposite: in fewer than half."""
    successes, n = sum(holds), len(holds)
    if n == 0:
        return ShareOutcome(successes=0, n=0, support=float("nan"), against=float("nan"))
    return ShareOutcome(
        successes=successes, n=n, support=share_p(successes, n), against=share_p(successes, n, alternative="less")
    )


def falls_at_every_epoch(losses: Array) -> bool:
    """Tell whether a loss curve falls from every epoch to the next; one that is lost on the way does not."""
    return bool((np.diff(losses) < 0).all())


def rises_at_some_epoch(losses: Array) -> bool:
    """Tell whether a loss curve rises at least once; a loss that is no number any more has risen."""
    return bool((np.diff(losses) > 0).any() or not np.isfinite(losses).all())


CURVES: dict[str, Callable[[Array], bool]] = {
    "falls_at_every_epoch": falls_at_every_epoch,
    "rises_at_some_epoch": rises_at_some_epoch,
}
