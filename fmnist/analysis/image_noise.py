"""Noise of the seeds and of the test images in a difference of accuracies.

The crossed ("pigeonhole") bootstrap resamples both: the seeds of each run, and the test images,
by which two runs are paired (A. B. Owen, The pigeonhole bootstrap, Annals of Applied Statistics
1(2), 2007). Three corrections apply; tests/analysis/test_image_noise.py compares the result with
the truth.

- Each seed errs on different images. Owen shows that the bootstrap counts this noise three times:
  subtract two of the three. On 10,000 images it is most of the variance between seeds.
- Drawing n of n seeds gives a variance too small by 1/n: draw n - 1 (J. N. K. Rao and C. F. J. Wu,
  Resampling inference with complex survey data, JASA 83, 1988).
- Percentiles of few seeds are too narrow: use Student's t, with Welch's degrees of freedom for the
  seeds and Satterthwaite's for both.
"""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from fmnist.analysis.statistics import Array, Difference, welch

Correct = npt.NDArray[np.bool_]  # [seed, image]: whether a run recognised an image

DRAWS = 10_000  # give a standard error to about 0.7 %
LEVEL = 0.95
# Fixed seeds of the two random streams: the same runs give the same numbers.
IMAGE_STREAM, SEED_STREAM = (0, 0), (0, 1)
_AT_ONCE = 250  # draws whose images are held in memory
KINDS = ("seeds", "images", "both")
TEXTS = ("claims", "first", "second", "first_run", "second_run")
COLUMNS = (
    *TEXTS,
    "first_seeds",
    "second_seeds",
    "images",
    "effect",
    *(f"{kind}_{number}" for kind in KINDS for number in ("error", "lower", "upper")),
    "disagree",
    "disagree_within",
)


def compared_pairs(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return each pair of runs that claims about accuracy compare, once, in the order of claims.csv.

    Columns are TEXTS: the claims' ids separated by spaces, and the names and ids of the runs.
    """
    about = verdicts[verdicts["measure"] == "accuracy"].dropna(subset=["first_run", "second_run"])
    pairs = [" ".join(sorted(runs)) for runs in about[["first_run", "second_run"]].itertuples(index=False)]
    claims = about.groupby(pairs, sort=False)["id"].agg(" ".join)
    first = about.groupby(pairs, sort=False)[list(TEXTS[1:])].first()
    return first.assign(claims=claims)[list(TEXTS)].reset_index(drop=True)


def noise_table(pairs: pd.DataFrame, correct: Mapping[str, Correct], draws: int = DRAWS) -> pd.DataFrame:
    """Return image_noise.csv: COLUMNS for each of compared_pairs; `correct` by run id, all on the same images.

    `effect` is first minus second, in points, like the standard errors and the ends of the 95 %
    intervals. `disagree` is the mean number of images that a seed of one run recognises and a
    seed of the other does not; `disagree_within` is the same for two seeds of one run. Cells are
    NaN where a run has too few seeds: seeds, both and disagree_within need two of each run.
    """
    drawn = image_draws(correct, draws)
    rows = []
    for pair in pairs.to_dict("records"):
        runs = [pair["first_run"], pair["second_run"]]
        pair["first_seeds"], pair["second_seeds"] = (len(correct.get(run, ())) for run in runs)
        numbers = _numbers(correct, drawn, *runs) if set(runs) <= set(correct) else {}
        rows.append(pair | numbers)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _numbers(correct: Mapping[str, Correct], drawn: Mapping[str, Array], a: str, b: str) -> dict[str, float]:
    """Return the columns of a pair of runs with known predictions."""
    first, second = correct[a], correct[b]
    differences = noise(first, second, drawn[a], drawn[b])
    numbers = {
        "images": first.shape[1],
        "effect": differences["images"].effect,
        "disagree": disagreement(first, second),
        "disagree_within": (disagreement_within(first) + disagreement_within(second)) / 2,
    }
    for kind, difference in differences.items():
        numbers[f"{kind}_error"] = difference.error
        numbers[f"{kind}_lower"], numbers[f"{kind}_upper"] = difference.interval(LEVEL)
    return numbers


def noise(first: Correct, second: Correct, first_drawn: Array, second_drawn: Array) -> dict[str, Difference]:
    """Return the difference of two accuracies, in points, with the error from each of KINDS.

    `first_drawn` and `second_drawn` are the runs' image_draws.
    """
    a, b = 100 * first.mean(axis=1), 100 * second.mean(axis=1)
    over_images = _deviation(100 * (first_drawn.mean(axis=1) - second_drawn.mean(axis=1)))
    images = Difference(effect=float(a.mean() - b.mean()), error=over_images, freedom=first.shape[1] - 1)
    if min(len(a), len(b)) < 2:
        unknown = replace(images, error=np.nan, freedom=np.nan)
        return {"seeds": unknown, "images": images, "both": unknown}
    generator = np.random.default_rng(SEED_STREAM)
    a_shares, b_shares = (_seed_shares(len(run), len(first_drawn), generator) for run in (a, b))
    seeds = replace(images, error=_deviation(a_shares @ a - b_shares @ b), freedom=welch(a, b).freedom)
    crossed = 100 * ((a_shares * first_drawn).sum(axis=1) - (b_shares * second_drawn).sum(axis=1))
    excess = 2 * 100**2 * (own_noise(first) + own_noise(second))
    # The estimated excess can be too large by chance: the error of both is at least that of either.
    error = math.sqrt(max(_deviation(crossed) ** 2 - excess, seeds.error**2, images.error**2))
    both = replace(images, error=error, freedom=_freedom(error, seeds, images))
    return {"seeds": seeds, "images": images, "both": both}


def own_noise(run: Correct) -> float:
    """Return the variance that errors of single seeds on single images add to a run's mean accuracy, a fraction.

    It is unbiased, from the analysis of variance of a matrix without replicates.
    """
    seeds, images = run.shape
    between = run.var(axis=0, ddof=1).mean() - run.mean(axis=1).var(ddof=1)
    return float(between / (seeds * (images - 1)))


def _deviation(draws: Array) -> float:
    """Return the standard deviation over draws; exactly 0 where all are equal: rounding is not spread."""
    return 0.0 if np.ptp(draws) == 0 else float(draws.std(ddof=1))


def _freedom(error: float, *parts: Difference) -> float:
    """Return Satterthwaite's degrees of freedom of an error that is made of parts."""
    below = sum(part.error**4 / part.freedom for part in parts)
    return error**4 / below if below > 0 else math.inf


def image_draws(correct: Mapping[str, Correct], draws: int = DRAWS) -> dict[str, Array]:
    """Return each run's accuracies [draw, seed], fractions, on as many images as there are, drawn with replacement.

    All runs have the same draws: two runs are paired by image.
    """
    if not correct:
        return {}
    generator = np.random.default_rng(IMAGE_STREAM)
    seeds = np.concatenate(list(correct.values())).T.astype(np.float32)  # exact: sums are whole numbers below 2^24
    images = len(seeds)
    parts = [
        _times_drawn(images, min(_AT_ONCE, draws - start), generator).astype(np.float32) @ seeds
        for start in range(0, draws, _AT_ONCE)
    ]
    shares = np.concatenate(parts).astype(np.float64) / images
    ends = np.cumsum([len(run) for run in correct.values()])
    return dict(zip(correct, np.split(shares, ends[:-1], axis=1), strict=True))


def _times_drawn(count: int, draws: int, generator: np.random.Generator) -> npt.NDArray[np.intp]:
    """Return [draw, item]: how often each of `count` items occurs in `count` draws with replacement."""
    picks = generator.integers(count, size=(draws, count)) + count * np.arange(draws)[:, None]
    return np.bincount(picks.ravel(), minlength=draws * count).reshape(draws, count)


def _seed_shares(count: int, draws: int, generator: np.random.Generator) -> Array:
    """Return [draw, seed]: the weight of each seed if `count` - 1 of `count` are drawn; a row sums to 1."""
    return generator.multinomial(count - 1, np.full(count, 1 / count), size=draws) / (count - 1)


def disagreement(first: Correct, second: Correct) -> float:
    """Return on how many images just one of two runs is right, the mean over all pairs of their seeds."""
    a, b = first.mean(axis=0), second.mean(axis=0)
    return float((a + b - 2 * a * b).sum())


def disagreement_within(run: Correct) -> float:
    """Return the same for two different seeds of one run; NaN where it has one seed."""
    return disagreement(run, run) * len(run) / (len(run) - 1) if len(run) > 1 else np.nan
