"""How numbers and configs are written: ties of rounding are ties of decimals, not of binary arithmetic."""

from typing import Any

import yaml

from fmnist.common.wording import decimals, signed
from fmnist.report.markdown import compact_yaml


def test_a_number_and_its_binary_neighbours_are_written_alike_and_zero_without_a_sign() -> None:
    assert {signed(value) for value in (-0.055, -0.05499999999999972, -0.05500000000000682)} == {signed(-0.055)}
    assert decimals(-0.05499999999999972, 2) == decimals(-0.055, 2)
    assert (signed(-0.0004), signed(0.0), decimals(-0.0, 2)) == ("0.00", "0.00", "0.00")


def test_a_config_on_few_lines_is_the_same_config() -> None:
    config: dict[str, Any] = {
        "seeds": 3,
        "report": {"title": "a: b, 'c'", "banner": None},
        "models": {"fc": {"hidden_units": 512}},
    }
    config["experiments"] = {
        "scheduler_lr_0.01": {"set": {"learning_rate": 0.01}, "sweep": {"channels": [[6, 16]] * 40}}
    }
    text = compact_yaml(config)
    assert yaml.safe_load(text) == config
    assert len(text.splitlines()) == 6
