"""Seed noise, image noise and both: against closed forms, and against the truth of made-up tables."""

import math

import numpy as np
import pytest
from scipy import stats

from fmnist.analysis.image_noise import Correct, Noise, crossed, disagreement, disagreement_within, in_points
from fmnist.analysis.statistics import Array, paired


def made_up(stream: int, seeds: int, images: int = 400) -> Correct:
    """Return which images were recognised: some are harder than others."""
    generator = np.random.default_rng(stream)
    return generator.random((seeds, images)) < generator.beta(9, 1, images)


def table(stream: int, seeds: int, images: int, of_seeds: float, of_images: float, left: float = 1.0) -> Array:
    """Return differences[seed, image] whose true mean is 0, with random effects of these deviations."""
    draw = np.random.default_rng(stream).normal
    return np.asarray(
        of_seeds * draw(size=(seeds, 1)) + of_images * draw(size=images) + left * draw(size=(seeds, images))
    )


@pytest.mark.parametrize("seeds", [2, 3, 5])
def test_each_part_is_a_test_of_the_means(seeds: int) -> None:
    first, second = made_up(1, seeds), made_up(2, seeds)
    noise, points = crossed(in_points(first, second)), in_points(first, second)
    by_seed = paired(100 * first.mean(axis=1), 100 * second.mean(axis=1))
    assert (noise.seeds.effect, noise.seeds.error) == pytest.approx((by_seed.effect, by_seed.error))
    assert noise.seeds.freedom == by_seed.freedom == seeds - 1
    by_image = stats.ttest_1samp(points.mean(axis=0), 0, alternative="greater")
    assert (noise.images.p_above(), noise.images.freedom) == pytest.approx((by_image.pvalue, 399))


def test_both_parts_by_hand() -> None:
    # Mean squares: 4 of seeds, 1 of images, 0 of what is left; their sum over 4 cells.
    assert crossed(np.array([[1.0, 2.0], [3.0, 4.0]])).both.error == pytest.approx(math.sqrt((4 + 1) / 4))
    assert crossed(np.array([[1.0, 2.0], [3.0, 4.0]])).both.freedom == pytest.approx((4 + 1) ** 2 / (4**2 + 1))


@pytest.mark.parametrize(("of_seeds", "of_images"), [(0.5, 1.0), (0.2, 2.0), (1.0, 0.2)])
def test_the_squared_error_is_the_variance_of_the_mean(of_seeds: float, of_images: float) -> None:
    found = [crossed(table(stream, 4, 40, of_seeds, of_images)) for stream in range(3000)]
    truth = of_seeds**2 / 4 + of_images**2 / 40 + 1 / 160
    means = np.array([noise.both.effect for noise in found])
    assert means.var() == pytest.approx(truth, rel=0.08)
    assert np.mean([noise.both.error**2 for noise in found]) == pytest.approx(truth, rel=0.08)
    # Of the one-sided tests, 5 % reject what is true.
    assert 0.03 < np.mean([noise.both.p_above() < 0.05 for noise in found]) < 0.06


def test_each_source_alone_leaves_out_the_other() -> None:
    found = [crossed(table(stream, 5, 30, 0.5, 1.5)) for stream in range(1000)]

    def rejected(kind: str) -> float:
        return float(np.mean([getattr(noise, kind).p_above() < 0.05 for noise in found]))

    assert min(rejected("seeds"), rejected("images")) > 0.08 > 0.06 > rejected("both")


def test_without_one_source_of_noise_the_error_of_both_is_the_others() -> None:
    same_seeds = crossed(np.repeat(table(3, 1, 50, 0, 1), 5, axis=0))
    same_images = crossed(np.repeat(table(4, 5, 1, 1, 0), 50, axis=1))
    assert (same_seeds.seeds.error, same_images.images.error) == pytest.approx((0, 0), abs=1e-9)
    assert same_seeds.both.error == pytest.approx(same_seeds.images.error)
    assert same_images.both.error == pytest.approx(same_images.seeds.error)


@pytest.mark.parametrize("stream", range(20))
def test_the_error_of_both_is_never_below_that_of_either(stream: int) -> None:
    noise = crossed(table(stream, 3, 20, 0, 0))
    assert noise.both.error >= max(noise.seeds.error, noise.images.error)


def test_equal_runs_differ_with_certainty_by_nothing() -> None:
    noise = crossed(in_points(made_up(5, 3), made_up(5, 3)))
    assert [(d.effect, d.error, d.p_below(0.1)) for d in (noise.seeds, noise.images, noise.both)] == [(0, 0, 0)] * 3


@pytest.mark.parametrize(("seeds", "images"), [(1, 400), (1, 1), (5, 1)])
def test_one_seed_leaves_only_the_noise_of_the_images(seeds: int, images: int) -> None:
    points = in_points(made_up(8, seeds, images), made_up(9, seeds, images))
    noise: Noise = crossed(points)
    assert noise.both.effect == pytest.approx(points.mean())
    assert np.isnan([noise.seeds.error, noise.both.error, noise.both.p_above()]).all()
    by_hand = points.std(ddof=1) / math.sqrt(images) if images > 1 else math.nan
    assert noise.images.error == pytest.approx(by_hand, nan_ok=True)


def test_disagreement_is_counted_between_equal_seeds_and_within_a_run_between_all() -> None:
    first, second = made_up(10, 3), made_up(11, 3)
    assert disagreement(first, second) == np.mean([(a != b).sum() for a, b in zip(first, second, strict=True)])
    within = [(first[i] != first[k]).sum() for i in range(3) for k in range(i)]
    assert disagreement_within(first) == pytest.approx(np.mean(within))
    assert math.isnan(disagreement_within(first[:1]))
