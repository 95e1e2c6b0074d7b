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
    seed_shares,
    times_drawn,
)
from fmnist.analysis.statistics import Array, welch
from fmnist.analysis.tables import to_csv
from fmnist.claims.table_row import COLUMNS as CLAIM_COLUMNS

IMAGES = 400
PAIR = Pair(claims=("a-claim",), first_run="a", second_run="b", first="A", second="B")


def made_up(generator: np.random.Generator, seeds: int, mean: float = 0.9, seed_noise: float = 0.0) -> Correct:
    """Images of different difficulty, seeds of different quality."""
    difficulty = np.random.default_rng(7).beta(9, 1, IMAGES) - 0.9
    chances = np.clip(mean + difficulty + seed_noise * generator.normal(size=(seeds, 1)), 0, 1)
    return generator.random((seeds, IMAGES)) < chances


def both(first: Correct, second: Correct, draws: int = 4000) -> Noise:
    return noise(first, second, image_draws(first, draws), image_draws(second, draws))


def crossed_variance(run: Correct) -> tuple[Array, float]:
    """Of the mean of a matrix whose rows, one fewer, and columns are drawn: in closed form.

    Returned are the mean over seeds of each image, and the variance that drawing the seeds adds.
    """
    seeds, images = run.shape
    by_image = run.mean(axis=0)
    # Over images, the variance between seeds grows by what the images' own differences bring.
    between = run.mean(axis=1).var() + (run.var(axis=1).mean() - by_image.var()) / images
    return by_image, between / (seeds - 1)


def test_standard_errors_are_those_of_the_closed_forms() -> None:
    generator = np.random.default_rng(1)
    first, second = made_up(generator, 5, seed_noise=0.03), made_up(generator, 4, 0.88, seed_noise=0.01)
    found = both(first, second, draws=20_000)
    over_images = first.mean(axis=0) - second.mean(axis=0)
    assert found.images.error == pytest.approx(100 * over_images.std() / math.sqrt(IMAGES), rel=0.03)
    by_welch = welch(100 * first.mean(axis=1), 100 * second.mean(axis=1))
    assert found.seeds.error == pytest.approx(by_welch.error, rel=0.03)
    assert found.seeds.freedom == by_welch.freedom
    (a, added_a), (b, added_b) = crossed_variance(first), crossed_variance(second)
    exact = math.sqrt((a - b).var() / IMAGES + added_a + added_b - 2 * (own_noise(first) + own_noise(second)))
    assert found.both.error == pytest.approx(100 * exact, rel=0.03)
    assert {part.effect for part in (found.seeds, found.images, found.both)} == {found.both.effect}
    assert found.both.effect == pytest.approx(by_welch.effect)


def test_the_three_parts_of_the_noise_are_told_apart() -> None:
    """Seeds, images and what is neither have the variances that they were made with; 2,000 matrices."""
    quality, difficulty, neither = 0.001, 0.02, 0.03
    generator = np.random.default_rng(13)
    parts = []
    for _ in range(2000):
        means = generator.normal(0, quality**0.5, (4, 1)) + generator.normal(0, difficulty**0.5, 60)
        run = means + generator.normal(0, neither**0.5, (4, 60))
        parts.append((run.mean(axis=1).var(ddof=1) / 4, run.mean(axis=0).var(ddof=1) / 60, own_noise(run)))
    seeds, images, own = np.mean(parts, axis=0)
    of_both = neither / 240
    assert own == pytest.approx(of_both, rel=0.03)
    assert seeds == pytest.approx(quality / 4 + of_both, rel=0.06)
    assert images == pytest.approx(difficulty / 60 + of_both, rel=0.06)
    assert seeds + images - own == pytest.approx(quality / 4 + difficulty / 60 + of_both, rel=0.06)


def test_the_error_of_both_lies_between_the_larger_and_the_sum() -> None:
    generator = np.random.default_rng(2)
    found = both(made_up(generator, 5, seed_noise=0.02), made_up(generator, 5, seed_noise=0.02))
    assert max(found.seeds.error, found.images.error) < found.both.error < found.seeds.error + found.images.error


def test_without_seed_noise_the_interval_of_both_is_that_of_the_images() -> None:
    run = np.repeat(np.random.default_rng(3).random((1, IMAGES)) < 0.9, 5, axis=0)
    other = np.repeat(np.random.default_rng(4).random((1, IMAGES)) < 0.8, 5, axis=0)
    found = both(run, other)
    assert found.seeds.error == 0
    assert found.both.error == pytest.approx(found.images.error, rel=1e-9)
    assert found.both.interval(0.95) == pytest.approx(found.images.interval(0.95), rel=1e-3)


def test_where_all_images_are_alike_the_interval_of_both_is_that_of_the_seeds() -> None:
    right = np.zeros((4, IMAGES), dtype=bool)
    right[:2] = True  # two seeds know every image, two know none
    found = both(right, right[:, ::-1], draws=20_000)
    assert found.images.error == 0
    assert found.both.error == pytest.approx(found.seeds.error, rel=1e-9)


def test_runs_with_the_same_answers_do_not_differ_on_any_images() -> None:
    one = made_up(np.random.default_rng(5), 1)
    found = both(one, one.copy())
    assert (found.images.effect, found.images.error, found.images.interval(0.95)) == (0, 0, (0, 0))
    assert disagreement(one, one) == 0


def test_paired_images_cancel_what_both_runs_find_hard() -> None:
    generator = np.random.default_rng(6)
    hard = generator.random((1, IMAGES)) < 0.7
    other = hard.copy()
    other[0, :4] = ~other[0, :4]
    apart = generator.permutation(other[0])[None]
    assert both(hard, other).images.error < both(hard, apart).images.error / 3


@pytest.mark.parametrize(("first", "second"), [(1, 1), (1, 5), (5, 1)])
def test_one_seed_leaves_the_images_only(first: int, second: int) -> None:
    generator = np.random.default_rng(8)
    found = both(made_up(generator, first), made_up(generator, second))
    assert found.images.error > 0
    assert math.isnan(found.seeds.error)
    assert math.isnan(found.both.error)
    assert all(map(math.isnan, found.both.interval(0.95)))


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
        found = both(runs[0], runs[1], draws=250)
        for kind in held:
            lower, upper = getattr(found, kind).interval(0.95)
            held[kind] += lower <= 0 <= upper
    assert 0.93 <= held["both"] / simulations <= 0.97  # without taking off what is counted too often, 0.978
    assert max(held["seeds"], held["images"]) / simulations < 0.93  # each leaves out the other


def test_images_are_drawn_as_often_as_there_are_images() -> None:
    drawn = times_drawn(50, 2000, np.random.default_rng(0))
    assert (drawn.sum(axis=1) == 50).all()
    assert drawn.mean(axis=0) == pytest.approx(np.ones(50), abs=0.15)
    assert drawn.var() == pytest.approx(1 - 1 / 50, rel=0.03)  # of the multinomial distribution


def test_of_n_seeds_one_fewer_is_drawn() -> None:
    shares = seed_shares(5, 1000, np.random.default_rng(0))
    assert shares.sum(axis=1) == pytest.approx(np.ones(1000))
    assert set(np.unique(shares)) == {0, 0.25, 0.5, 0.75, 1}


def test_disagreement_is_counted_over_all_pairs_of_seeds() -> None:
    generator = np.random.default_rng(10)
    first, second = made_up(generator, 3), made_up(generator, 2)
    apart = [(a != b).sum() for a in first for b in second]
    assert disagreement(first, second) == pytest.approx(np.mean(apart))
    within = [(first[i] != first[k]).sum() for i in range(3) for k in range(i)]
    assert disagreement_within(first) == pytest.approx(np.mean(within))
    assert math.isnan(disagreement_within(first[:1]))


def test_the_table_does_not_depend_on_the_other_pairs() -> None:
    generator = np.random.default_rng(11)
    correct = {name: made_up(generator, 3) for name in "cab"}
    other = Pair(claims=("x",), first_run="c", second_run="a", first="C", second="A")
    alone = noise_table([PAIR], {name: correct[name] for name in "ab"}, draws=300)
    among = noise_table([other, PAIR], correct, draws=300)
    assert tuple(alone.columns) == COLUMNS
    pd.testing.assert_frame_equal(alone, among[1:].reset_index(drop=True))
    assert noise_table([], {}).empty


def test_the_table_of_one_seed_leaves_cells_empty() -> None:
    generator = np.random.default_rng(12)
    table = noise_table([PAIR], {name: made_up(generator, 1) for name in "ab"}, draws=300)
    cells = dict(zip(*(line.split(",") for line in to_csv(table).splitlines()), strict=True))
    empty = {name for name, cell in cells.items() if not cell}
    of_seeds = {f"{kind}_{number}" for kind in ("seeds", "both") for number in ("error", "lower", "upper")}
    assert empty == {*of_seeds, "disagree_within"}
    assert (cells["first_seeds"], cells["images"]) == ("1", str(IMAGES))


def test_pairs_are_those_of_claims_about_accuracy_each_once() -> None:
    rows = [
        {"id": "one", "measure": "accuracy", "first_run": "a", "second_run": "b", "first": "A", "second": "B"},
        {"id": "loss", "measure": "train_loss", "first_run": "a", "second_run": "c", "first": "A", "second": "C"},
        {"id": "turned", "measure": "accuracy", "first_run": "b", "second_run": "a", "first": "B", "second": "A"},
        {"id": "printed", "measure": "accuracy", "first_run": "a", "first": "A", "second": "the reported number"},
        {"id": "not-run", "measure": "accuracy"},
    ]
    (pair,) = compared_pairs(pd.DataFrame(rows, columns=list(CLAIM_COLUMNS)))
    assert pair == Pair(claims=("one", "turned"), first_run="a", second_run="b", first="A", second="B")
