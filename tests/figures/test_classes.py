"""The figures of the classes: their numbers, what is bold, and that they are drawn whatever the config."""

from pathlib import Path

import numpy as np
import pytest
from figure_builders import svg, ticks
from matplotlib.figure import Figure

from fmnist.analysis.class_changes import Change, Panel
from fmnist.data.fashion_mnist import CLASS_NAMES
from fmnist.figures.classes import MOST_ROWS, classes_figure, confusion_figure

pytestmark = [pytest.mark.filterwarnings("error"), pytest.mark.usefixtures("no_figure_stays_open")]


def panel(title: str = "A network", right: float = 90.0) -> Panel:
    percent = np.diag(np.full(10, right))
    percent[6, 0] = 100 - right
    percent[2, 4] = 0.4
    return Panel(run_id=title, title=title, percent=percent)


def change(name: str, *differences: float, p: float = 1.0) -> Change:
    points = np.zeros(10)
    points[: len(differences)] = differences
    adjusted = np.ones(10)
    adjusted[0] = p
    return Change(run_id=name, name=name, difference=points, adjusted_p=adjusted, overall=float(points.mean()))


def numbers(figure: Figure) -> dict[tuple[int, int], str]:
    """The numbers that are printed, by row and column."""
    places = {text.get_position(): text.get_text() for text in figure.axes[0].texts if text.get_text()}
    return {(int(row), int(column)): text for (column, row), text in places.items()}


def test_every_class_is_a_row_and_a_column_in_order() -> None:
    figure = confusion_figure([panel("One"), panel("Two")])
    assert ticks(figure.axes[0], "x") == ticks(figure.axes[0], "y") == list(CLASS_NAMES)
    assert [axes.get_title() for axes in figure.axes[:2]] == ["One", "Two"]
    assert figure.axes[0].get_ylim() == (10, 0)  # the first class on top


def test_matrices_print_what_does_not_round_to_zero() -> None:
    printed = numbers(confusion_figure([panel(right=87.6)]))
    assert printed == {**{(index, index): "88" for index in range(10)}, (6, 0): "12"}


def test_changes_are_printed_with_signs_and_bold_where_shown() -> None:
    figure = classes_figure([change("with dropout", 1.26, -2.34, 0.04, p=0.01), change("SGD", -3.0, p=0.2)])
    assert ticks(figure.axes[0], "x") == list(CLASS_NAMES)
    assert ticks(figure.axes[0], "y") == ["with dropout", "SGD"]
    printed = numbers(figure)
    assert [printed[0, column] for column in range(4)] == ["+1.3", "−2.3", "0.0", "0.0"]
    bold = [text.get_text() for text in figure.axes[0].texts if text.get_weight() == "bold"]
    assert bold == ["+1.3"]


def test_colours_are_centred_at_zero() -> None:
    axes = classes_figure([change("a", 4.0, -1.0), change("b", 2.0, 3.0)]).axes
    low, high = axes[1].get_ylim()
    assert low == -high
    cells = axes[0].collections[0]
    gain, loss, nothing = cells.to_rgba(np.array([4.0, -3.0, 0.0]))
    assert cells.get_clim() == (low, high)
    assert gain[2] > gain[0]  # blue
    assert loss[0] > loss[2]  # red
    assert nothing[:3] == pytest.approx(np.full(3, 0.97), abs=0.01)


def test_of_very_many_changes_the_largest_are_drawn_in_their_order() -> None:
    changes = [change(f"change {size}", size / 10) for size in range(MOST_ROWS + 5)]
    assert ticks(classes_figure(changes).axes[0], "y") == [f"change {size}" for size in range(5, MOST_ROWS + 5)]


@pytest.mark.parametrize("draw", [lambda: confusion_figure([]), lambda: classes_figure([])])
def test_where_there_is_nothing_to_draw_the_figure_says_so(draw: "object", tmp_path: Path) -> None:
    figure = draw()  # type: ignore[operator]
    assert len(figure.texts[0].get_text()) > 30
    svg(figure, tmp_path)


def test_figures_are_the_same_bytes_each_time(tmp_path: Path) -> None:
    for draw in (lambda: confusion_figure([panel(), panel("B")]), lambda: classes_figure([change("c", 1.0)])):
        assert svg(draw(), tmp_path) == svg(draw(), tmp_path)
