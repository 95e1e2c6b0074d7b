"""How far a difference in accuracy owes to the seeds that were run, and how far to the images it was tested on.

Both are resampled: the seeds of each run, the test images (the same for both runs, which are
paired by image), and the two at once: the crossed or "pigeonhole" bootstrap of A. B. Owen,
The pigeonhole bootstrap, Annals of Applied Statistics 1(2), 2007. It gives the standard errors;
three things about it are mended, and tests/test_image_noise.py holds the result against the truth.

- Owen shows that it counts the noise that belongs to neither seeds nor images alone (another seed
  slips on other images) three times. The variance of that noise is estimated, and two of the three
  are taken off. On 10,000 images it is most of what seeds differ by.
- Of n seeds, n - 1 are drawn: n of them would give a variance that is too small by 1/n (J. N. K. Rao
  and C. F. J. Wu, Resampling inference with complex survey data, JASA 83, 1988).
- With few seeds its percentiles are too narrow. Intervals are Student's t, with Welch's degrees of
  freedom for the seeds and Satterthwaite's for both, so that over seeds they are Welch's own.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from fmnist.analysis.statistics import Array, Difference, welch

Correct = npt.NDArray[np.bool_]  # [seed, image]: whether a run recognised an image

DRAWS = 10_000  # a standard error is then known to about 0.7%
LEVEL = 0.95
# Seeds of the resampling, one for each stream: the same runs give the same numbers.
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """Two runs that claims about accuracy compare: their ids and names, and the claims' ids."""

    claims: tuple[str, ...]
    first_run: str
    second_run: str
    first: str
    second: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Noise:
    """The difference of two accuracies, first minus second, in points, by the source of its error."""

    seeds: Difference
    images: Difference
    both: Difference


def compared_pairs(verdicts: pd.DataFrame) -> list[Pair]:
    """Return each pair of runs that a claim about accuracy rests on, once, in the order of claims.csv."""
    found: dict[frozenset[str], Pair] = {}
    about = verdicts[verdicts["measure"] == "accuracy"].dropna(subset=["first_run", "second_run"])
    for row in about.to_dict("records"):
        runs = frozenset((row["first_run"], row["second_run"]))
        claims = (*found[runs].claims, row["id"]) if runs in found else (row["id"],)
        names = {name: str(row[name]) for name in ("first_run", "second_run", "first", "second")}
        kept = found.get(runs, Pair(claims=claims, **names))
        found[runs] = Pair(
            claims=claims,
            first_run=kept.first_run,
            second_run=kept.second_run,
            first=kept.first,
            second=kept.second,
        )
    return list(found.values())


def noise_table(pairs: Iterable[Pair], correct: Mapping[str, Correct], draws: int = DRAWS) -> pd.DataFrame:
    """Return image_noise.csv: one row a pair, with COLUMNS; `correct` by run id, all on the same images.

    A pair with a run that `correct` lacks, since its predictions are not known, has a row without numbers
    but those of seeds.

    `effect` is first minus second, in points, like the standard errors and the ends of 95%
    intervals; those over seeds, and over both, are NaN where a run has one seed. `disagree` is the
    number of images that one run recognises and the other does not, over all pairs of their seeds;
    `disagree_within` the same of two seeds of one run, the mean of both runs.
    """
    drawn = _drawn(correct, draws)
    rows = []
    for pair in pairs:
        first, second = correct.get(pair.first_run), correct.get(pair.second_run)
        if first is None or second is None:
            rows.append(_named(pair, first, second))
            continue
        found = noise(first, second, drawn[pair.first_run], drawn[pair.second_run])
        rows.append({**_described(pair, first, second), **_numbers(found)})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _drawn(correct: Mapping[str, Correct], draws: int) -> dict[str, Array]:
    """Return [draw, seed] for every run: its accuracies on the resampled images."""
    if not correct:
        return {}
    every = image_draws(np.concatenate(list(correct.values())), draws)
    ends = np.cumsum([len(run) for run in correct.values()])
    return dict(zip(correct, np.split(every, ends[:-1], axis=1), strict=True))


def _named(pair: Pair, first: Correct | None, second: Correct | None) -> dict[str, object]:
    return {
        "claims": " ".join(pair.claims),
        "first": pair.first,
        "second": pair.second,
        "first_run": pair.first_run,
        "second_run": pair.second_run,
        "first_seeds": 0 if first is None else len(first),
        "second_seeds": 0 if second is None else len(second),
    }


def _described(pair: Pair, first: Correct, second: Correct) -> dict[str, object]:
    return {
        **_named(pair, first, second),
        "images": first.shape[1],
        "disagree": disagreement(first, second),
        "disagree_within": (disagreement_within(first) + disagreement_within(second)) / 2,
    }


def _numbers(found: Noise) -> dict[str, float]:
    numbers = {"effect": found.images.effect}
    for kind in KINDS:
        difference: Difference = getattr(found, kind)
        lower, upper = difference.interval(LEVEL)
        numbers |= {f"{kind}_error": difference.error, f"{kind}_lower": lower, f"{kind}_upper": upper}
    return numbers


def noise(first: Correct, second: Correct, first_drawn: Array, second_drawn: Array) -> Noise:
    """Resample the difference of two runs. The `drawn` ones are what `image_draws` made of each, on the same images."""
    values = [100 * run.mean(axis=1) for run in (first, second)]
    effect = float(values[0].mean() - values[1].mean())
    over_images = 100 * (first_drawn.mean(axis=1) - second_drawn.mean(axis=1))
    images = Difference(effect=effect, error=_deviation(over_images), freedom=first.shape[1] - 1)
    if min(map(len, values)) < 2:
        unknown = Difference(effect=effect, error=np.nan, freedom=np.nan)
        return Noise(seeds=unknown, images=images, both=unknown)
    generator = np.random.default_rng(SEED_STREAM)
    shares = [seed_shares(len(run), len(first_drawn), generator) for run in values]
    over_seeds = shares[0] @ values[0] - shares[1] @ values[1]
    crossed = [(share * drawn).sum(axis=1) for share, drawn in zip(shares, (first_drawn, second_drawn), strict=True)]
    seeds = Difference(effect=effect, error=_deviation(over_seeds), freedom=welch(*values).freedom)
    excess = 2 * 100**2 * (own_noise(first) + own_noise(second))
    # Where the estimated excess is too large by chance: both are no less than either.
    variance = max(_deviation(100 * (crossed[0] - crossed[1])) ** 2 - excess, seeds.error**2, images.error**2)
    error = float(np.sqrt(variance))
    return Noise(
        seeds=seeds, images=images, both=Difference(effect=effect, error=error, freedom=_freedom(error, seeds, images))
    )


def own_noise(run: Correct) -> float:
    """The variance in a run's mean accuracy, a fraction, of what neither a seed nor an image has in common.

    Unbiased; from the analysis of variance of a matrix without replicates.
    """
    seeds, images = run.shape
    between = run.var(axis=0, ddof=1).mean() - run.mean(axis=1).var(ddof=1)
    return float(between / (seeds * (images - 1)))


def _deviation(draws: Array) -> float:
    """The standard deviation over draws; exactly 0 where all are equal, so that rounding is no spread."""
    return 0.0 if np.ptp(draws) == 0 else float(draws.std(ddof=1))


def _freedom(error: float, *parts: Difference) -> float:
    """Satterthwaite's degrees of freedom of an error that is made of parts."""
    below = sum(part.error**4 / part.freedom for part in parts)
    return error**4 / below if below > 0 else math.inf


def image_draws(correct: Correct, draws: int = DRAWS) -> Array:
    """Return [draw, seed]: the accuracy, a fraction, on as many images as there are, drawn with replacement.

    Of equally many images, every call draws the same: two runs are paired by image.
    """
    generator = np.random.default_rng(IMAGE_STREAM)
    images = correct.shape[1]
    seeds = correct.T.astype(np.float32)  # its sums stay exact: they are whole numbers below 2^24
    parts = [
        times_drawn(images, min(_AT_ONCE, draws - start), generator).astype(np.float32) @ seeds
        for start in range(0, draws, _AT_ONCE)
    ]
    shares: Array = np.concatenate(parts).astype(np.float64) / images
    return shares


def times_drawn(count: int, draws: int, generator: np.random.Generator) -> npt.NDArray[np.intp]:
    """Return [draw, one of `count` things]: how often each was drawn, of `count` draws with replacement."""
    picks = generator.integers(count, size=(draws, count)) + count * np.arange(draws)[:, None]
    return np.bincount(picks.ravel(), minlength=draws * count).reshape(draws, count)


def seed_shares(count: int, draws: int, generator: np.random.Generator) -> Array:
    """Return [draw, seed]: the weight of each of `count` seeds where one seed fewer is drawn; a row sums to 1."""
    return generator.multinomial(count - 1, np.full(count, 1 / count), size=draws) / (count - 1)


def disagreement(first: Correct, second: Correct) -> float:
    """Return on how many images one run is right and the other wrong, the mean over all pairs of their seeds."""
    a, b = first.mean(axis=0), second.mean(axis=0)
    return float((a + b - 2 * a * b).sum())


def disagreement_within(run: Correct) -> float:
    """Return the same of two different seeds of one run; NaN where it has one seed."""
    seeds, right = len(run), run.sum(axis=0)
    return float((2 * right * (seeds - right)).sum() / (seeds * (seeds - 1))) if seeds > 1 else np.nan
