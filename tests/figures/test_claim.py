"""The figures of the claims: what they show, that they are light, and that bytes repeat."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders import CLAIMS, changed, curves_frame, plan, reported, runs_frame
from figure_builders import points, seeds, ticks
from matplotlib.axes import Axes

from fmnist.claims.claim_list import read_claims
from fmnist.claims.compared_runs import KnownRuns, compared_runs
from fmnist.figures.claim import MOST_ROWS, claim_figure
from fmnist.figures.svg import save_svg

pytestmark = [pytest.mark.filterwarnings("error"), pytest.mark.usefixtures("no_figure_stays_open")]

PLAN = plan(changed({"extensions": True}))
KNOWN = KnownRuns(experiments=PLAN.experiments, reported=reported())
CLAIM = {claim.id: claim for claim in read_claims(CLAIMS).tested}


def made_up(count: int = 3) -> pd.DataFrame:
    """Every run of the plan: accuracies about 0.80, 0.801, ... and losses 0.1, 0.11, ... by run."""
    random = np.random.default_rng(0)
    numbers = [
        (run_id, seed, 0.80 + place / 1000 + random.normal(0, 0.002), 0.1 + place / 100)
        for place, run_id in enumerate(PLAN.runs)
        for seed in range(count)
    ]
    return runs_frame(numbers, generalization_gap=0.05, seconds=60.0, device="cpu", engine="native")


def drawn(identity: str, runs: pd.DataFrame, curves: pd.DataFrame | None = None, known: KnownRuns = KNOWN) -> Axes:
    if curves is None:
        curves = curves_frame(PLAN.runs, sorted(set(runs["seed"])))
    (axes,) = claim_figure(CLAIM[identity], known, runs, curves).axes
    return axes


@pytest.mark.parametrize("identity", CLAIM)
def test_every_claim_shows_every_seed_and_stays_light(identity: str, tmp_path: Path) -> None:
    axes = drawn(identity, made_up(10))
    assert [len(strip) for strip in seeds(axes)] == [10] * min(len(compared_runs(CLAIM[identity], KNOWN)), MOST_ROWS)
    save_svg(axes.get_figure(root=True), tmp_path / "a.svg")
    assert (tmp_path / "a.svg").stat().st_size < 25_000


def test_rows_are_named_and_drawn_in_the_order_of_the_claim() -> None:
    runs = made_up()
    axes = drawn("leaky-above-relu", runs)
    assert ticks(axes, "y") == ["leaky ReLU", "ReLU"]
    assert axes.get_xlabel() == "test accuracy (%)"
    run_ids = ("lenet5__activation=leaky_relu", "lenet5__activation=relu")
    for row, (run_id, strip) in enumerate(zip(run_ids, seeds(axes), strict=True)):
        accuracies = 100 * runs[runs["run_id"] == run_id]["test_accuracy"]
        np.testing.assert_allclose(strip, [(accuracy, row) for accuracy in accuracies])
    numbers = [reported().runs["activation", value].accuracy for value in ("leaky_relu", "relu")]
    assert points(axes, "original, one run") == [(number, row) for row, number in enumerate(numbers)]


@pytest.mark.parametrize(("identity", "colours"), [("rate-loss", 1), ("adam-best", 2)])
def test_the_run_that_a_claim_is_about_has_its_own_colour(identity: str, colours: int) -> None:
    axes = drawn(identity, made_up())
    assert len({str(line.get_color()) for line in axes.lines if line.get_label() == "mean"}) == colours


def test_of_very_many_runs_the_nearest_are_shown() -> None:
    axes = drawn("combined-best", made_up())
    assert ticks(axes, "y")[0] == "Combined setting, ReLU"
    hidden = len(compared_runs(CLAIM["combined-best"], KNOWN)) - MOST_ROWS
    assert axes.get_xlabel() == f"test accuracy (%); {hidden} runs not shown"
    means = [np.mean([x for x, _ in strip]) for strip in seeds(axes)]
    distances = [abs(mean - means[0]) for mean in means]
    assert distances == sorted(distances)


def test_a_curve_shows_its_largest_step_and_zero() -> None:
    curves = curves_frame(PLAN.runs, (0, 1))
    rising = (curves["run_id"] == "lenet5__learning_rate=0.0128") & (curves["seed"] == 1) & (curves["epoch"] == 3)
    curves.loc[rising, "train_loss"] = 5.0
    axes = drawn("rate-unstable", made_up(2), curves)
    ((falling, _), (up, _)), contrast = seeds(axes)
    assert all(step < 0 for step, _ in contrast)
    assert falling < 0 < up
    assert [0, 0] in [list(line.get_xdata()) for line in axes.lines]


@pytest.mark.parametrize(("loss", "scale"), [(0.2, "linear"), (4.0, "log")])
def test_losses_that_span_much_have_a_logarithmic_axis_and_diverged_seeds_leave_gaps(loss: float, scale: str) -> None:
    runs = made_up().assign(train_loss=0.2)
    runs.loc[runs["run_id"] == "lenet5__dropout=true", "train_loss"] = [loss, np.nan, loss]
    axes = drawn("dropout-loss", runs)
    assert axes.get_xscale() == scale
    assert sorted(len(strip) for strip in seeds(axes)) == [2, 3]


@pytest.mark.parametrize(
    ("identity", "names", "originals"),
    [
        ("lenet-below-fc", ["Fully connected network", "LeNet-5, base case"], 2),
        ("fc-loss-falls", ["Fully connected network"], 0),
        ("wide-channels", ["channels 32/64/256", "channels 6/16/120"], 0),
    ],
)
def test_runs_that_are_missing_keep_names_and_originals(identity: str, names: list[str], originals: int) -> None:
    axes = drawn(identity, made_up().head(0), curves_frame(PLAN.runs).head(0))
    assert seeds(axes) == []
    assert ticks(axes, "y")[: len(names)] == names
    assert len(points(axes, "original, one run")) == originals


def test_names_are_text_and_no_markup_and_bytes_repeat(tmp_path: Path) -> None:
    entry = {"experiments/pooling/title": "<b> & co", "experiments/pooling/set": {"batch_norm": True}}
    known = KnownRuns(experiments=plan(changed(entry)).experiments, reported=reported())
    contents = []
    for path in (tmp_path / "a.svg", tmp_path / "b.svg"):
        axes = drawn("max-pooling", made_up(), known=known)
        save_svg(axes.get_figure(root=True), path)
        contents.append(path.read_text(encoding="utf-8"))
    assert "&lt;b&gt; &amp; co, max pooling" in contents[0]
    assert (
        contents[0].replace("#a-", "#b-").replace("(#a-", "(#b-").replace('id="a-', 'id="b-') == contents[1]
    )  # ids hold the name
