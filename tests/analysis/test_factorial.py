"""Effects of a two-level grid, on made-up accuracies whose effects are known."""

import itertools

import pandas as pd
import pytest
from builders import plan_of, runs_frame
from scipy.stats import ttest_1samp

from fmnist.analysis.factorial import effects_table, is_factorial
from fmnist.plan.experiments import with_runs

SWEEP = {"pooling": ["average", "max"], "batch_norm": [False, True], "activation": ["tanh", "relu"]}
GRID = plan_of({"grid": {"sweep": SWEEP}}).experiments["grid"]
SEEDS = (0, 1, 2)


def made_up() -> pd.DataFrame:
    """Max pooling adds 2 points, batch norm 1, ReLU nothing; the first two together lose 1.5, all three gain 1.2.

    With max pooling, seed s has s squared points more.
    """
    rows = []
    for member, (pooling, norm, relu) in zip(GRID.members, itertools.product((0, 1), repeat=3), strict=True):
        percent = 80 + 2 * pooling + norm - 1.5 * pooling * norm + 1.2 * pooling * norm * relu
        rows += [(member.run_id, seed, (percent + seed + pooling * seed**2) / 100, 0.2) for seed in SEEDS]
    return runs_frame(rows)


def test_effects_are_those_put_in() -> None:
    table = effects_table(GRID, made_up())
    effects = {(kind, names): effect for kind, names, effect in table[["kind", "settings", "effect"]].to_numpy()}
    mean_square = 5 / 3
    assert effects == pytest.approx(
        {
            ("alone", "pooling"): 2 + mean_square,
            ("alone", "batch_norm"): 1,
            ("alone", "activation"): 0,
            ("beside", "pooling"): 2 - 1.5 + 1.2 + mean_square,
            ("beside", "batch_norm"): 1 - 1.5 + 1.2,
            ("beside", "activation"): 1.2,
            ("shapley", "pooling"): 2
            - 1.5 / 2
            + 1.2 / 3
            + mean_square,  # a half of what a pair, a third of what three do
            ("shapley", "batch_norm"): 1 - 1.5 / 2 + 1.2 / 3,
            ("shapley", "activation"): 1.2 / 3,
            ("main", "pooling"): 2 - 1.5 / 2 + 1.2 / 4 + mean_square,  # both others are made in one of four sets
            ("main", "batch_norm"): 1 - 1.5 / 2 + 1.2 / 4,
            ("main", "activation"): 1.2 / 4,
            ("interaction", "pooling x batch_norm"): (-1.5 + 1.2 / 2) / 2,
            ("interaction", "pooling x activation"): 1.2 / 2 / 2,
            ("interaction", "batch_norm x activation"): 1.2 / 2 / 2,
        },
        abs=1e-9,
    )
    shares = table.loc[table["kind"] == "shapley", "effect"]
    assert shares.sum() == pytest.approx(2 + 1 - 1.5 + 1.2 + mean_square)  # all changes against none
    assert set(table["n"]) == {3}


def test_intervals_are_of_pairs_of_seeds() -> None:
    row = effects_table(GRID, made_up()).set_index(["kind", "settings"]).loc[("alone", "pooling")]
    expected = ttest_1samp([2 + seed**2 for seed in SEEDS], 0).confidence_interval(0.95)
    assert (row["lower"], row["upper"]) == pytest.approx(tuple(expected))


def test_only_seeds_of_every_run_count_and_one_seed_has_no_interval() -> None:
    runs = made_up()
    lacking = runs[~((runs["run_id"] == GRID.run_ids[-1]) & (runs["seed"] > 0))]
    table = effects_table(GRID, lacking)
    assert set(table["n"]) == {1}
    assert table["lower"].isna().all()
    without = runs[runs["run_id"] != GRID.run_ids[-1]]
    assert effects_table(GRID, without).empty


@pytest.mark.parametrize(
    ("sweep", "expected"),
    [
        (SWEEP, True),
        ({"pooling": ["average", "max"], "batch_norm": [False, True]}, False),
        ({**SWEEP, "batch_size": [10, 20, 40]}, False),
    ],
)
def test_a_factorial_is_a_full_grid_of_two_values(sweep: dict[str, list[object]], expected: bool) -> None:
    assert is_factorial(plan_of({"grid": {"sweep": sweep}}).experiments["grid"]) is expected


def test_a_grid_without_one_of_its_runs_is_no_factorial() -> None:
    assert not is_factorial(with_runs({"grid": GRID}, set(GRID.run_ids[:-1]))["grid"])
