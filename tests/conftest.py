"""Fixtures that several files of tests share."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import pytest
import torch
from builders import changed, curves_frame, only, plan, reported
from claim_builders import claims
from workflow_builders import prepare

from fmnist.claims.compared_runs import KnownRuns
from fmnist.claims.evaluate import evaluate_claims
from fmnist.claims.examine import PROTOCOL, Choices, Material
from fmnist.training import checkpoints
from fmnist.training.dataset import Dataset, load_dataset

collect_ignore = ["browser"]  # These tests have an environment of their own: make test-browser.


def pytest_configure(config: pytest.Config) -> None:
    """Leave the other cores to the other workers of pytest-xdist."""
    torch.set_num_threads(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what is slow."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def arrays(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample of tests/sample, prepared as the data rule prepares it; its checksum file lies beside it."""
    return prepare(tmp_path_factory.mktemp("prepared") / "fashion_mnist.npz")


@pytest.fixture(scope="session")
def sample(arrays: Path) -> Dataset:
    """The 1,500 training and 750 test images as tensors."""
    return load_dataset(arrays)


@pytest.fixture
def judge(tmp_path: Path) -> Callable[..., pd.DataFrame]:
    """Judge claims on runs, and on loss curves that fall for every run and seed."""

    def judged(
        runs: pd.DataFrame, *entries: dict[str, Any], curves: pd.DataFrame | None = None, choices: Choices = PROTOCOL
    ) -> pd.DataFrame:
        if curves is None:
            curves = curves_frame(sorted(set(runs["run_id"])), sorted(set(runs["seed"])))
        material = Material(
            claims=claims(tmp_path, *entries),
            known=KnownRuns(experiments=plan(changed({"extensions": True})).experiments, reported=reported()),
            runs=runs,
            curves=curves,
        )
        return evaluate_claims(material, choices).set_index("id", drop=False)

    return judged


@pytest.fixture
def few_images(sample: Dataset) -> Dataset:
    """150 training and 60 test images: an epoch takes no time."""
    return only(sample, 150, 60)


@pytest.fixture
def every_epoch_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a checkpoint after every epoch, however short."""
    monkeypatch.setattr(checkpoints, "SECONDS_BETWEEN", 0.0)


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Torch on one thread, as a job has it, and as before afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def no_figure_stays_open() -> Iterator[None]:
    """Close what a test has drawn."""
    yield
    plt.close("all")


@pytest.fixture
def untouched_logging() -> Iterator[None]:
    """Put the root logger back: run_logged points it to a job's log file."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for handler in set(root.handlers) - set(handlers):
        handler.close()
    root.handlers[:], root.level = handlers, level
