"""Small things that many tests build: configs, plans, runs, curves and the objects of Snakemake jobs."""

import copy
import importlib.util
import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pandas as pd
import torch

from fmnist.plan.experiments import Experiment, Plan, plan_experiments
from fmnist.plan.original import Reported, read_reported
from fmnist.plan.yaml_files import read_yaml
from fmnist.runs.gathering import CURVE_HEADER, RUN_COLUMNS
from fmnist.training import loop as training
from fmnist.training.dataset import Dataset
from fmnist.training.engines import Engine, Step
from fmnist.training.settings import RunSettings, run_settings

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "tests/sample"
CONFIG = read_yaml(ROOT / "config.yaml")
REPORTED = ROOT / "report/reported.yaml"
CLAIMS = ROOT / "report/claims.yaml"

DELETED = object()  # changed(config, {place: DELETED}) removes the key


def changed(changes: dict[str, Any], config: dict[str, Any] = CONFIG) -> dict[str, Any]:
    """Return a copy of a config with values put in, each at a place like `defaults/epochs`."""
    result = copy.deepcopy(config)
    for place, value in changes.items():
        *parents, last = place.split("/")
        target = result
        for step in parents:
            target = target.setdefault(step, {})
        if value is DELETED:
            del target[last]
        else:
            target[last] = value
    return result


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything in a document, its root first."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, child in children for place in places(child, (*path, key)))]


def plan(config: dict[str, Any] = CONFIG) -> Plan:
    """Plan a config, as the Snakefile does."""
    return plan_experiments(config)


def plan_of(experiments: dict[str, dict[str, Any]], changes: dict[str, Any] | None = None) -> Plan:
    """Plan the shipped config with other experiments; section and title need not be given."""
    entries = {name: {"section": "4-2", "title": "A title", **entry} for name, entry in experiments.items()}
    return plan(changed({**(changes or {}), "experiments": entries}))


def ids(config: dict[str, Any]) -> set[str]:
    """Return the ids of the runs that a config needs."""
    return set(plan(config).runs)


def run_config(**overrides: Any) -> RunSettings:
    """Return the base case with some settings overridden."""
    return run_settings({"model": "lenet5", **overrides})


def reported() -> Reported:
    return read_reported(REPORTED)


def only(dataset: Dataset, train: int, test: int) -> Dataset:
    """Return the first images of a data set."""
    return Dataset(
        dataset.train_images[:train],
        dataset.train_labels[:train],
        dataset.test_images[:test],
        dataset.test_labels[:test],
    )


class Spy:
    """What a training does inside: its network, its first weights, its batches, its learning rates."""

    def __init__(self, monkeypatch: Any) -> None:
        self.model: torch.nn.Module
        self.first_weights: dict[str, torch.Tensor] = {}
        self.batches: list[torch.Tensor] = []
        self.learning_rates: list[float] = []  # one a step, as the step used it
        self._originals = (training.build_model, training.choose_engine)
        monkeypatch.setattr(training, "build_model", self._build_model)
        monkeypatch.setattr(training, "choose_engine", self._choose_engine)

    def _build_model(self, config: RunSettings) -> torch.nn.Module:
        self.model = self._originals[0](config)
        self.first_weights = copy.deepcopy(self.model.state_dict())
        return self.model

    def _choose_engine(self, requested: str, model: torch.nn.Module, device: torch.device) -> Engine:
        engine = self._originals[1](requested, model, device)

        def trainer(data: Dataset, loss: str, optimizer: torch.optim.Optimizer, batch_size: int) -> Step:
            step = engine.trainer(data, loss, optimizer, batch_size)

            def spied(batch: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
                self.batches.append(batch)
                self.learning_rates.append(optimizer.param_groups[0]["lr"])
                return step(batch)

            return spied

        return replace(engine, trainer=trainer)


NUMBERS = {"parameter_count": 61706, "train_accuracy": 0.9, "epochs_trained": 20, "seconds": 60.0}
NUMBERS |= {"device": "cpu", "engine": "torch"}


def runs_frame(numbers: Iterable[tuple[str, int, float, float | None]], **others: Any) -> pd.DataFrame:
    """Build a runs.csv of (run id, seed, test accuracy, final train loss or None: diverged)."""
    rows = [
        {
            "run_id": run_id,
            "seed": seed,
            "test_accuracy": accuracy,
            "train_loss": math.nan if loss is None else loss,
            "test_loss": 0.3,
            "diverged": loss is None,
            **NUMBERS,
            "fitted_train_accuracy": accuracy,
            "generalization_gap": 0.0,
            **others,
        }
        for run_id, seed, accuracy, loss in numbers
    ]
    return pd.DataFrame(rows, columns=list(RUN_COLUMNS))


def curves_frame(run_ids: Iterable[str], seeds: Sequence[int] = (0,), epochs: int = 20) -> pd.DataFrame:
    """Build a loss.csv of falling losses: 1/epoch, a little more for each further seed."""
    rows = [
        (run_id, seed, epoch, (1 + seed / 10) / epoch, 0.5 + epoch / 50, 2 / epoch, 0.4 + epoch / 50, 0.001)
        for run_id in run_ids
        for seed in seeds
        for epoch in range(1, epochs + 1)
    ]
    return pd.DataFrame(rows, columns=["run_id", "seed", *CURVE_HEADER.split(",")])


def swept_runs(experiment: Experiment, seeds: Sequence[int] = (0,)) -> pd.DataFrame:
    """Build a runs.csv for an experiment: accuracies 0.80, 0.81, ... and losses 0.1, 0.2, ... by value."""
    return runs_frame(
        (run_id, seed, 0.80 + index / 100 + seed / 1000, 0.1 * (index + 1) + seed / 100)
        for index, run_id in enumerate(dict.fromkeys(experiment.run_ids))
        for seed in seeds
    )


def metrics_of(run_id: str, seed: int, settings: dict[str, Any], data_sha256: str = "d" * 64) -> dict[str, Any]:
    """Return the content of a metrics.json as a finished run leaves it."""
    return {
        "run_id": run_id,
        "seed": seed,
        "config": settings,
        "data_sha256": data_sha256,
        "parameter_count": 61706,
        "epochs_trained": 20,
        "diverged": False,
        "train_loss": 0.16,
        "train_accuracy": 0.94,
        "test_loss": 0.31,
        "test_accuracy": 0.89,
        "fitted_train_accuracy": 0.95,
        "generalization_gap": 0.95 - 0.89,
    }


def provenance_of(**changes: Any) -> dict[str, Any]:
    """Return the content of a provenance.json as a finished run leaves it."""
    return {
        "versions": {"python": "3.11.0", "torch": "2.9.0"},
        "platform": "Linux",
        "cpu": "A CPU",
        "device": "cpu",
        "engine": "torch",
        "threads": 1,
        "data_sha256": "d" * 64,
        "git_revision": "f" * 40,
        "seconds": 12.5,
        **changes,
    }


def script(name: str) -> ModuleType:
    """Import a workflow script; outside Snakemake it defines `main` and runs nothing."""
    spec = importlib.util.spec_from_file_location(f"script_{name}", ROOT / "workflow/scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Outputs(SimpleNamespace):
    """Outputs by name and, as Snakemake has them, by position."""

    def __getitem__(self, index: int) -> Any:
        return list(vars(self).values())[index]


def job(**parts: Any) -> SimpleNamespace:
    """Build what Snakemake hands a script: job(input={...}, output={...}, params={...}, ...)."""
    return SimpleNamespace(
        **{
            name: Outputs(**part) if isinstance(part, dict) and name != "config" else part
            for name, part in parts.items()
        }
    )
