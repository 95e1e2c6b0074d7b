"""What single changes of the base case do, and what the verdicts make of them."""

import pandas as pd
import pytest
from builders import plan, reported, runs_frame

from fmnist.analysis.effects import TEXTS, effects
from fmnist.claims.changes import HELPS, HURTS, NO_DIFFERENCE, OPEN, with_verdicts
from fmnist.claims.table_row import COLUMNS

PLAN = plan()
SHIFTS = {"lenet5__pooling=max": 0.02, "lenet5__optimizer=sgd": -0.1}


def table() -> pd.DataFrame:
    rows = [
        (run_id, seed, 0.88 + seed / 100 + SHIFTS.get(run_id, 0.0), 0.2) for run_id in PLAN.runs for seed in range(3)
    ]
    return effects(PLAN.experiments, runs_frame(rows), reported())


def test_a_change_is_paired_with_the_base_by_seed() -> None:
    found = table().set_index("run_id")
    assert found.index[0] == "lenet5__pooling=max"
    assert found.index[-1] == "lenet5__optimizer=sgd"
    row = found.loc["lenet5__pooling=max"]
    assert (row["n"], row["effect"], row["printed"]) == (3, pytest.approx(2.0), pytest.approx(90.82 - 89.24))
    assert row["lower"] == pytest.approx(row["upper"])  # the same difference in each seed


def test_axes_have_their_ends_and_best_and_several_changes_one_row() -> None:
    found = table()
    assert set(found[found["experiment"] == "batch_size"]["value"]) == {"10", "160", "1280"}
    assert found["combined"].sum() == 1
    assert {"ReLU for tanh", "StepLR, step size 100", "with dropout"} <= set(found["name"])


def test_without_the_base_case_there_is_no_effect() -> None:
    assert effects(PLAN.experiments, runs_frame([("fc", 0, 0.9, 0.2)]), reported()).empty


def line(run: str, verdict: str, effect: float = 1.0, form: str = "above", first: bool = True) -> dict[str, object]:
    runs = (run, "lenet5") if first else ("lenet5", run)
    own = dict(zip(("first_run", "second_run"), runs, strict=True))
    return (
        dict.fromkeys(COLUMNS)
        | own
        | {"id": "a", "measure": "accuracy", "form": form}
        | {
            "verdict": verdict,
            "effect": effect,
        }
    )


@pytest.mark.parametrize(
    ("claim", "word"),
    [
        (line("x", "holds"), HELPS),
        (line("x", "holds", first=False), HURTS),
        (line("x", "fails", -1.0), HURTS),
        (line("x", "no difference that matters"), NO_DIFFERENCE),
        (line("x", "holds", form="level"), NO_DIFFERENCE),
        (line("x", "open"), OPEN),
        (line("x", "too few seeds"), None),
        (line("y", "holds"), None),
    ],
)
def test_words_follow_the_verdicts(claim: dict[str, object], word: str | None) -> None:
    one = pd.DataFrame([dict.fromkeys(TEXTS, "x")])
    assert with_verdicts(one, pd.DataFrame([claim]), {"a": ["lenet5", "x"]})["word"].tolist() == [word]


def test_the_best_of_several_differs_from_each() -> None:
    one = pd.DataFrame([dict.fromkeys(TEXTS, "sgd")])
    lowest = line("sgd", "holds", form="best", first=False) | {"first_run": "rmsprop"}
    found = with_verdicts(one, pd.DataFrame([lowest]), {"a": ["sgd", "lenet5", "rmsprop"]})
    assert found[["word", "claim"]].to_numpy().tolist() == [[HURTS, "a"]]
