"""Noise of the seeds and of the test images in a difference of accuracies.

Two runs are paired by seed and by image, so that their difference is a table of seeds by images, in
points. In a two-way random model without replication, the mean squares of seeds, of images and of
what is left give the variance of the mean over seeds, over images, and over both (H. Scheffé, The
Analysis of Variance, 1959, chapter 7).
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fmnist.analysis.statistics import Array, Difference

Correct = npt.NDArray[np.bool_]  # [seed, image]: whether a run recognised an image


@dataclass(frozen=True, kw_only=True, slots=True)
class Noise:
    """One difference, in points, with the standard error from each source."""

    seeds: Difference  # other seeds on the same images: the paired t-test
    images: Difference  # other images for the same seeds
    both: Difference


def crossed(differences: Array) -> Noise:
    """Return the noise of a mean of differences[seed, image], in points. NaN over seeds where there is one."""
    seeds, images = differences.shape
    effect = float(differences.mean())
    if seeds < 2 or images < 2:
        unknown = Difference(effect=effect, error=math.nan, freedom=math.nan)
        error = float(differences.std(ddof=1)) / math.sqrt(images) if images > 1 else math.nan
        return Noise(seeds=unknown, images=Difference(effect=effect, error=error, freedom=images - 1), both=unknown)
    of_seeds = images * float(differences.mean(axis=1).var(ddof=1))
    of_images = seeds * float(differences.mean(axis=0).var(ddof=1))
    total = float(((differences - effect) ** 2).sum())
    freedoms = seeds - 1, images - 1, (seeds - 1) * (images - 1)
    left = max(0.0, total - freedoms[0] * of_seeds - freedoms[1] * of_images) / freedoms[2]
    # An estimate of both can fall below one of its parts by chance: the error is at least that of either.
    of_both = max(of_seeds + of_images - left, of_seeds, of_images)
    below = sum(square**2 / freedom for square, freedom in zip((of_seeds, of_images, left), freedoms, strict=True))

    def difference(square: float, freedom: float) -> Difference:
        return Difference(effect=effect, error=math.sqrt(square / differences.size), freedom=freedom)

    return Noise(
        seeds=difference(of_seeds, freedoms[0]),
        images=difference(of_images, freedoms[1]),
        both=difference(of_both, of_both**2 / below if below > 0 else math.inf),
    )


def in_points(first: Correct, second: Correct) -> Array:
    """Return first minus second as [seed, image], in points: of accuracy, its mean is the difference."""
    return np.asarray(100.0 * (first.astype(np.float64) - second))


def disagreement(first: Correct, second: Correct) -> float:
    """Return on how many images just one of two runs with one seed is right, the mean over seeds."""
    return float((first != second).sum(axis=1).mean())


def disagreement_within(run: Correct) -> float:
    """Return the same for two different seeds of one run; NaN where it has one seed."""
    right = run.mean(axis=0)
    return float((2 * right * (1 - right)).sum()) * len(run) / (len(run) - 1) if len(run) > 1 else np.nan
