"""From p-values to a verdict."""

import math

import pytest

from fmnist.claims.verdicts import verdict


@pytest.mark.parametrize(
    ("support", "against", "equal", "small", "expected"),
    [
        (0.01, 1, 0.9, 0.9, "supported"),
        (0.01, 1, 0.01, 0.01, "supported, but smaller than matters"),
        (0.9, 0.01, 0.9, 0.9, "contradicted"),
        (0.9, 0.9, 0.01, 0.9, "equivalent"),
        (0.9, 0.9, 0.9, 0.01, "inconclusive"),
        (0.05, 0.05, 0.05, 0.05, "inconclusive"),
        (0.9, 0.01, math.nan, math.nan, "contradicted"),
        (0.9, 0.9, math.nan, math.nan, "inconclusive"),
    ],
)
def test_verdicts(support: float, against: float, equal: float, small: float, expected: str) -> None:
    assert verdict(support=support, against=against, equal=equal, small=small, significance=0.05) == expected
