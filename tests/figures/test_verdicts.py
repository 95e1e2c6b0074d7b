"""The figure of all verdicts: effects in margins, names, and that every verdict can be drawn."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from figure_builders import legend_of, points, svg, ticks

from fmnist.claims.table_row import COLUMNS
from fmnist.claims.verdicts import VERDICTS
from fmnist.figures.verdicts import overview_figure

pytestmark = [pytest.mark.filterwarnings("error"), pytest.mark.usefixtures("no_figure_stays_open")]

ROWS = (
    ("up", "holds", 1.0, 0.5, 1.5, "points", 0.5),
    ("down", "fails", -2.0, -2.5, -1.5, "points", 0.5),
    ("percent", "holds", 100.0, 90.0, 110.0, "%", 5.0),
    ("same", "no difference that matters", 0.1, -0.2, 0.4, "points", 0.5),
    ("curve", "open", 100.0, 55.0, 100.0, "% of seeds", np.nan),
    ("none", "not testable", np.nan, np.nan, np.nan, np.nan, np.nan),
)


def verdict_rows(*rows: Sequence[Any]) -> pd.DataFrame:
    """Build a claims.csv."""
    names = ("id", "verdict", "effect", "lower", "upper", "unit", "margin")
    return pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows], columns=list(COLUMNS))


def test_effects_are_in_margins_and_to_the_right_where_they_are_as_claimed(tmp_path: Path) -> None:
    figure = overview_figure(verdict_rows(*ROWS))
    (axes,) = figure.axes
    assert ticks(axes, "y") == [row[0] for row in ROWS]
    assert legend_of(figure) == ["holds", "no difference that matters", "fails"]
    percent = np.log(2) / np.log(1.05)
    np.testing.assert_allclose(points(axes, "holds"), [(2, 0), (percent, 2)])
    np.testing.assert_allclose(points(axes, "fails"), [(-4, 1)])
    np.testing.assert_allclose(points(axes, "no difference that matters"), [(0.2, 3)])
    assert axes.get_xlim()[1] > np.log(2.1) / np.log(1.05)
    svg(figure, tmp_path)


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_can_be_drawn(verdict: str, tmp_path: Path) -> None:
    one = verdict_rows(("one", verdict, 0.3, np.nan, np.nan, "points", 0.5))
    svg(overview_figure(one), tmp_path)
