"""Whether the verdicts about accuracies also stand over other test images: the table image_noise.csv."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from fmnist.analysis.image_noise import Correct, Noise, crossed, disagreement, disagreement_within, in_points
from fmnist.analysis.statistics import FEWEST_SEEDS, Array
from fmnist.claims.evaluate import corrected
from fmnist.claims.examine import Examined, Material, claim_test_by, examine_all
from fmnist.claims.forms import ClaimTest, Trend, weights_of_slope
from fmnist.claims.table_row import Correction
from fmnist.claims.verdicts import OPEN, verdict

Predicted = Mapping[str, Mapping[int, Array]]  # by run id and seed: whether each test image was recognised

KINDS = ("seeds", "images", "both")
TEXTS = ("id", "first", "second", "first_run", "second_run", "verdict", "verdict_over_images")
COLUMNS = (
    *TEXTS[:5],
    *("seeds", "images"),  # shared seeds with predictions, and test images
    *("effect", *(f"{kind}_error" for kind in KINDS)),  # of the comparison that decides, in points
    *("lower", "upper"),  # one-sided 95 % bounds over both
    *("disagree", "disagree_within"),  # images that one of the two runs recognises; that one of two seeds does
    *TEXTS[5:],  # on these seeds alone, and over seeds and images
)


def over_images(material: Material, correct: Predicted) -> pd.DataFrame:
    """Return image_noise.csv: one row for every claim about accuracies whose runs all have predictions.

    Both verdicts are by the correction that the claim has among all claims, on its seeds with predictions.
    """
    found = examine_all(material)
    corrections = corrected([one.p for one in found], "holm", material.claims.significance)
    rows = [
        _row(one, runs, correction.factor, material.claims.significance)
        for one, correction in zip(found, corrections, strict=True)
        if (runs := _runs(one, correct))
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _runs(found: Examined, correct: Predicted) -> list[Correct]:
    """Return the predictions of a claim's runs on their shared seeds; empty where the claim has none."""
    about_accuracy = found.test is not None and found.claim.measure == "accuracy" and found.claim.form != "curve"
    by_run = [correct.get(run.run_id or "", {}) for run in found.runs] if about_accuracy else []
    shared = sorted(set.intersection(*(set(seeds) for seeds in by_run))) if by_run else []
    return [np.stack([seeds[seed] for seed in shared]) for seeds in by_run] if shared else []


def _row(found: Examined, runs: Sequence[Correct], factor: float, significance: float) -> dict[str, Any]:
    noise: dict[tuple[int, int], Noise] = {}

    def of(first: int, second: int) -> Noise:
        pair = first, second
        if pair not in noise:
            noise[pair] = crossed(_signed(found, in_points(runs[first], runs[second])))
        return noise[pair]

    accuracies = _signed(found, np.array([100 * run.mean(axis=1) for run in runs]).T)
    over_seeds = claim_test_by(found.claim, lambda a, b: of(a, b).seeds, accuracies, found.margin)
    over_both = claim_test_by(found.claim, lambda a, b: of(a, b).both, accuracies, found.margin)
    if isinstance(over_both, Trend):
        over_both = _trend_over_both(found, over_both, runs)
    comparison = over_both.estimand.comparison
    first, second = comparison.first, comparison.second
    deciding = of(first, second)
    higher, lower = (second, first) if found.claim.falls else (first, second)
    return {
        "id": found.claim.id,
        "first": found.names[higher],
        "second": found.names[lower],
        "first_run": found.runs[higher].run_id,
        "second_run": found.runs[lower].run_id,
        "seeds": len(runs[0]),
        "images": runs[0].shape[1],
        "effect": comparison.effect,
        **{f"{kind}_error": getattr(deciding, kind).error for kind in KINDS},
        "lower": over_both.estimand.lower(significance),
        "upper": over_both.estimand.upper(significance),
        "disagree": disagreement(runs[first], runs[second]),
        "disagree_within": (disagreement_within(runs[first]) + disagreement_within(runs[second])) / 2,
        **_verdicts(over_seeds, over_both, len(runs[0]), factor, significance),
    }


def _signed(found: Examined, values: Array) -> Array:
    return -values if found.claim.falls else values


def _trend_over_both(found: Examined, trend: Trend, runs: Sequence[Correct]) -> Trend:
    """Take the slope over seeds and images. Page's test knows of no images."""
    weights = weights_of_slope(len(runs))
    slopes = sum(weight * run.astype(np.float64) for weight, run in zip(weights, runs, strict=True))
    both = crossed(_signed(found, 100 * np.asarray(slopes))).both
    return replace(trend, rises=both.p_above(), falls=both.p_below())


def _verdicts(
    over_seeds: ClaimTest, over_both: ClaimTest, seeds: int, factor: float, significance: float
) -> dict[str, str]:
    """Return both verdicts at the level that the correction leaves a claim; none for too few seeds.

    What is open over the seeds alone stays open: other images cannot decide it.
    """
    if seeds < FEWEST_SEEDS:
        return {}
    own, over_images = (verdict(Correction(0.0, factor).of(test.p), significance) for test in (over_seeds, over_both))
    return {"verdict": own, "verdict_over_images": OPEN if own == OPEN else over_images}
