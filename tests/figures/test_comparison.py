"""The figure of every reported number beside the replicated one."""

from pathlib import Path

import numpy as np
import pytest
from builders import plan, reported, runs_frame
from figure_builders import points, svg, ticks

from fmnist.analysis.tables import reported_against_replicated
from fmnist.figures.comparison import comparison_figure
from fmnist.plan.original import Reported

pytestmark = [pytest.mark.filterwarnings("error"), pytest.mark.usefixtures("no_figure_stays_open")]

PLAN = plan()


def test_the_comparison_has_a_row_per_run_and_both_numbers(tmp_path: Path) -> None:
    runs = runs_frame((run_id, seed, 0.88 + seed / 100, 0.1 + seed / 10) for run_id in PLAN.runs for seed in range(3))
    figure = comparison_figure(reported_against_replicated(PLAN.experiments, runs, reported()), PLAN.experiments)
    left, right = figure.axes
    labels = ticks(left, "y")
    assert len(labels) == 44
    assert labels[:2] == ["Fully connected network", "LeNet-5, base case"]
    assert labels[-2:] == ["Combined setting, ReLU", "Combined setting, leaky ReLU"]
    originals = [(run.accuracy - 89.0, row) for row, run in enumerate(reported().runs.values())]
    np.testing.assert_allclose(points(left, "original, one run"), originals, atol=1e-9)
    assert len(points(right, "original, one run")) == 41
    np.testing.assert_allclose([x for x, _ in points(left, "ours, mean of all seeds")], [0.0] * 44, atol=1e-9)
    assert right.get_xscale() == "log"
    svg(figure, tmp_path)
    table = reported_against_replicated(PLAN.experiments, runs_frame([("lenet5", 0, 0.89, 0.16)]), reported())
    svg(comparison_figure(table, PLAN.experiments), tmp_path)  # one seed, and missing runs


def test_runs_that_the_original_never_made_leave_empty_axes(tmp_path: Path) -> None:
    table = reported_against_replicated(PLAN.experiments, runs_frame([("other", 0, 0.89, 0.16)]), reported())
    svg(comparison_figure(table, PLAN.experiments), tmp_path)


def test_a_report_without_printed_numbers_has_an_empty_figure_without_a_warning(tmp_path: Path) -> None:
    table = reported_against_replicated(PLAN.experiments, runs_frame([("fc", 0, 0.89, 0.16)]), Reported(runs={}))
    svg(comparison_figure(table, PLAN.experiments), tmp_path)
