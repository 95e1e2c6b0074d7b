"""Figures of made-up runs: what they show, that nothing warns, and that bytes repeat."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders import changed, curves_frame, plan, plan_of, reported, swept_runs
from figure_builders import curves, legend_of, points, seeds, svg, ticks
from matplotlib.figure import Figure

from fmnist.figures.experiment import experiment_figure
from fmnist.plan.experiments import Experiment

pytestmark = [pytest.mark.filterwarnings("error"), pytest.mark.usefixtures("no_figure_stays_open")]

EXPERIMENTS = plan(changed({"extensions": True})).experiments
GRID = plan_of({"grid": {"sweep": {"batch_size": [10, 100, 1000], "pooling": ["average", "max"]}}}).experiments


def drawn(experiment: Experiment, seeds: tuple[int, ...] = (0,), losses: pd.DataFrame | None = None) -> Figure:
    if losses is None:
        losses = curves_frame(dict.fromkeys(experiment.run_ids), seeds)
    return experiment_figure(experiment, swept_runs(experiment, seeds), losses, reported())


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_is_drawn_without_a_warning_and_its_legend_fits(name: str, tmp_path: Path) -> None:
    figure = drawn(EXPERIMENTS[name], seeds=(0, 1))
    assert all(legend.get_window_extent().width <= figure.bbox.width for legend in figure.legends)
    entries = legend_of(figure) if figure.legends else []  # an extension without a sweep has curves alone
    assert len(entries) == len(set(entries))
    assert ("original, one run" in entries) == (not EXPERIMENTS[name].extension)
    assert ("original's print" in entries) == (name == "dropout")
    svg(figure, tmp_path)


def test_a_figure_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    once, again = (svg(drawn(EXPERIMENTS["dropout"], seeds=(0, 1)), tmp_path) for _ in range(2))
    assert once == again
    assert b"<dc:date>" not in once


@pytest.mark.parametrize(
    ("experiment", "scale", "label", "values"),
    [
        (EXPERIMENTS["scheduler_lr_0.01"], "log", "step size (batches)", ["100", "200", "400"]),
        (EXPERIMENTS["optimizer"], "linear", "optimiser", ["Adam", "SGD", "RMSprop"]),
        (EXPERIMENTS["step_budget"], "linear", "", ["batch 10", "batch 20"]),
        (GRID["grid"], "linear", "batch size (images) ×\npooling", ["10, average", "10, max", "100, average"]),
    ],
)
def test_axes_have_names_units_and_the_scale_of_the_sweep(
    experiment: Experiment, scale: str, label: str, values: list[str]
) -> None:
    left, *panels = drawn(experiment).axes
    assert (left.get_xlabel(), left.get_xscale()) == ("epoch", "linear")
    assert [(axes.get_xlabel(), axes.get_xscale()) for axes in panels] == [(label, scale)] * 2
    assert ticks(panels[0], "x")[: len(values)] == values


def test_a_full_grid_of_two_values_shows_what_each_change_adds() -> None:
    changes, pairs = drawn(EXPERIMENTS["combined_factors"], seeds=(0, 1, 2)).axes
    assert ticks(changes, "y") == ["channels 32/64/256", "max pooling", "batch normalisation", "leaky ReLU"]
    assert len(ticks(pairs, "y")) == 6


def test_a_full_grid_whose_runs_share_no_seed_is_drawn_as_any_other() -> None:
    grid = EXPERIMENTS["combined_factors"]
    runs = swept_runs(grid, (0, 1))
    seeds = (runs["run_id"] == grid.run_ids[0]).astype(int)  # 1 for the first run, 0 for the others
    unpaired = runs[runs["seed"] == seeds]
    figure = experiment_figure(grid, unpaired, curves_frame(dict.fromkeys(grid.run_ids), (0, 1)), reported())
    assert [axes.get_title() for axes in figure.axes] == [
        "Training loss by epoch",
        "Test accuracy",
        "Final training loss",
    ]


@pytest.mark.parametrize(("longest", "scale"), [(16, "log"), (15, "linear")])
def test_epochs_are_logarithmic_where_the_longest_run_is_eight_times_the_shortest(longest: int, scale: str) -> None:
    experiment = plan_of({"e": {"sweep": {"epochs": [2, 5, longest]}}}).experiments["e"]
    losses = [curves_frame([run_id], epochs=e) for run_id, e in zip(experiment.run_ids, (2, 5, longest), strict=True)]
    assert drawn(experiment, losses=pd.concat(losses)).axes[0].get_xscale() == scale


@pytest.mark.parametrize(("last", "scale"), [(0.11, "linear"), (0.09, "log")])
def test_losses_are_logarithmic_where_they_span_more_than_tenfold(last: float, scale: str) -> None:
    losses = curves_frame(EXPERIMENTS["pooling"].run_ids, epochs=2)
    losses["train_loss"] = [1.0, last] * 2
    assert drawn(EXPERIMENTS["pooling"], losses=losses).axes[0].get_yscale() == scale


def test_a_curve_is_the_mean_of_the_seeds_and_its_band_their_range() -> None:
    left = drawn(EXPERIMENTS["batch_size"], seeds=(0, 1)).axes[0]
    lines = curves(left)
    # The losses of the two seeds are 1/epoch and 1.1/epoch.
    np.testing.assert_allclose(lines[1].get_xydata(), [(epoch, 1.05 / epoch) for epoch in range(1, 21)])
    band = left.collections[0].get_paths()[0].vertices
    assert (band[:, 1].min(), band[:, 1].max()) == pytest.approx((1 / 20, 1.1))
    # Curves differ in more than colour.
    assert len({str(line._dash_pattern) for line in lines}) == len({str(line.get_color()) for line in lines}) == 8


def test_points_are_percent_by_swept_value_with_the_originals_beside_them() -> None:
    _, middle, right = drawn(EXPERIMENTS["batch_size"]).axes
    sizes = [10 * 2**index for index in range(8)]
    np.testing.assert_allclose(points(middle, "ours, one run"), [(s, 80 + index) for index, s in enumerate(sizes)])
    np.testing.assert_allclose(points(right, "ours, one run"), [(s, 0.1 + index / 10) for index, s in enumerate(sizes)])
    originals = reported().runs
    assert points(middle, "original, one run") == [(s, originals["batch_size", str(s)].accuracy) for s in sizes]
    assert points(right, "original, one run") == [(s, originals["batch_size", str(s)].train_loss) for s in sizes]


def test_several_seeds_are_dots_with_their_prediction_interval() -> None:
    _, middle, right = drawn(EXPERIMENTS["pooling"], seeds=(0, 1, 2)).axes
    np.testing.assert_allclose(points(middle, "ours, 95% prediction interval"), [(0, 80.1), (1, 81.1)])
    half_width = 1.959964 * 0.1 * math.sqrt(4 / 3)  # both runs scatter alike: the variance is taken as known
    bars = middle.containers[0].lines[2][0].get_segments()
    for bar, strip, mean in zip(bars, seeds(middle), (80.1, 81.1), strict=True):
        np.testing.assert_allclose(bar[:, 1], (mean - half_width, mean + half_width), rtol=1e-6)
        np.testing.assert_allclose([y for _, y in strip], (mean - 0.1, mean, mean + 0.1))
    assert points(middle, "original, one run") == [(1, 90.82)]  # the original prints no loss, and one accuracy
    assert points(right, "original, one run") == []


def test_curves_are_named_at_their_ends_but_not_the_many_of_a_large_grid() -> None:
    values = [text.get_text() for text in drawn(EXPERIMENTS["batch_size"]).axes[0].texts]
    assert values == [str(10 * 2**index) for index in range(8)]
    assert list(drawn(EXPERIMENTS["weights_against_order"]).axes[0].texts) == []


def test_the_dropout_print_is_at_epochs_2_to_20() -> None:
    printed = reported().runs["dropout", "true"].train_loss_by_epoch
    expected = list(zip(range(2, 21), printed, strict=True))
    assert points(drawn(EXPERIMENTS["dropout"]).axes[0], "original's print") == expected


def test_a_single_run_shows_losses_and_accuracies_by_epoch() -> None:
    figure = drawn(EXPERIMENTS["lenet5_base"])
    assert legend_of(figure) == ["original, one run"]
    left, right = figure.axes
    assert [[text.get_text() for text in axes.texts] for axes in (left, right)] == [["training", "test"]] * 2
    assert (left.get_ylabel(), right.get_ylabel()) == ("loss", "accuracy (%)")
    epochs = np.arange(1, 21)
    np.testing.assert_allclose([line.get_ydata() for line in curves(left)], [1 / epochs, 2 / epochs])
    np.testing.assert_allclose([line.get_ydata() for line in curves(right)], [50 + 2 * epochs, 40 + 2 * epochs])
    assert points(left, "original, one run") == [(20, 0.16)]
    assert points(right, "original, one run") == [(20, 89.24)]


@pytest.mark.parametrize("lost", [1, 2], ids=["one", "all"])
def test_a_diverged_run_leaves_a_gap(lost: int, tmp_path: Path) -> None:
    experiment = EXPERIMENTS["pooling"]
    runs, losses = swept_runs(experiment), curves_frame(experiment.run_ids)
    for frame in (runs, losses):
        frame.loc[frame["run_id"].isin(experiment.run_ids[-lost:]), ["train_loss", "test_loss"]] = math.nan, math.inf
    figure = experiment_figure(experiment, runs, losses, reported())
    svg(figure, tmp_path)
    assert [len(points(axes, "ours, one run")) for axes in figure.axes[1:]] == [2, 2 - lost]
