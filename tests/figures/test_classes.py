"""The figures of the classes: their numbers, what is bold, and that they are drawn whatever the config."""

from pathlib import Path

import numpy as np
import pytest
from figure_builders import svg, ticks
from matplotlib.figure import Figure

from fmnist.analysis.class_changes import Change, Panel
from fmnist.data.datasets import CLASS_NAMES
from fmnist.figures.classes import classes_figure, confusion_figure

pytestmark = [pytest.mark.filterwarnings("error"), pytest.mark.usefixtures("no_figure_stays_open")]


def panel(title: str) -> Panel:
    percent = np.diag(np.full(10, 87.6))
    percent[6, 0], percent[2, 4] = 12.4, 0.4
    return Panel(run_id=title, title=title, percent=percent)


def change(name: str, *differences: float, p: float = 1.0) -> Change:
    points = np.resize(np.array([*differences, *[0] * 10]), 10)
    return Change(name=name, difference=points, adjusted_p=np.array([p, *[1] * 9]), overall=float(points.mean()))


def numbers(figure: Figure) -> dict[tuple[int, int], str]:
    """Return the numbers that are printed, by row and column."""
    places = {text.get_position(): text.get_text() for text in figure.axes[0].texts if text.get_text()}
    return {(int(row), int(column)): text for (column, row), text in places.items()}


def test_matrices_have_the_classes_in_order_and_print_what_does_not_round_to_zero(tmp_path: Path) -> None:
    figure = confusion_figure([panel("One"), panel("Two")], CLASS_NAMES)
    assert ticks(figure.axes[0], "x") == ticks(figure.axes[0], "y") == list(CLASS_NAMES)
    assert [axes.get_title() for axes in figure.axes[:2]] == ["One", "Two"]
    assert figure.axes[0].get_ylim() == (10, 0)  # the first class on top
    assert numbers(figure) == {**{(index, index): "88" for index in range(10)}, (6, 0): "12"}
    svg(figure, tmp_path)


def test_changes_are_printed_with_signs_and_bold_where_shown(tmp_path: Path) -> None:
    figure = classes_figure(
        [change("with dropout", 1.26, -2.34, 0.04, p=0.01), change("SGD", -3.0, p=0.2)], CLASS_NAMES
    )
    assert ticks(figure.axes[0], "x") == list(CLASS_NAMES)
    assert ticks(figure.axes[0], "y") == ["with dropout", "SGD"]
    printed = numbers(figure)
    assert [printed[0, column] for column in range(4)] == ["+1.3", "−2.3", "0.0", "0.0"]
    assert [text.get_text() for text in figure.axes[0].texts if text.get_weight() == "bold"] == ["+1.3"]
    svg(figure, tmp_path)


def test_colours_are_centred_at_zero() -> None:
    axes = classes_figure([change("a", 4.0, -1.0), change("b", 2.0, 3.0)], CLASS_NAMES).axes
    low, high = axes[1].get_ylim()
    assert low == -high
    gain, loss, nothing = axes[0].collections[0].to_rgba(np.array([4.0, -3.0, 0.0]))
    assert gain[2] > gain[0]  # blue
    assert loss[0] > loss[2]  # red
    assert nothing[:3] == pytest.approx(np.full(3, 0.97), abs=0.01)


@pytest.mark.parametrize("figure", [confusion_figure, classes_figure])
def test_where_there_is_nothing_to_draw_the_figure_says_so(figure: "object", tmp_path: Path) -> None:
    empty = figure([], CLASS_NAMES)  # type: ignore[operator]
    assert len(empty.texts[0].get_text()) > 30
    svg(empty, tmp_path)
