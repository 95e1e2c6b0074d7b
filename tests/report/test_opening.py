"""The first screen's table."""

from typing import Any

from fmnist.report.opening import opening_table

CHANGE: dict[str, Any] = {
    **{"experiment": "pooling", "name": "max <pooling>", "effect": 1.0, "lower": 0.5, "upper": 1.5, "printed": 2.0},
    **{"word": "helps", "claim": "max-pooling"},
}


def test_a_row_says_and_draws_its_numbers_and_escapes_its_name() -> None:
    table = opening_table([CHANGE], 0.5, "A caption")
    assert 'aria-label="+1.00 points, 90 % interval +0.50 to +1.50; the original +2.00"' in table
    assert '<circle class="mark" cx="200.0"' in table  # 40 units a point, from 160
    assert "max &lt;pooling&gt;" in table
    assert '<a href="#claim-max-pooling">▲ helps</a>' in table


def test_off_the_scale_there_is_an_arrow_and_without_a_verdict_a_dash() -> None:
    table = opening_table([CHANGE | {"effect": -9.0, "word": None, "claim": None}], 0.5, "A caption")
    assert "circle" not in table
    assert "<td>–</td>" in table
    assert opening_table([], 0.5, "A caption") == ""
