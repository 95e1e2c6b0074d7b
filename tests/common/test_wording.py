"""Numbers, counts and settings as tables and prose show them."""

from typing import Any

import pytest

from fmnist.common import wording


@pytest.mark.parametrize(
    ("function", "arguments", "text"),
    [
        ("decimals", (0.0049, 2), "0.00"),
        ("decimals", (-0.001, 2), "0.00"),
        ("decimals", (-1.5, 1), "−1.5"),
        ("percent", (89.4,), "89.40"),
        ("percent", (None,), "–"),
        ("loss", (0.1 + 0.2,), "0.3000"),
        ("signed", (1.234,), "+1.23"),
        ("signed", (-1.234,), "−1.23"),
        ("signed", (-0.001,), "0.00"),
        ("integer", (61706.4,), "61,706"),
        ("duration", (9.94,), "9.9 s"),
        ("duration", (59.4,), "59 s"),
        ("duration", (59.6,), "1 min 00 s"),
        ("duration", (12_000,), "3 h 20 min"),
        ("spread", (89.4, 0.25, 1), "89.4 ± 0.2"),
        ("spread", (89.4, None, 1), "89.4"),
        ("counted", (1, "seed"), "1 seed"),
        ("counted", (1500, "class", "classes"), "1,500 classes"),
        ("word", ("6x16x120, leaky_relu",), "6/16/120, leaky ReLU"),
        ("listed", (["a", "b", "c"],), "a, b and c"),
        ("listed", (["a"],), "a"),
        ("ranges", ([3],), "3"),
        ("ranges", ([0, 1],), "0 and 1"),
        ("ranges", ([0, 1, 2, 5, 10, 11, 12],), "0 to 2, 5 and 10 to 12"),
        ("ranges", ([],), ""),
        ("setting", ("learning_rate",), "learning rate"),
        ("setting_value", ("dropout", "true"), "with dropout"),
        ("setting_value", ("pooling", "max"), "max pooling"),
        ("setting_value", ("optimizer", "adam"), "Adam"),
        ("setting_value", ("learning_rate", "0.0016"), "learning rate 0.0016"),
    ],
)
def test_as_text(function: str, arguments: tuple[Any, ...], text: str) -> None:
    assert getattr(wording, function)(*arguments) == text
