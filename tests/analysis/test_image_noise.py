"""Seed noise, image noise and both: against closed forms, and against the truth of made-up tests."""

import math

import numpy as np
import pandas as pd
import pytest

from fmnist.analysis.image_noise import (
    COLUMNS,
    Correct,
    Noise,
    Pair,
    compared_pairs,
    disagreement,
    disagreement_within,
    image_draws,
    noise,
    noise_table,
    own_noise,
)
from fmnist.analysis.statistics import welch
from fmnist.analysis.tables import to_csv

IMAGES = 400
PAIR = Pair(claims=("a-claim",), first_run="a", second_run="b", first="A", second="B")


def made_up(stream: int, seeds: int, mean: float = 0.9, seed_noise: float = 0.0) -> Correct:
    """Images of different difficulty, seeds of different quality."""
    generator = np.random.default_rng(stream)
    difficulty = np.random.default_rng(7).beta(9, 1, IMAGES) - 0.9
    chances = np.clip(mean + difficulty + seed_noise * generator.normal(size=(seeds, 1)), 0, 1)
    return generator.random((seeds, IMAGES)) < chances


def resampled(first: Correct, second: Correct, draws: int = 4000) -> Noise:
    return noise(first, second, image_draws(first, draws), image_draws(second, draws))


def added_by_seeds(run: Correct) -> float:
    """The variance that drawing one seed fewer adds to the mean of drawn images, in closed form."""
    seeds, images = run.shape
    # Over images, the variance between seeds grows by what the images' own differences bring.
    between = run.mean(axis=1).var() + (run.var(axis=1).mean() - run.mean(axis=0).var()) / images
    return float(between / (seeds - 1))


def test_standard_errors_are_those_of_the_closed_forms() -> None:
    first, second = made_up(1, 5, seed_noise=0.03), made_up(2, 4, 0.88, seed_noise=0.01)
    found = resampled(first, second, draws=20_000)
    of_images = (first.mean(axis=0) - second.mean(axis=0)).std() / math.sqrt(IMAGES)
    assert found.images.error == pytest.approx(100 * of_images, rel=0.03)
    by_welch = welch(100 * first.mean(axis=1), 100 * second.mean(axis=1))
    assert found.seeds.error == pytest.approx(by_welch.error, rel=0.03)
    assert found.seeds.freedom == by_welch.freedom
    variances = [added_by_seeds(run) - 2 * own_noise(run) for run in (first, second)]
    assert found.both.error == pytest.approx(100 * math.sqrt(of_images**2 + sum(variances)), rel=0.03)
    assert found.seeds.effect == found.images.effect == found.both.effect == pytest.approx(by_welch.effect)


def test_the_three_parts_of_the_noise_are_told_apart() -> None:
    """Seeds, images and what belongs to both have the variances that 2,000 matrices were made with."""
    quality, difficulty, neither = 0.001, 0.02, 0.03
    generator = np.random.default_rng(13)
    parts = []
    for _ in range(2000):
        means = generator.normal(0, quality**0.5, (4, 1)) + generator.normal(0, difficulty**0.5, 60)
        run = means + generator.normal(0, neither**0.5, (4, 60))
        parts.append((run.mean(axis=1).var(ddof=1) / 4, run.mean(axis=0).var(ddof=1) / 60, own_noise(run)))
    seeds, images, own = np.mean(parts, axis=0)
    assert own == pytest.approx(neither / 240, rel=0.03)
    assert seeds == pytest.approx(quality / 4 + neither / 240, rel=0.06)
    assert images == pytest.approx(difficulty / 60 + neither / 240, rel=0.06)


@pytest.mark.parametrize(("first", "second"), [(5, 5), (3, 5)])
def test_95_of_100_intervals_hold_the_truth(first: int, second: int) -> None:
    """New seeds and new images each time; both runs are equally good, so the true difference is 0."""
    simulations = 1000
    held = dict.fromkeys(("both", "seeds", "images"), 0)
    for simulation in range(simulations):
        generator = np.random.default_rng((9, simulation))
        chances = generator.beta(0.8, 0.2, (2, 200))  # of each image, with each run
        qualities = [generator.normal(0, 0.04, (seeds, 1)) for seeds in (first, second)]
        runs = [
            generator.random((len(quality), 200)) < own + quality
            for own, quality in zip(chances, qualities, strict=True)
        ]
        found = resampled(runs[0], runs[1], draws=250)
        for kind in held:
            lower, upper = getattr(found, kind).interval(0.95)
            held[kind] += lower <= 0 <= upper
    assert 0.93 <= held["both"] / simulations <= 0.97  # 0.978 without the correction for what counts three times
    assert max(held["seeds"], held["images"]) / simulations < 0.93  # each leaves out the other


def test_without_seed_noise_the_interval_of_both_is_that_of_the_images() -> None:
    found = resampled(np.repeat(made_up(3, 1), 5, axis=0), np.repeat(made_up(4, 1, 0.8), 5, axis=0))
    assert found.seeds.error == 0
    assert found.both.interval(0.95) == pytest.approx(found.images.interval(0.95), rel=1e-3)


def test_where_all_images_are_alike_the_error_of_both_is_that_of_the_seeds() -> None:
    right = np.zeros((4, IMAGES), dtype=bool)
    right[:2] = True  # two seeds recognise every image, two recognise none
    found = resampled(right, right.copy())
    assert found.images.error == 0
    assert found.both.error == pytest.approx(found.seeds.error, rel=1e-9)


def test_images_that_both_runs_find_hard_cancel() -> None:
    one = made_up(6, 1)
    same = resampled(one, one.copy()).images
    assert (same.effect, same.error, same.interval(0.95)) == (0, 0, (0, 0))
    other = one.copy()
    other[0, :4] = ~other[0, :4]
    apart = np.random.default_rng(6).permutation(other[0])[None]
    assert resampled(one, other).images.error < resampled(one, apart).images.error / 3


@pytest.mark.parametrize(("first", "second"), [(1, 1), (1, 5), (5, 1)])
def test_one_seed_leaves_only_the_noise_of_the_images(first: int, second: int) -> None:
    found = resampled(made_up(8, first), made_up(9, second))
    assert found.images.error > 0
    assert np.isnan([found.seeds.error, found.both.error, *found.both.interval(0.95)]).all()


def test_disagreement_is_counted_over_all_pairs_of_seeds() -> None:
    first, second = made_up(10, 3), made_up(11, 2)
    assert disagreement(first, second) == pytest.approx(np.mean([(a != b).sum() for a in first for b in second]))
    within = [(first[i] != first[k]).sum() for i in range(3) for k in range(i)]
    assert disagreement_within(first) == pytest.approx(np.mean(within))
    assert math.isnan(disagreement_within(first[:1]))


def test_a_row_does_not_depend_on_the_other_pairs() -> None:
    correct = {name: made_up(place, 3) for place, name in enumerate("cab")}
    other = Pair(claims=("x",), first_run="c", second_run="a", first="C", second="A")
    alone = noise_table([PAIR], {name: correct[name] for name in "ab"}, draws=300)
    among = noise_table([other, PAIR], correct, draws=300)
    assert tuple(alone.columns) == COLUMNS
    pd.testing.assert_frame_equal(alone, among[1:].reset_index(drop=True))
    assert noise_table([], {}).empty


def test_the_row_of_one_seed_leaves_cells_empty() -> None:
    table = noise_table([PAIR], {name: made_up(place, 1) for place, name in enumerate("ab")}, draws=300)
    cells = dict(zip(*(line.split(",") for line in to_csv(table).splitlines()), strict=True))
    of_seeds = {f"{kind}_{number}" for kind in ("seeds", "both") for number in ("error", "lower", "upper")}
    assert {name for name, cell in cells.items() if not cell} == {*of_seeds, "disagree_within"}
    assert (cells["claims"], cells["first_seeds"], cells["images"]) == ("a-claim", "1", str(IMAGES))


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
    pair = Pair(claims=("one", "turned"), first_run="a", second_run="b", first="A", second="B")
    assert compared_pairs(verdicts) == [pair]
