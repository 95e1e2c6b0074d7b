"""Results against the reference: every verdict from runs whose answer is known."""

import math

import pandas as pd
import pytest
from builders import runs_frame

from fmnist.analysis.compare import COLUMNS, compare_runs

SPREAD = (-0.002, -0.001, 0.0, 0.001, 0.002)  # deviations of five seeds: standard deviation 0.158 points


def seeds(
    run_id: str, mean: float, first: int = 0, spread: tuple[float, ...] = SPREAD
) -> list[tuple[str, int, float, float]]:
    return [(run_id, first + index, mean + deviation, 0.2) for index, deviation in enumerate(spread)]


def compared(ours: list[tuple[str, int, float, float]], theirs: list[tuple[str, int, float, float]]) -> pd.DataFrame:
    return compare_runs(runs_frame(ours), runs_frame(theirs)).set_index("run_id")


def test_equal_seeds_with_equal_accuracies_are_identical() -> None:
    table = compared(seeds("a", 0.9), seeds("a", 0.9))
    assert table.loc["a", "verdict"] == "identical"
    assert table.loc["a", "difference"] == 0


def test_one_seed_of_the_reference_repeated_is_identical() -> None:
    assert compared([("a", 3, 0.9, 0.2)], [("a", 2, 0.8, 0.2), ("a", 3, 0.9, 0.2)]).loc["a", "verdict"] == "identical"


@pytest.mark.parametrize("shift", [0.02, -0.02])
def test_two_points_apart_differs_in_either_direction(shift: float) -> None:
    table = compared(seeds("a", 0.9 + shift), seeds("a", 0.9, first=5))
    assert table.loc["a", "verdict"] == "differs"
    assert table.loc["a", "difference"] == pytest.approx(100 * shift)
    assert (table.loc["a", "mean"], table.loc["a", "mean_reference"]) == pytest.approx((90 + 100 * shift, 90))
    assert table.loc["a", "adjusted_p"] < 1e-6


@pytest.mark.parametrize("shift", [0.0005, -0.0005])
def test_a_twentieth_of_a_point_is_seed_noise_in_either_direction(shift: float) -> None:
    table = compared(seeds("a", 0.9 + shift), seeds("a", 0.9, first=5))
    assert table.loc["a", "verdict"] == "within seed noise"
    assert table.loc["a", "adjusted_p"] > 0.5


def test_the_p_value_by_hand() -> None:
    # Both sides: deviations -1, 0, 1 points: pooled sd 1 on 4 degrees of freedom.
    # Difference 2.2667 = 2.776 * sqrt(1/3 + 1/3): t(0.975, 4), so p is 0.05.
    spread = (-0.01, 0.0, 0.01)
    shift = 0.01 * 2.7764451 * math.sqrt(2 / 3)
    table = compared(seeds("a", 0.8 + shift, spread=spread), seeds("a", 0.8, first=3, spread=spread))
    assert table.loc["a", "adjusted_p"] == pytest.approx(0.05, abs=1e-6)


def test_runs_of_one_seed_borrow_the_noise_of_the_others() -> None:
    table = compared(
        [*seeds("a", 0.9), ("b", 0, 0.9, 0.2), ("c", 0, 0.8, 0.2)], [("b", 1, 0.901, 0.2), ("c", 1, 0.9, 0.2)]
    )
    assert table.loc["b", "verdict"] == "within seed noise"
    assert table.loc["c", "verdict"] == "differs"


def test_a_run_noisier_than_the_rest_is_judged_by_its_own_noise() -> None:
    """Ten quiet runs would make the pooled noise small; the noisy run's own is what counts."""
    quiet = [row for index in range(10) for row in seeds(f"quiet{index}", 0.9, spread=(-0.0001, 0, 0.0001))]
    noisy = seeds("noisy", 0.85, spread=(-0.03, 0.0, 0.03))
    others = seeds("noisy", 0.88, first=3, spread=(-0.03, 0.0, 0.03))
    assert compared([*quiet, *noisy], others).loc["noisy", "verdict"] == "within seed noise"


def test_without_two_seeds_anywhere_there_is_no_verdict() -> None:
    table = compared([("a", 0, 0.9, 0.2), ("b", 0, 0.9, 0.2)], [("a", 1, 0.5, 0.2), ("b", 0, 0.9, 0.2)])
    assert table.loc["a", "verdict"] == "no verdict: one seed"
    assert math.isnan(table.loc["a", "adjusted_p"])
    assert table.loc["b", "verdict"] == "identical"


def test_a_run_that_one_side_lacks() -> None:
    table = compared([*seeds("a", 0.9), *seeds("ours", 0.9)], [*seeds("a", 0.9), *seeds("theirs", 0.9)])
    assert table["verdict"].to_dict() == {"a": "identical", "ours": "only in results", "theirs": "only in reference"}
    assert table.loc["ours", ["n", "n_reference"]].tolist() == [5, 0]
    assert table.loc["theirs", ["n", "n_reference"]].tolist() == [0, 5]
    assert table.loc[["ours", "theirs"], ["difference", "adjusted_p"]].isna().all(axis=None)


def test_without_any_variance_a_difference_is_a_difference() -> None:
    still = (0.0, 0.0)
    table = compared(
        [*seeds("same", 0.875, spread=still), *seeds("other", 0.875, spread=still)],
        [*seeds("same", 0.875, first=2, spread=still), *seeds("other", 0.75, first=2, spread=still)],
    )
    assert table["verdict"].to_dict() == {"same": "within seed noise", "other": "differs"}
    assert table["adjusted_p"].to_dict() == {"same": 1.0, "other": 0.0}


def test_rounding_is_no_difference() -> None:
    """Three equal accuracies have a mean that differs from theirs in the last place."""
    table = compared(seeds("a", 0.8914, spread=(0.0,) * 3), seeds("a", 0.8914, first=3, spread=(0.0,) * 7))
    assert table.loc["a", "verdict"] == "within seed noise"


def test_many_runs_are_corrected_for() -> None:
    """A difference of 2.6 standard errors has p = 0.01: less than 0.05, but not among 41 comparisons."""
    spread = (-0.01, 0.0, 0.01)
    shift = 0.01 * 2.6 * math.sqrt(2 / 3)
    ours = [
        *seeds("a", 0.8 + shift, spread=spread),
        *(row for i in range(40) for row in seeds(f"r{i}", 0.8, spread=spread)),
    ]
    theirs = [row for name in ("a", *(f"r{i}" for i in range(40))) for row in seeds(name, 0.8, first=3, spread=spread)]
    table = compared(ours, theirs)
    assert 0.3 < table.loc["a", "adjusted_p"] < 0.5
    assert table.loc["a", "verdict"] == "within seed noise"


def test_columns() -> None:
    assert tuple(compare_runs(runs_frame(seeds("a", 0.9)), runs_frame(seeds("a", 0.9))).columns) == COLUMNS
