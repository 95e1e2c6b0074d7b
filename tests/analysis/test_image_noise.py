"""Seed noise, image noise and both: against closed forms, and against the truth of made-up tests."""

import math

import numpy as np
import pandas as pd
import pytest

from fmnist.analysis.image_noise import (
    COLUMNS,
    TEXTS,
    Correct,
    compared_pairs,
    disagreement,
    disagreement_within,
    image_draws,
    noise,
    noise_table,
    own_noise,
)
from fmnist.analysis.statistics import Difference, welch
from fmnist.analysis.tables import to_csv

IMAGES = 400
PAIRS = pd.DataFrame([("x", "C", "A", "c", "a"), ("a-claim", "A", "B", "a", "b")], columns=list(TEXTS))


def made_up(stream: int, seeds: int, mean: float = 0.9, seed_noise: float = 0.0) -> Correct:
    """Return images of different difficulty, seeds of different quality."""
    generator = np.random.default_rng(stream)
    difficulty = np.random.default_rng(7).beta(9, 1, IMAGES) - 0.9
    chances = np.clip(mean + difficulty + seed_noise * generator.normal(size=(seeds, 1)), 0, 1)
    return generator.random((seeds, IMAGES)) < chances


def resampled(first: Correct, second: Correct, draws: int = 4000) -> dict[str, Difference]:
    drawn = image_draws({"first": first, "second": second}, draws)
    return noise(first, second, drawn["first"], drawn["second"])


def added_by_seeds(run: Correct) -> float:
    """Return the variance that drawing one seed fewer adds to the mean of drawn images, in closed form."""
    seeds, images = run.shape
    # Over images, the variance between seeds grows by what the images' own differences bring.
    between = run.mean(axis=1).var() + (run.var(axis=1).mean() - run.mean(axis=0).var()) / images
    return float(between / (seeds - 1))


def test_standard_errors_are_those_of_the_closed_forms() -> None:
    first, second = made_up(1, 5, seed_noise=0.03), made_up(2, 4, 0.88, seed_noise=0.01)
    found = resampled(first, second, draws=20_000)
    of_images = (first.mean(axis=0) - second.mean(axis=0)).std() / math.sqrt(IMAGES)
    by_welch = welch(100 * first.mean(axis=1), 100 * second.mean(axis=1))
    of_seeds = sum(added_by_seeds(run) - 2 * own_noise(run) for run in (first, second))
    errors = [by_welch.error, 100 * of_images, 100 * math.sqrt(of_images**2 + of_seeds)]
    assert [difference.error for difference in found.values()] == pytest.approx(errors, rel=0.03)
    assert [difference.effect for difference in found.values()] == pytest.approx([by_welch.effect] * 3)
    assert found["seeds"].freedom == by_welch.freedom


@pytest.mark.parametrize(("first", "second"), [(5, 5), (3, 5)])
def test_95_of_100_intervals_hold_the_truth(first: int, second: int) -> None:
    """New seeds and new images each time; both runs are equally good, so the true difference is 0."""
    simulations = 1000
    held = dict.fromkeys(("both", "seeds", "images"), 0)
    for simulation in range(simulations):
        generator = np.random.default_rng((9, simulation))
        chances = generator.beta(0.8, 0.2, (2, 200))  # of each image, with each run
        qualities = [generator.normal(0, 0.04, (seeds, 1)) for seeds in (first, second)]
        runs = [generator.random((len(quality), 200)) < chances[run] + quality for run, quality in enumerate(qualities)]
        for kind, difference in resampled(*runs, draws=250).items():
            lower, upper = difference.interval(0.95)
            held[kind] += lower <= 0 <= upper
    assert 0.93 <= held["both"] / simulations <= 0.97  # 0.978 without the correction for what counts three times
    assert max(held["seeds"], held["images"]) / simulations < 0.93  # each leaves out the other


def test_without_one_source_of_noise_the_error_of_both_is_that_of_the_other() -> None:
    found = resampled(np.repeat(made_up(3, 1), 5, axis=0), np.repeat(made_up(4, 1, 0.8), 5, axis=0))
    assert found["seeds"].error == 0
    assert found["both"].interval(0.95) == pytest.approx(found["images"].interval(0.95), rel=1e-3)
    right = np.repeat([[True], [True], [False], [False]], IMAGES, axis=1)  # all images are alike
    found = resampled(right, right.copy())
    assert found["images"].error == 0
    assert found["both"].error == pytest.approx(found["seeds"].error, rel=1e-9)


def test_images_that_both_runs_find_hard_cancel() -> None:
    one = made_up(6, 1)
    same = resampled(one, one.copy())["images"]
    assert (same.effect, same.error, same.interval(0.95)) == (0, 0, (0, 0))
    other = one.copy()
    other[0, :4] = ~other[0, :4]
    apart = np.random.default_rng(6).permutation(other[0])[None]
    assert resampled(one, other)["images"].error < resampled(one, apart)["images"].error / 3


def test_disagreement_is_counted_over_all_pairs_of_seeds() -> None:
    first, second = made_up(10, 3), made_up(11, 2)
    assert disagreement(first, second) == pytest.approx(np.mean([(a != b).sum() for a in first for b in second]))
    within = [(first[i] != first[k]).sum() for i in range(3) for k in range(i)]
    assert disagreement_within(first) == pytest.approx(np.mean(within))


def test_a_row_does_not_depend_on_the_other_pairs() -> None:
    correct = {name: made_up(place, 3) for place, name in enumerate("cab")}
    alone = noise_table(PAIRS[1:], {name: correct[name] for name in "ab"}, draws=300)
    among = noise_table(PAIRS, correct, draws=300)
    assert tuple(alone.columns) == COLUMNS
    pd.testing.assert_frame_equal(alone, among[1:].reset_index(drop=True))
    assert noise_table(PAIRS, {})["first_seeds"].tolist() == [0, 0]


@pytest.mark.parametrize(("first", "second"), [(1, 1), (1, 5), (5, 1)])
def test_one_seed_leaves_only_the_noise_of_the_images(first: int, second: int) -> None:
    table = noise_table(PAIRS[1:], {"a": made_up(8, first), "b": made_up(9, second)}, draws=300)
    cells = dict(zip(*(line.split(",") for line in to_csv(table).splitlines()), strict=True))
    of_seeds = {f"{kind}_{number}" for kind in ("seeds", "both") for number in ("error", "lower", "upper")}
    assert {name for name, cell in cells.items() if not cell} == {*of_seeds, "disagree_within"}
    assert (cells["claims"], cells["first_seeds"], cells["images"]) == ("a-claim", str(first), str(IMAGES))


def test_pairs_are_those_of_claims_about_accuracy_each_once() -> None:
    verdicts = pd.DataFrame(
        [
            ("one", "accuracy", "a", "b", "A", "B"),
            ("loss", "train_loss", "a", "c", "A", "C"),
            ("turned", "accuracy", "b", "a", "B", "A"),
            ("printed", "accuracy", "a", None, "A", "the reported number"),
            ("not-run", "accuracy", None, None, None, None),
        ],
        columns=["id", "measure", "first_run", "second_run", "first", "second"],
    )
    pairs = compared_pairs(verdicts)
    assert tuple(pairs.columns) == TEXTS
    assert pairs.to_numpy().tolist() == [["one turned", "A", "B", "a", "b"]]
    assert compared_pairs(verdicts[:0]).empty
