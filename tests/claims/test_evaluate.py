"""The table of all claims: Holm's correction, the margins of few seeds, and the terminal's view of it."""

from pathlib import Path

import numpy as np
import pytest
from builders import curves_frame, plan, reported
from claim_builders import ALIKE, BASE, MAX, POOLING, ROWS, Judge, claims, frame, seeds

from fmnist.analysis.statistics import detectable_difference, holm
from fmnist.claims.compared_runs import KnownRuns
from fmnist.claims.evaluate import evaluate_claims, verdict_table
from fmnist.claims.examine import Material
from fmnist.claims.hindrances import EXTENSION_NOT_RUN
from fmnist.claims.verdicts import EQUIVALENT, INCONCLUSIVE, NOT_TESTABLE, SUPPORTED


def test_holm_counts_every_claim_that_has_a_p(judge: Judge) -> None:
    runs = frame(seeds(BASE, 0.9), seeds(MAX, 0.9045, order=1))
    alone = judge(runs, POOLING).loc["pooling"]
    others = [{**POOLING, "id": f"other-{i}", "a": POOLING["b"], "b": POOLING["a"]} for i in range(30)]
    table = judge(runs, POOLING, *others, {**POOLING, "id": "no", "a": {"experiment": "dropout", "value": True}})
    row = table.loc["pooling"]
    assert (alone["verdict"], row["verdict"]) == (SUPPORTED, INCONCLUSIVE)
    assert alone["adjusted_p"] == alone["p"] == row["p"] == pytest.approx(row["adjusted_p"] / 31)
    np.testing.assert_allclose(table["adjusted_p"], holm(table["p"].to_numpy()))
    np.testing.assert_allclose(table["adjusted_p_against"], holm(table["p_against"].to_numpy()))
    # What could have been seen is by the level that Holm leaves to the smallest of 31 p-values: 0.05 / 31.
    values = [100 * runs.loc[runs["run_id"] == run, "test_accuracy"].to_numpy() for run in (MAX, BASE)]
    assert row["min_detectable_effect"] == pytest.approx(detectable_difference(*values, significance=0.05 / 31))


def test_what_the_margin_of_few_seeds_would_have_made_of_many(judge: Judge) -> None:
    def ten(run_id: str, accuracy: float, order: int = 0) -> ROWS:
        five = seeds(run_id, accuracy, order=order)
        return [*five, *((run_id, seed + 5, value, loss) for _, seed, value, loss in five)]

    table = judge(frame(ten(BASE, 0.9), ten(MAX, 0.9012, order=1)), POOLING, ALIKE)
    columns = ["margin", "verdict", "few_seeds_margin", "few_seeds_verdict"]
    assert table[columns].to_numpy().tolist() == [
        [0.25, INCONCLUSIVE, 0.5, EQUIVALENT],
        [0.25, INCONCLUSIVE, 0.5, SUPPORTED],
    ]
    of_five = judge(frame(seeds(BASE, 0.9), seeds(MAX, 0.9012, order=1)), POOLING)
    assert of_five[columns[2:]].isna().all(axis=None)


def test_an_extension_that_was_not_run(tmp_path: Path) -> None:
    wide = {**POOLING, "a": {"experiment": "channels", "value": [32, 64, 256]}, "extension": True}
    known = KnownRuns(experiments=plan().experiments, reported=reported())
    curves = curves_frame([BASE], range(5))
    material = Material(claims=claims(tmp_path, wide), known=known, runs=frame(seeds(BASE, 0.9)), curves=curves)
    row = evaluate_claims(material).iloc[0]
    assert row["verdict"] == NOT_TESTABLE
    assert (row["hindrance"], row["hindrance_runs"]) == (EXTENSION_NOT_RUN, "channels (32x64x256)")


def test_the_table_for_a_terminal(judge: Judge) -> None:
    text = verdict_table(judge(frame(seeds(BASE, 0.9), seeds(MAX, 0.92, order=1)), POOLING, ALIKE))
    header, first, second, empty, counts = text.splitlines()
    assert header.split() == ["claim", "verdict", "effect", "(interval)", "n", "adjusted", "p"]
    assert first.startswith("pooling  supported     +2.00 [")
    assert second.startswith("alike    contradicted  +2.00 [")
    assert (empty, counts) == ("", "1 supported, 1 contradicted")
