"""How numbers are written: ties of rounding are ties of decimals, not of binary arithmetic."""

from fmnist.common.wording import decimals, signed


def test_a_number_and_its_binary_neighbours_are_written_alike_and_zero_without_a_sign() -> None:
    assert {signed(value) for value in (-0.055, -0.05499999999999972, -0.05500000000000682)} == {signed(-0.055)}
    assert decimals(-0.05499999999999972, 2) == decimals(-0.055, 2)
    assert (signed(-0.0004), signed(0.0), decimals(-0.0, 2)) == ("0.00", "0.00", "0.00")
