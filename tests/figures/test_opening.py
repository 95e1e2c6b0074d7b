"""The opening picture: a row a change, with its number and its verdict."""

from pathlib import Path

import pandas as pd
import pytest
from figure_builders import svg, ticks

from fmnist.figures.opening import opening_figure

pytestmark = pytest.mark.usefixtures("no_figure_stays_open")


def test_each_change_has_a_row_with_its_number_and_its_word(tmp_path: Path) -> None:
    changes = pd.DataFrame(
        [("max pooling", 0.8, 0.5, 1.1, 1.6, "helps"), ("SGD", -14.7, -15.0, -14.4, -13.3, None)],
        columns=["name", "effect", "lower", "upper", "printed", "word"],
    )
    figure = opening_figure(changes, 0.5)
    assert ticks(figure.axes[0], "y") == ["max pooling", "SGD"]
    assert [text.get_text() for text in figure.axes[0].texts] == ["+0.80  ▲ helps", "−14.70"]
    svg(figure, tmp_path)
