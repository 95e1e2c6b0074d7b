"""From the p-values of a claim to its verdict. Never "refuted" because p > 0.05: the opposite must be shown."""

SUPPORTED = "supported"
SMALL = "supported, but smaller than matters"
EQUIVALENT = "equivalent"
INCONCLUSIVE = "inconclusive"
CONTRADICTED = "contradicted"
NOT_TESTABLE = "not testable"
ONE_SEED = "no verdict: one seed"
TWO_SEEDS = "no verdict: two seeds"

WITHOUT_VERDICT = (NOT_TESTABLE, ONE_SEED, TWO_SEEDS)  # by the number of seeds
VERDICTS = (SUPPORTED, SMALL, EQUIVALENT, INCONCLUSIVE, CONTRADICTED, *WITHOUT_VERDICT)


def verdict(*, support: float, against: float, equal: float, small: float, significance: float) -> str:
    """Return the verdict on a claim; a NaN is a test that the claim's form does not have.

    `support` and `against` are Holm-adjusted over the whole list of claims: these two speak
    for or against the original. `equal` (no difference that matters where one is claimed) and
    `small` (the difference shown is smaller than matters) are as they are.
    """
    if support < significance:
        return SMALL if small < significance else SUPPORTED
    if against < significance:
        return CONTRADICTED
    return EQUIVALENT if equal < significance else INCONCLUSIVE
