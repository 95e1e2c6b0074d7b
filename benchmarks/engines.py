"""The two engines over seeds, at full length: python benchmarks/engines.py [--help].

Train the runs of reference/runs.csv with the torch engine, from the same seeds as the native
engine. Weights, batches and dropout are the same; only rounding differs, and 12,000 steps let it
grow. So compare the engines' distributions over seeds, not single runs. Each finished training is
added to benchmarks/engines.csv, so that an interrupted comparison can resume.
"""

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pandas as pd
import torch
from cases import PROJECT

from fmnist.analysis.statistics import welch
from fmnist.plan.experiments import plan_experiments
from fmnist.plan.yaml_files import read_yaml
from fmnist.runs.gathering import read_runs
from fmnist.training.dataset import load_dataset
from fmnist.training.devices import make_deterministic
from fmnist.training.loop import train
from fmnist.training.settings import RunSettings

RUNS = ("fc", "lenet5", "lenet5__batch_norm=true")
MEASURES = {"test_accuracy": ("test accuracy, points", 100.0), "train_loss": ("training loss", 1.0)}
KEY = ["run_id", "seed"]


def main(arguments: Sequence[str] | None = None) -> None:
    options = parse(arguments)
    runs = read_runs(options.runs)
    native = runs[runs["run_id"].isin(RUNS) & (runs["engine"] == "native") & (runs["seed"] < options.seeds)]
    done = pd.read_csv(options.out) if options.out.exists() else pd.DataFrame(columns=[*KEY, *MEASURES])
    finished = set(done[KEY].itertuples(index=False, name=None))
    wanted = [job for job in native[KEY].sort_values("seed").itertuples(index=False, name=None) if job not in finished]
    with ProcessPoolExecutor(options.processes) as pool:
        for row in pool.map(trained, wanted, [options.data] * len(wanted)):
            done = pd.concat([done, pd.DataFrame([row])], ignore_index=True).sort_values(KEY)
            done.to_csv(options.out, index=False)
            print(row, file=sys.stderr, flush=True)
    print(table(native, done))


def trained(job: tuple[str, int], data: Path) -> dict[str, object]:
    """Train one run with the torch engine; return its row."""
    run_id, seed = job
    device = torch.device("cpu")
    make_deterministic(device, 1)
    last = train(config_of(run_id), load_dataset(data, device), seed, engine="torch").epochs[-1]
    return dict(zip([*KEY, *MEASURES], [run_id, seed, last.test_accuracy, last.train_loss], strict=True))


def config_of(run_id: str) -> RunSettings:
    """Return the settings of one of the report's runs."""
    return plan_experiments(read_yaml(PROJECT / "config.yaml")).runs[run_id]


def table(native: pd.DataFrame, reference: pd.DataFrame) -> str:
    """Compare the engines: means, and the difference with its 95 % interval."""
    lines = [
        "| run | measure | seeds | native | torch | difference (95 % interval) |",
        "|:---|:---|---:|---:|---:|---:|",
    ]
    for run in RUNS:
        for measure, (name, scale) in MEASURES.items():
            ours, torchs = (
                rows.loc[rows["run_id"] == run, measure].to_numpy(dtype=float) * scale for rows in (native, reference)
            )
            difference = welch(ours, torchs)
            low, high = difference.lower(0.025), difference.upper(0.025)
            means = f"{len(ours)} and {len(torchs)} | {ours.mean():.4f} | {torchs.mean():.4f}"
            lines.append(f"| {run} | {name} | {means} | {difference.effect:+.4f} ({low:+.4f} to {high:+.4f}) |")
    return "\n".join(lines)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train three runs with the torch engine and compare it with ours.")
    parser.add_argument("--runs", type=Path, default=PROJECT / "reference/runs.csv")
    parser.add_argument("--seeds", type=int, default=5, help="how many seeds, from 0 on (default: 5)")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--data", type=Path, default=PROJECT / "results/data/fashion_mnist.npz")
    parser.add_argument("--out", type=Path, default=PROJECT / "benchmarks/engines.csv")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
