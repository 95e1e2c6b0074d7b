"""Which sweeps are geometric, and colours that can be told apart."""

import pytest

from fmnist.figures.style import colours, is_geometric


@pytest.mark.parametrize(
    ("values", "geometric"),
    [
        ([0.0001, 0.0016, 0.0128], True),
        ([1, 2, 7.9], False),
        ([1, 8], False),
        ([1, 10, "x"], False),
        ([[6, 16, 120], [32, 64, 256], [1, 1, 1]], False),
    ],
)
def test_which_sweeps_are_geometric(values: list[object], geometric: bool) -> None:
    assert is_geometric(values) is geometric


@pytest.mark.parametrize("ordered", [False, True])
def test_colours_differ_and_none_is_too_light(ordered: bool) -> None:
    palette = colours(8, ordered)
    luminance = [0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b, *_ in palette]
    assert len(set(palette)) == 8
    assert max(luminance) < 0.9
    assert luminance == sorted(luminance) or not ordered
