"""How far the verdicts hang on the choices of the analyst, and on which seeds were trained."""

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd

from fmnist.analysis.statistics import paired, welch
from fmnist.claims.evaluate import judge
from fmnist.claims.examine import Choices, Material
from fmnist.claims.verdicts import OPEN, WITHOUT_VERDICT

DIFFERENCES = {"paired": paired, "welch": welch}
MARGIN_FACTORS = (0.5, 0.7, 1.0)  # of the protocol's margins: 0.25, 0.35 and 0.5 points
CORRECTIONS = {"holm": "holm", "benjamini-hochberg": "fdr_bh", "none": "none"}
SPLITS = 5


def verdicts_by_choice(material: Material) -> pd.DataFrame:
    """Return claims_by_choice.csv: the verdict on every claim under each of 18 combinations of choices.

    Columns: id, difference (paired or welch), margin_factor, correction, verdict.
    """
    rows = [
        (one.found.claim.id, difference, factor, correction, one.verdict)
        for difference, factor, correction in product(DIFFERENCES, MARGIN_FACTORS, CORRECTIONS)
        for one in judge(material, Choices(DIFFERENCES[difference], factor, CORRECTIONS[correction]))
    ]
    return pd.DataFrame(rows, columns=["id", "difference", "margin_factor", "correction", "verdict"])


def verdicts_by_half(material: Material) -> pd.DataFrame:
    """Return claims_by_half.csv: the verdicts from one random half of the seeds, and from the other.

    Columns: id, split, first, second. A claim that has no verdict on either half is left out.
    """
    random, seeds = np.random.default_rng(0), np.unique(material.runs["seed"])
    rows = []
    for split in range(SPLITS):
        order = random.permutation(seeds)
        halves = [judge(_on(material, half)) for half in np.array_split(order, 2)]
        rows += [(a.found.claim.id, split, a.verdict, b.verdict) for a, b in zip(*halves, strict=True)]
    table = pd.DataFrame(rows, columns=["id", "split", "first", "second"])
    return table[~table[["first", "second"]].isin(WITHOUT_VERDICT).any(axis=1)]


def _on(material: Material, seeds: np.ndarray) -> Material:
    runs, curves = (table[table["seed"].isin(seeds)] for table in (material.runs, material.curves))
    return replace(material, runs=runs, curves=curves)


def agreement(halves: pd.DataFrame) -> tuple[float, float]:
    """Return in which share of cases both halves decide, and in which share of these they agree."""
    decided = halves[(halves[["first", "second"]] != OPEN).all(axis=1)]
    shares = len(decided) / len(halves) if len(halves) else np.nan, (decided["first"] == decided["second"]).mean()
    return float(shares[0]), float(shares[1])
