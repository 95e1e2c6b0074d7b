"""Whether verdicts stand over other images: made-up networks with nested sets of recognised images."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import curves_frame, plan, reported
from claim_builders import ALIKE, BASE, MAX, POOLING, A, B, claim, claims, frame, rate_claim

from fmnist.claims.compared_runs import KnownRuns
from fmnist.claims.evaluate import evaluate_claims
from fmnist.claims.examine import Material
from fmnist.claims.over_images import COLUMNS, over_images
from fmnist.claims.verdicts import FAILS, HOLDS, NO_DIFFERENCE, OPEN

IMAGES, SEEDS = 1000, 4
RATE = "lenet5__learning_rate="
TREND = rate_claim("trend", direction="rises", values=[0.0001, 0.0002, 0.0004])
SHARP = claim("best", a=B, b=A, direction="lowest")


def recognised(*counts: int, moved: int = 0) -> dict[int, Any]:
    """Return which images each seed recognises: its count of them, from the image `moved` on."""
    return {
        seed: (np.arange(IMAGES) < count + moved) & (np.arange(IMAGES) >= moved) for seed, count in enumerate(counts)
    }


def judged(folder: Path, correct: Mapping[str, Mapping[int, Any]], *entries: dict[str, Any], lost: int = 0) -> Any:
    """Return image_noise.csv of claims on runs with these predictions, and claims.csv; lose those of the last seeds."""
    runs = frame([(run, seed, float(right.mean()), 0.2) for run, own in correct.items() for seed, right in own.items()])
    known = KnownRuns(experiments=plan().experiments, reported=reported())
    material = Material(claims=claims(folder, *entries), known=known, runs=runs, curves=curves_frame([BASE], range(5)))
    kept = {run: {seed: own[seed] for seed in own if seed < SEEDS - lost} for run, own in correct.items()}
    return over_images(material, kept).set_index("id", drop=False), evaluate_claims(material).set_index("id")


BASES = recognised(800, 801, 800, 799)


@pytest.mark.parametrize(
    ("other", "entry", "verdicts"),
    [
        # 10 points are no accident of the images. 38 images more and 30 fewer may be one.
        (recognised(900, 903, 901, 896), POOLING, [HOLDS, HOLDS]),
        (recognised(808, 808, 809, 807, moved=30), POOLING, [HOLDS, OPEN]),
        (recognised(792, 793, 791, 792, moved=30), POOLING, [FAILS, OPEN]),
        (recognised(808, 808, 809, 807, moved=30), SHARP, [HOLDS, OPEN]),
        # Equally accurate, by ten other images or by the same ones.
        (recognised(800, 801, 800, 799, moved=10), ALIKE, [HOLDS, OPEN]),
        (BASES, ALIKE, [HOLDS, HOLDS]),
        (BASES, POOLING, [NO_DIFFERENCE, NO_DIFFERENCE]),
        (recognised(900, 903, 901, 896), ALIKE, [FAILS, FAILS]),
    ],
)  # fmt: skip
def test_two_runs_that_do_and_do_not_stand(
    tmp_path: Path, other: Any, entry: dict[str, Any], verdicts: list[str]
) -> None:
    table, judged_claims = judged(tmp_path, {BASE: BASES, MAX: other}, entry)
    row = table.iloc[0]
    assert list(table.columns) == list(COLUMNS)
    assert [row["verdict"], row["verdict_over_images"]] == verdicts
    by_claim = judged_claims.iloc[0]
    assert row["verdict"] == by_claim["verdict"]
    assert row["effect"] == pytest.approx(by_claim["effect"])
    assert (row["seeds"], row["images"]) == (SEEDS, IMAGES)
    assert row["both_error"] >= max(row["seeds_error"], row["images_error"])
    assert row["lower"] <= row["effect"] <= row["upper"]


@pytest.mark.parametrize(
    ("second", "third", "verdicts"), [(840, 880, [HOLDS, HOLDS]), (803, 806, [HOLDS, OPEN]), (760, 720, [FAILS, FAILS])]
)
def test_a_trend_stands_by_its_linear_contrast(tmp_path: Path, second: int, third: int, verdicts: list[str]) -> None:
    accurate = (BASES, recognised(*[second] * 4, moved=30), recognised(*[third] * 4, moved=60))
    runs = {f"{RATE}{value}": own for value, own in zip(("0.0001", "0.0002", "0.0004"), accurate, strict=True)}
    table, _ = judged(tmp_path, runs, TREND, {**TREND, "id": "falls", "direction": "falls"})
    opposite = [{HOLDS: FAILS, FAILS: HOLDS}.get(verdict, verdict) for verdict in verdicts]
    assert table[["verdict", "verdict_over_images"]].to_numpy().tolist() == [verdicts, opposite]
    assert table["first"].tolist() == ["learning rate 0.0004", "learning rate 0.0001"]


def test_the_correction_is_that_of_the_whole_list(tmp_path: Path) -> None:
    runs = {BASE: BASES, MAX: recognised(817, 820, 818, 817, moved=30)}
    alone, _ = judged(tmp_path, runs, POOLING)
    noisy = {f"{RATE}0.0001": recognised(900, 700, 900, 700), f"{RATE}0.0002": recognised(700, 900, 700, 900)}
    undecided = claim("level", experiment="learning_rate", values=[0.0001, 0.0002])
    others = [{**undecided, "id": f"other-{i}"} for i in range(40)]
    among, _ = judged(tmp_path, runs | noisy, POOLING, *others)
    found = [table.loc["pooling", ["verdict", "verdict_over_images"]].tolist() for table in (alone, among)]
    assert found == [[HOLDS, HOLDS], [HOLDS, OPEN]]
    assert set(among["verdict"][1:]) == {OPEN}


@pytest.mark.parametrize(("lost", "seeds", "verdict"), [(0, 4, HOLDS), (1, 3, HOLDS), (2, 2, None), (3, 1, None)])
def test_only_seeds_with_predictions_count(tmp_path: Path, lost: int, seeds: int, verdict: str | None) -> None:
    table, _ = judged(tmp_path, {BASE: BASES, MAX: recognised(900, 903, 901, 896)}, POOLING, lost=lost)
    assert table["seeds"].item() == seeds
    assert table["verdict_over_images"].dropna().tolist() == ([verdict] if verdict else [])
    assert pd.isna(table["seeds_error"].item()) == (seeds == 1)
    assert table["images_error"].item() > 0


def test_claims_without_predictions_or_about_other_measures_have_no_row(tmp_path: Path) -> None:
    entries = [
        POOLING,
        {**POOLING, "id": "loss", "measure": "train_loss"},
        {**POOLING, "id": "not-run", "a": {"experiment": "dropout", "value": True}},
    ]
    table, _ = judged(tmp_path, {BASE: BASES, MAX: recognised(900, 903, 901, 896)}, *entries)
    assert list(table["id"]) == ["pooling"]
    empty, _ = judged(tmp_path, {BASE: BASES, MAX: BASES}, *entries, lost=SEEDS)
    assert list(empty.columns) == list(COLUMNS)
    assert empty.empty


def test_images_that_one_of_two_runs_or_of_two_seeds_recognises(tmp_path: Path) -> None:
    table, _ = judged(tmp_path, {BASE: recognised(*[800] * 4), MAX: recognised(900, 900, 910, 910)}, POOLING)
    assert table["disagree"].item() == 105
    assert table["disagree_within"].item() == pytest.approx((0 + 10 * 4 / 6) / 2)
