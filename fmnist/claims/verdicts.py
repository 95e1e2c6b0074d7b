"""From the three p-values of a claim to its verdict. Never "fails" because p > 0.05: the opposite must be shown."""

from fmnist.claims.forms import PValues

HOLDS = "holds"
SMALL = "holds, by less than matters"
NO_DIFFERENCE = "no difference that matters"
FAILS = "fails"
OPEN = "open"
DEPENDS = "depends"  # on what the claim leaves unsaid: two readings of it come out opposite
NOT_TESTABLE = "not testable"
TOO_FEW = "too few seeds"

WITHOUT_VERDICT = (NOT_TESTABLE, TOO_FEW)
VERDICTS = (HOLDS, SMALL, NO_DIFFERENCE, FAILS, DEPENDS, OPEN, *WITHOUT_VERDICT)


def verdict(adjusted: PValues, significance: float) -> str:
    """Return the verdict by p-values that are corrected for the number of claims; a NaN shows nothing."""
    if adjusted.holds < significance:
        return SMALL if adjusted.no_difference < significance else HOLDS
    if adjusted.fails < significance:
        return FAILS
    return NO_DIFFERENCE if adjusted.no_difference < significance else OPEN


def opposite(one: str, other: str) -> bool:
    """Return whether one verdict says that a claim holds, and the other that it fails."""
    return {one, other} in ({HOLDS, FAILS}, {SMALL, FAILS})
