"""What another table of the noise of images knows counts where it is of our runs, and of more of their seeds."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import runs_frame

from fmnist.analysis.image_noise import COLUMNS, Pair, noise_table
from fmnist.analysis.known_noise import with_known

PAIR = Pair(claims=("one", "two"), first_run="a", second_run="b", first="A", second="B")
SEEDS = (0, 1, 2)
ALL = {run: np.random.default_rng(place).random((3, 200)) < 0.8 for place, run in enumerate("ab")}


def table(seeds: int) -> pd.DataFrame:
    """The noise of the first seeds; of none where their predictions are not known."""
    correct = {run: found[:seeds] for run, found in ALL.items()} if seeds else {}
    return noise_table([PAIR], correct, draws=50).round(6)


def runs(*seeds: int) -> pd.DataFrame:
    return runs_frame((run, seed, float(ALL[run][seed % 3].mean()), 0.1) for run in "ab" for seed in seeds)


def test_a_pair_without_predictions_has_a_row_without_numbers() -> None:
    (row,) = table(0).to_dict("records")
    assert (row["first"], row["first_seeds"], row["second_seeds"]) == ("A", 0, 0)
    assert all(np.isnan(row[name]) for name in COLUMNS[COLUMNS.index("images") :])


@pytest.mark.parametrize("ours", [SEEDS, (*SEEDS, 3, 4)], ids=["the same seeds", "more seeds"])
@pytest.mark.parametrize("there", [0, 2])
def test_what_is_known_of_more_seeds_counts(ours: tuple[int, ...], there: int) -> None:
    found = with_known(table(there), table(3), runs(*SEEDS), runs(*ours))
    pd.testing.assert_frame_equal(found, table(3), check_dtype=False)


@pytest.mark.parametrize(
    ("known", "theirs", "ours"),
    [
        ({}, SEEDS, (0, 1)),  # of a seed that we have not
        ({}, (0, 1), SEEDS),  # of more seeds than its own folder has
        ({"effect": 50.0}, SEEDS, SEEDS),  # of other accuracies
        ({"second_run": "c"}, SEEDS, SEEDS),  # of another pair
        ({"first_seeds": 0, "second_seeds": 0}, SEEDS, SEEDS),
    ],
)
def test_any_other_row_does_not_count(known: dict[str, Any], theirs: tuple[int, ...], ours: tuple[int, ...]) -> None:
    found = with_known(table(2), table(3).assign(**known), runs(*theirs), runs(*ours))
    pd.testing.assert_frame_equal(found, table(2), check_dtype=False)


def test_our_own_row_stays_where_it_rests_on_as_many_seeds() -> None:
    mine = table(3).assign(disagree=1.5)
    pd.testing.assert_frame_equal(with_known(mine, table(3), runs(*SEEDS), runs(*SEEDS)), mine, check_dtype=False)
