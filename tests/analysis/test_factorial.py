"""Effects of a two-level grid, on made-up accuracies whose effects are known."""

import itertools

import pandas as pd
import pytest
from builders import plan_of, runs_frame

from fmnist.analysis.factorial import effects_table, is_factorial

SWEEP = {"pooling": ["average", "max"], "batch_norm": [False, True], "activation": ["tanh", "relu"]}
GRID = plan_of({"grid": {"sweep": SWEEP}}).experiments["grid"]


def made_up(seeds: int = 3) -> pd.DataFrame:
    """Max pooling adds 2 points, batch norm 1, ReLU nothing; pooling and batch norm together lose 1.5 of them."""
    rows = []
    for member, (pooling, norm, _) in zip(GRID.members, itertools.product((0, 1), repeat=3), strict=True):
        percent = 80 + 2 * pooling + norm - 1.5 * pooling * norm
        rows += [(member.run_id, seed, (percent + seed) / 100, 0.2) for seed in range(seeds)]
    return runs_frame(rows)


def test_effects_are_those_put_in() -> None:
    table = effects_table(GRID, made_up())
    effects = {(kind, names): effect for kind, names, effect in table[["kind", "settings", "effect"]].to_numpy()}
    assert effects == pytest.approx(
        {
            ("alone", "pooling"): 2,
            ("alone", "batch_norm"): 1,
            ("alone", "activation"): 0,
            ("beside", "pooling"): 0.5,
            ("beside", "batch_norm"): -0.5,
            ("beside", "activation"): 0,
            ("shapley", "pooling"): 1.25,  # 2, less half of what the pair loses
            ("shapley", "batch_norm"): 0.25,
            ("shapley", "activation"): 0,
            ("main", "pooling"): 1.25,  # 2 without batch norm, 0.5 with it
            ("main", "batch_norm"): 0.25,
            ("main", "activation"): 0,
            ("interaction", "pooling x batch_norm"): -0.75,
            ("interaction", "pooling x activation"): 0,
            ("interaction", "batch_norm x activation"): 0,
        },
        abs=1e-9,
    )
    shares = table.loc[table["kind"] == "shapley", "effect"]
    assert shares.sum() == pytest.approx(1.5)  # all changes against none
    assert set(table["n"]) == {3}


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
