"""The figures of the claims: what stands in them, that they are light, and that bytes repeat."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from builders import CLAIMS, changed, curves_frame, plan, reported, runs_frame
from matplotlib.figure import Figure

from fmnist.claims.claim_list import read_claims
from fmnist.claims.compared_runs import KnownRuns, compared_runs
from fmnist.claims.examine import Material, examine
from fmnist.claims.table_row import COLUMNS
from fmnist.claims.verdicts import VERDICTS
from fmnist.figures.claim import MOST_ROWS, claim_figure
from fmnist.figures.style import save_svg
from fmnist.figures.verdicts import overview_figure

pytestmark = [pytest.mark.filterwarnings("error"), pytest.mark.usefixtures("no_figure_stays_open")]

PLAN = plan(changed({"extensions": True}))
SVG = "{http://www.w3.org/2000/svg}"


def material(seeds: int = 3, **others: Any) -> Material:
    """Every run of the plan: accuracies 0.80, 0.801, ... by run and 0.001 more by seed."""
    random = np.random.default_rng(0)
    runs = runs_frame(
        [
            (run_id, seed, 0.80 + place / 1000 + random.normal(0, 0.002), 0.1 + place / 100)
            for place, run_id in enumerate(PLAN.runs)
            for seed in range(seeds)
        ],
        **{"generalization_gap": 0.05, "seconds": 60.0, "device": "cpu", "engine": "native", **others},
    )
    return Material(
        claims=read_claims(CLAIMS),
        known=KnownRuns(experiments=PLAN.experiments, reported=reported()),
        runs=runs,
        curves=curves_frame(PLAN.runs, range(seeds)),
    )


def drawn(identity: str, tested_on: Material) -> ElementTree.Element:
    return ElementTree.fromstring(text(identity, tested_on))  # noqa: S314 - our own file


def text(identity: str, tested_on: Material) -> str:
    (claim,) = [claim for claim in tested_on.claims.claims if claim.id == identity]
    found = examine(claim, compared_runs(claim, tested_on.known), tested_on)
    return claim_figure(found, tested_on.curves, tested_on.known.reported)


def words(figure: ElementTree.Element) -> list[str]:
    return [str(element.text) for element in figure.iter(f"{SVG}text")]


def dots(figure: ElementTree.Element) -> list[list[float]]:
    """The places of the seeds, by row from the top."""
    rows: dict[float, list[float]] = {}
    for circle in figure.iter(f"{SVG}circle"):
        rows.setdefault(float(circle.attrib["cy"]), []).append(float(circle.attrib["cx"]))
    return [rows[y] for y in sorted(rows)]


def diamonds(figure: ElementTree.Element) -> int:
    return len([path for path in figure.iter(f"{SVG}path") if path.attrib.get("fill") == "none"])


@pytest.mark.parametrize("identity", [claim.id for claim in read_claims(CLAIMS).claims])
@pytest.mark.parametrize("seeds", [1, 5])
def test_every_claim_is_drawn_with_every_seed_and_stays_light(identity: str, seeds: int) -> None:
    everything = material(seeds)
    figure = drawn(identity, everything)
    (claim,) = [claim for claim in everything.claims.claims if claim.id == identity]
    compared = len(compared_runs(claim, everything.known))
    assert [len(row) for row in dots(figure)] == [seeds] * min(compared, MOST_ROWS)
    assert len(text(identity, everything)) < 8000


def test_dots_stand_in_the_order_of_their_values_on_one_scale() -> None:
    everything = material()
    places = [x for row in dots(drawn("activation-ranking", everything)) for x in row]
    ids = ["lenet5__activation=leaky_relu", "lenet5__activation=relu", "lenet5"]
    values = [v for i in ids for v in everything.runs[everything.runs["run_id"] == i]["test_accuracy"]]
    slope, start = np.polyfit(values, places, 1)
    assert slope > 0
    np.testing.assert_allclose(places, start + slope * np.array(values), atol=0.06)  # written to a tenth of a pixel


def test_rows_are_named_in_the_order_of_the_claim_with_the_measure_below() -> None:
    found = words(drawn("optimizer-worst", material()))
    assert [word for word in found if word in ("Adam", "RMSprop", "SGD")] == ["Adam", "RMSprop", "SGD"]
    assert "test accuracy (%)" in found
    assert "final training loss" in words(drawn("optimizer-loss", material()))


def test_only_the_originals_own_numbers_are_diamonds() -> None:
    assert diamonds(drawn("activation-ranking", material())) == 3
    assert diamonds(drawn("wide-channels", material())) == 0
    assert diamonds(drawn("fc-overfits", material())) == 0  # it prints no gap
    assert diamonds(drawn("lr-large-unstable", material())) == 0


def test_the_run_that_the_claim_is_about_has_its_own_colour() -> None:
    figure = drawn("lr-loss", material())  # lowest at the fifth of eight rates
    fills = [group.attrib["fill"] for group in figure.iter(f"{SVG}g")]
    assert len(set(fills)) == 2
    assert [fill for fill in fills if fill != fills[0]] == [fills[4]]


def test_of_very_many_runs_the_nearest_are_shown() -> None:
    everything = material()
    said = words(drawn("combined-best", everything))
    names = said[-MOST_ROWS:]
    assert names[0] == "Combined setting, ReLU"
    (claim,) = [claim for claim in everything.claims.claims if claim.id == "combined-best"]
    compared = len(compared_runs(claim, everything.known))
    assert f"test accuracy (%); {compared - MOST_ROWS} runs further off not shown" in said
    means = everything.runs.groupby("run_id")["test_accuracy"].mean()
    combined = means["lenet5__activation=relu__batch_norm=true__channels=32x64x256__pooling=max"]
    distance = (means - combined).abs()
    assert (names[1] == "with dropout") == (distance["lenet5__dropout=true"] < distance["lenet5__batch_norm=true"])


def test_a_curve_shows_its_largest_step_and_zero() -> None:
    everything = material(2)
    curves = everything.curves
    rising = (curves["run_id"] == "lenet5__learning_rate=0.0128") & (curves["seed"] == 1) & (curves["epoch"] == 3)
    curves.loc[rising, "train_loss"] = 5.0
    figure = drawn("lr-large-unstable", everything)
    zero = re.search(r'<path d="M([\d.]+) 4V19', text("lr-large-unstable", everything))
    assert zero is not None
    ((falling, up),) = dots(figure)
    assert falling < float(zero[1]) < up


def test_losses_that_span_much_stand_on_a_logarithmic_axis() -> None:
    everything = material(1)
    losses = {"lenet5__optimizer=rmsprop": 0.01, "lenet5": 0.1, "lenet5__optimizer=sgd": 1.0}
    for run_id, loss in losses.items():
        everything.runs.loc[everything.runs["run_id"] == run_id, "train_loss"] = loss
    (low,), (middle,), (high,) = dots(drawn("optimizer-loss", everything))
    assert middle - low == pytest.approx(high - middle, abs=0.2)


def test_diverged_and_missing_runs_leave_gaps() -> None:
    everything = material(3)
    lost = (everything.runs["run_id"] == "lenet5__optimizer=sgd") & (everything.runs["seed"] == 1)
    everything.runs.loc[lost, "train_loss"] = np.nan
    assert [len(row) for row in dots(drawn("optimizer-loss", everything))] == [3, 3, 2]


def test_equal_values_are_drawn() -> None:
    everything = material(3)
    everything.runs["test_accuracy"] = 0.9
    assert [len(row) for row in dots(drawn("pooling-max", everything))] == [3, 3]


def test_of_runs_that_are_not_there_names_and_originals_are_left() -> None:
    everything = material()
    none = Material(
        claims=everything.claims, known=everything.known, runs=everything.runs.head(0), curves=everything.curves.head(0)
    )
    figure = drawn("fc-over-lenet", none)
    assert dots(figure) == []
    assert words(figure)[-2:] == ["Fully connected network", "LeNet-5, base case"]
    assert diamonds(figure) == 2
    assert dots(drawn("fc-loss-falls", none)) == []
    assert words(drawn("wide-channels", none)) == ["channels 32/64/256", "channels 6/16/120"]


def test_names_are_text_and_no_markup() -> None:
    entry = {"experiments/pooling/title": "<b> & co", "experiments/pooling/set": {"batch_norm": True}}
    experiments = plan(changed(entry)).experiments
    everything = material()
    known = KnownRuns(experiments=experiments, reported=reported())
    odd = Material(claims=everything.claims, known=known, runs=everything.runs, curves=everything.curves)
    assert "<b> & co, max pooling" in words(drawn("pooling-max", odd))


# --- all verdicts in one view -----------------------------------------------------------------


def verdict_rows(*rows: Sequence[Any]) -> pd.DataFrame:
    """Build a claims.csv of (id, verdict, effect, lower, upper, unit, margin, expected_sign)."""
    names = ("id", "verdict", "effect", "lower", "upper", "unit", "margin", "expected_sign")
    return pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows], columns=list(COLUMNS))


ROWS = (
    ("up", "supported", 1.0, 0.5, 1.5, "points", 0.5, 1),
    ("down", "contradicted", -2.0, -2.5, -1.5, "points", 0.5, 1),
    ("falls", "supported", -50.0, -55.0, -45.0, "%", 5.0, -1),
    ("same", "equivalent", 0.1, -0.2, 0.4, "points", 0.5, 0),
    ("curve", "inconclusive", 100.0, 55.0, 100.0, "% of seeds", np.nan, 0),
    ("none", "not testable", np.nan, np.nan, np.nan, np.nan, np.nan, 1),
)


def marks(figure: Figure) -> dict[float, float]:
    """The place of every claim's mark, by row."""
    lines = [line for line in figure.axes[0].lines if line.get_linestyle() == "None"]
    return {float(line.get_ydata()[0]): float(line.get_xdata()[0]) for line in lines}


def test_effects_stand_in_margins_to_the_right_where_they_are_as_claimed() -> None:
    found = marks(overview_figure(verdict_rows(*ROWS)))
    assert found == pytest.approx({0: 2, 1: -4, 2: np.log(2) / np.log(1.05), 3: 0.2})


def test_every_claim_has_a_row_and_every_verdict_that_is_drawn_a_name() -> None:
    figure = overview_figure(verdict_rows(*ROWS))
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == [row[0] for row in ROWS]
    (legend,) = figure.legends
    assert [entry.get_text() for entry in legend.get_texts()] == ["supported", "equivalent", "contradicted"]


def test_all_ends_of_intervals_are_in_view() -> None:
    axes = overview_figure(verdict_rows(*ROWS)).axes[0]
    low, high = axes.get_xlim()
    assert low < -5
    assert high > -np.log(0.45) / np.log(1.05)


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_can_be_drawn(verdict: str, tmp_path: Path) -> None:
    one = verdict_rows(("one", verdict, 0.3, np.nan, np.nan, "points", 0.5, 1))
    save_svg(overview_figure(one), tmp_path / "verdicts.svg")
    assert (tmp_path / "verdicts.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_figures_are_the_same_bytes_each_time(tmp_path: Path) -> None:
    assert text("batch-acc", material()) == text("batch-acc", material())
    for name in ("a.svg", "b.svg"):
        save_svg(overview_figure(verdict_rows(*ROWS)), tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
