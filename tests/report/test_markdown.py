"""How numbers are written: ties of rounding are ties of decimals, not of binary arithmetic."""

import pytest

from fmnist.common.wording import decimals, signed


@pytest.mark.parametrize("value", [-0.055, -0.05499999999999972, -0.05500000000000682])
def test_a_number_and_its_binary_neighbours_are_written_alike(value: float) -> None:
    assert (signed(value), decimals(value, 2)) == (signed(-0.055), decimals(-0.055, 2))


def test_zero_has_no_sign() -> None:
    assert (signed(-0.0004), signed(0.0), decimals(-0.0, 2)) == ("0.00", "0.00", "0.00")
