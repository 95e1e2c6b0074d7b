"""Which sweeps are geometric, and colours that can be told apart."""

import pytest

from fmnist.figures.style import colours, is_geometric


@pytest.mark.parametrize(
    ("values", "geometric"),
    [
        ([1, 2, 8], True),
        ([0.0001, 0.0016, 0.0128], True),
        ([1, 2, 7.9], False),
        ([1, 8], False),
        ([0, 1, 8], False),
        ([-1, 1, 8], False),
        ([False, True, True], False),
        (["a", "b", "c"], False),
        ([1, 10, "x"], False),
        ([[6, 16, 120], [32, 64, 256], [1, 1, 1]], False),
        ([None, 1, 8], False),
        ([], False),
    ],
)
def test_which_sweeps_are_geometric(values: list[object], geometric: bool) -> None:
    assert is_geometric(values) is geometric


@pytest.mark.parametrize("ordered", [False, True])
def test_as_many_colours_as_asked_for_and_none_too_light(ordered: bool) -> None:
    palette = colours(8, ordered)
    assert len(set(palette)) == 8
    luminance = [0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b, *_ in palette]
    assert max(luminance) < 0.9
    if ordered:
        assert luminance == sorted(luminance)
