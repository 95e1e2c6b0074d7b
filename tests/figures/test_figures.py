"""Figures of made-up runs: what stands in them, that nothing warns, and that bytes repeat."""

import math
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from builders import CONFIG, changed, curves_frame, plan, plan_of, reported, swept_runs
from figure_builders import points
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from fmnist.analysis.statistics import prediction_interval
from fmnist.figures.experiment import experiment_figure
from fmnist.figures.style import save_svg
from fmnist.plan.experiments import Experiment

pytestmark = [pytest.mark.filterwarnings("error"), pytest.mark.usefixtures("no_figure_stays_open")]

EXPERIMENTS = plan(changed({"extensions": True})).experiments


def drawn(experiment: Experiment, seeds: tuple[int, ...] = (0,)) -> Figure:
    runs, curves = swept_runs(experiment, seeds), curves_frame(dict.fromkeys(experiment.run_ids), seeds)
    return experiment_figure(experiment, runs, curves, reported())


def curve(axes: Axes, label: str) -> Line2D:
    (line,) = [line for line in axes.lines if line.get_label() == label]
    return line


def legend_of(figure: Figure) -> list[str]:
    (legend,) = figure.legends
    return [text.get_text() for text in legend.get_texts()]


@pytest.mark.parametrize("name", CONFIG["experiments"])
def test_every_experiment_is_drawn_and_saved_without_a_warning(name: str, tmp_path: Path) -> None:
    save_svg(drawn(EXPERIMENTS[name], seeds=(0, 1)), tmp_path / "figure.svg")
    assert (tmp_path / "figure.svg").read_text(encoding="utf-8").startswith("<?xml")
    assert plt.get_fignums() == []


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_legend_is_no_wider_than_the_figure(name: str) -> None:
    figure = drawn(EXPERIMENTS[name], seeds=(0, 1))
    (legend,) = figure.legends
    assert legend.get_window_extent().width <= figure.bbox.width


def test_cases_are_called_by_their_names_in_legend_and_axes() -> None:
    figure = drawn(EXPERIMENTS["combined_without"])
    names = ["all four", "without channels", "without max pooling", "without batch norm", "without leaky ReLU"]
    assert legend_of(figure)[:5] == names
    assert [text.get_text() for text in figure.axes[1].get_xticklabels()] == names


@pytest.mark.parametrize("name", [name for name, experiment in EXPERIMENTS.items() if experiment.extension])
def test_an_extension_has_no_number_of_the_original(name: str) -> None:
    assert "original, one run" not in legend_of(drawn(EXPERIMENTS[name]))


@pytest.mark.parametrize(("longest", "scale"), [(16, "log"), (15, "linear")])
def test_epochs_are_logarithmic_where_the_longest_run_is_eight_times_the_shortest(longest: int, scale: str) -> None:
    experiment = plan_of({"e": {"sweep": {"epochs": [2, 5, longest]}}}).experiments["e"]
    curves = pd.concat(
        [curves_frame([run_id], epochs=e) for run_id, e in zip(experiment.run_ids, (2, 5, longest), strict=True)]
    )
    left = experiment_figure(experiment, swept_runs(experiment), curves, reported()).axes[0]
    assert left.get_xscale() == scale


def test_a_figure_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    contents = []
    for name in ("a.svg", "b.svg"):
        save_svg(drawn(EXPERIMENTS["dropout"]), tmp_path / name)
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] == contents[1]
    assert b"<dc:date>" not in contents[0]


def test_a_swept_experiment_has_a_curve_for_every_value() -> None:
    left, _, _ = drawn(EXPERIMENTS["pooling"], seeds=(0, 1)).axes
    labels = [line.get_label() for line in left.lines]
    assert labels == ["average", "max"]
    # The losses of the two seeds are 1/epoch and 1.1/epoch; the line is their mean, the band their range.
    np.testing.assert_allclose(curve(left, "max").get_ydata(), [1.05 / epoch for epoch in range(1, 21)])
    np.testing.assert_allclose(curve(left, "max").get_xdata(), range(1, 21))
    band = left.collections[0].get_paths()[0].vertices
    assert (band[:, 1].min(), band[:, 1].max()) == pytest.approx((1 / 20, 1.1))


def test_curves_differ_in_more_than_colour() -> None:
    left = drawn(EXPERIMENTS["batch_size"]).axes[0]
    styles = [(line.get_linestyle(), str(line._dash_pattern)) for line in left.lines]
    assert len(set(styles)) == 8
    assert len({str(line.get_color()) for line in left.lines}) == 8


def test_points_are_percent_by_swept_value_with_the_originals_beside_them() -> None:
    _, middle, right = drawn(EXPERIMENTS["batch_size"]).axes
    sizes = [10, 20, 40, 80, 160, 320, 640, 1280]
    ours = {"middle": points(middle, "ours, one run"), "right": points(right, "ours, one run")}
    np.testing.assert_allclose(ours["middle"], [(size, 80 + index) for index, size in enumerate(sizes)])
    np.testing.assert_allclose(ours["right"], [(size, 0.1 * (index + 1)) for index, size in enumerate(sizes)])
    originals = reported().runs
    assert points(middle, "original, one run") == [(s, originals["batch_size", str(s)].accuracy) for s in sizes]
    assert points(right, "original, one run") == [(s, originals["batch_size", str(s)].train_loss) for s in sizes]


def test_values_that_are_no_numbers_stand_side_by_side() -> None:
    _, middle, right = drawn(EXPERIMENTS["optimizer"]).axes
    assert [x for x, _ in points(middle, "ours, one run")] == [0, 1, 2]
    assert [label.get_text() for label in middle.get_xticklabels()] == ["adam", "sgd", "rmsprop"]
    assert points(right, "original, one run") == [(0, 0.1601), (1, 0.6372), (2, 0.1541)]
    assert middle.get_xscale() == "linear"


def test_only_printed_numbers_are_the_originals() -> None:
    _, middle, right = drawn(EXPERIMENTS["pooling"]).axes
    assert points(middle, "original, one run") == [(1, 90.82)]
    assert points(right, "original, one run") == []


def test_several_seeds_have_their_prediction_interval() -> None:
    _, middle, _ = drawn(EXPERIMENTS["pooling"], seeds=(0, 1, 2)).axes
    label = "ours, 95% prediction interval"
    np.testing.assert_allclose(points(middle, label), [(0, 80.1), (1, 81.1)])
    bars = [container.lines[2][0].get_segments()[0] for container in middle.containers]
    for bar, values in zip(bars, [(80, 80.1, 80.2), (81, 81.1, 81.2)], strict=True):
        np.testing.assert_allclose(bar[:, 1], prediction_interval(values))
    assert "ours, one run" not in legend_of(middle.figure)


def test_the_dropout_print_stands_at_epochs_2_to_20() -> None:
    left = drawn(EXPERIMENTS["dropout"]).axes[0]
    printed = reported().runs["dropout", "true"].train_loss_by_epoch
    assert points(left, "original's print") == list(zip(range(2, 21), printed, strict=True))


@pytest.mark.parametrize("name", [name for name in EXPERIMENTS if name != "dropout"])
def test_no_other_figure_has_a_print(name: str) -> None:
    assert "original's print" not in legend_of(drawn(EXPERIMENTS[name]))


@pytest.mark.parametrize(
    ("name", "scale", "label"),
    [
        ("learning_rate", "log", "learning rate"),
        ("batch_size", "log", "batch size (images)"),
        ("scheduler_lr_0.001", "log", "step size (batches)"),
        ("scheduler_lr_0.01", "log", "step size (batches)"),
        ("optimizer", "linear", "optimiser"),
        ("batch_norm", "linear", "batch normalisation"),
        ("activation", "linear", "activation"),
    ],
)
def test_axes_have_names_units_and_the_scale_of_the_sweep(name: str, scale: str, label: str) -> None:
    left, middle, right = drawn(EXPERIMENTS[name]).axes
    assert [axes.get_xlabel() for axes in (left, middle, right)] == ["epoch", label, label]
    assert [axes.get_ylabel() for axes in (left, middle, right)] == [
        "training loss",
        "test accuracy (%)",
        "final training loss",
    ]
    assert [middle.get_xscale(), right.get_xscale()] == [scale, scale]
    assert left.get_xscale() == "linear"
    ticks = [text.get_text() for text in middle.get_xticklabels()]
    assert len(ticks) == len(EXPERIMENTS[name].members)


def test_truth_values_read_on_and_off() -> None:
    figure = drawn(EXPERIMENTS["batch_norm"])
    assert legend_of(figure)[:2] == ["batch normalisation off", "batch normalisation on"]
    assert [text.get_text() for text in figure.axes[1].get_xticklabels()] == ["off", "on"]


def test_every_entry_of_the_legend_stands_once() -> None:
    entries = legend_of(drawn(EXPERIMENTS["learning_rate"]))
    assert len(entries) == len(set(entries)) == 8 + 2


@pytest.mark.parametrize("last", [0.11, 0.09])
def test_losses_are_logarithmic_where_they_span_more_than_tenfold(last: float) -> None:
    experiment = EXPERIMENTS["pooling"]
    curves = curves_frame(experiment.run_ids, epochs=2)
    curves["train_loss"] = [1.0, last] * 2
    left = experiment_figure(experiment, swept_runs(experiment), curves, reported()).axes[0]
    assert left.get_yscale() == ("log" if last < 0.1 else "linear")


def test_a_single_run_shows_losses_and_accuracies_by_epoch() -> None:
    figure = drawn(EXPERIMENTS["lenet5_base"])
    left, right = figure.axes
    assert (left.get_ylabel(), right.get_ylabel()) == ("loss", "accuracy (%)")
    np.testing.assert_allclose(curve(left, "training").get_ydata(), [1 / epoch for epoch in range(1, 21)])
    np.testing.assert_allclose(curve(left, "test").get_ydata(), [2 / epoch for epoch in range(1, 21)])
    np.testing.assert_allclose(curve(right, "training").get_ydata(), [50 + 2 * epoch for epoch in range(1, 21)])
    np.testing.assert_allclose(curve(right, "test").get_ydata(), [40 + 2 * epoch for epoch in range(1, 21)])
    assert points(left, "original, one run") == [(20, 0.16)]
    assert points(right, "original, one run") == [(20, 89.24)]


def test_a_grid_is_drawn_side_by_side(tmp_path: Path) -> None:
    grid = plan_of({"grid": {"sweep": {"batch_size": [10, 100, 1000], "pooling": ["average", "max"]}}})
    figure = drawn(grid.experiments["grid"])
    assert figure.axes[1].get_xlabel() == "batch size (images) × pooling"
    assert len(figure.axes[1].get_xticklabels()) == 6
    save_svg(figure, tmp_path / "grid.svg")


@pytest.mark.parametrize("diverged", ["one", "all"])
@pytest.mark.parametrize("name", ["learning_rate", "pooling"])
def test_a_diverged_run_leaves_a_gap(name: str, diverged: str, tmp_path: Path) -> None:
    experiment = EXPERIMENTS[name]
    lost = experiment.run_ids if diverged == "all" else experiment.run_ids[-1:]
    runs, curves = swept_runs(experiment), curves_frame(experiment.run_ids)
    runs.loc[runs["run_id"].isin(lost), ["train_loss", "test_loss"]] = math.nan
    curves.loc[curves["run_id"].isin(lost), ["train_loss", "test_loss"]] = math.nan
    figure = experiment_figure(experiment, runs, curves, reported())
    save_svg(figure, tmp_path / "figure.svg")
    assert len(points(figure.axes[1], "ours, one run")) == len(experiment.members)
    assert len(points(figure.axes[2], "ours, one run")) == len(experiment.members) - len(lost)


def test_a_diverged_single_run_is_drawn(tmp_path: Path) -> None:
    experiment = EXPERIMENTS["fully_connected"]
    curves = curves_frame(experiment.run_ids, epochs=1)
    curves[["train_loss", "test_loss"]] = math.nan
    save_svg(experiment_figure(experiment, swept_runs(experiment), curves, reported()), tmp_path / "figure.svg")


def test_infinite_losses_are_drawn(tmp_path: Path) -> None:
    experiment = EXPERIMENTS["pooling"]
    curves = curves_frame(experiment.run_ids, epochs=2)
    curves.loc[curves["epoch"] == 2, "train_loss"] = math.inf
    save_svg(experiment_figure(experiment, swept_runs(experiment), curves, reported()), tmp_path / "figure.svg")
