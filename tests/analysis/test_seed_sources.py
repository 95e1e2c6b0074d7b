"""Components of variance of a grid of first weights by orders, on made-up accuracies."""

import numpy as np
import pytest
from builders import plan_of, runs_frame

from fmnist.analysis.seed_sources import SWEPT, seed_sources

GRID = plan_of({"grid": {"sweep": {key: list(range(30)) for key in SWEPT}}}).experiments["grid"]


def test_the_deviations_are_those_put_in() -> None:
    random = np.random.default_rng(0)
    weights, order, rest = (
        random.normal(0, 0.3, (30, 1)),
        random.normal(0, 0.1, (1, 30)),
        random.normal(0, 0.2, (30, 30)),
    )
    percent = (90 + weights + order + rest).ravel()
    runs = runs_frame((run_id, 0, value / 100, 0.2) for run_id, value in zip(GRID.run_ids, percent, strict=True))
    assert seed_sources(GRID, runs) == pytest.approx((0.3, 0.1, 0.2), rel=0.25)
    assert seed_sources(GRID, runs.iloc[1:]) is None


def test_other_experiments_have_no_sources() -> None:
    other = plan_of({"pooling": {"sweep": {"pooling": ["average", "max"]}}}).experiments["pooling"]
    assert seed_sources(other, runs_frame([])) is None
