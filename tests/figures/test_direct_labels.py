"""Names beside curves keep the curves' order and do not overlap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmnist.figures.direct_labels import apart


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([0.1, 0.5, 0.9], [0.1, 0.5, 0.9]),
        ([0.5, 0.5], [0.5, 0.6]),
        ([1.0, 0.99], [1.0, 0.9]),
        ([0.3, 0.2, 0.31], [0.3, 0.2, 0.4]),
        ([], []),
    ],
)
def test_places_move_only_as_far_as_they_must(places: list[float], expected: list[float]) -> None:
    np.testing.assert_allclose(apart(np.array(places), 0.1), expected)


@given(st.lists(st.floats(0, 1), max_size=9))
def test_places_are_apart_in_their_order_and_within_the_panel(places: list[float]) -> None:
    moved = apart(np.array(places), 0.1)
    order = np.argsort(places, kind="stable")
    assert (np.diff(moved[order]) >= 0.1 - 1e-9).all()
    assert not places or moved.max() <= 1 + 1e-9
