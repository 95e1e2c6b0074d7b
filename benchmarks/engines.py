"""The two engines over seeds, at full length: python benchmarks/engines.py [--help].

The same seed gives both engines the same weights, batches and dropout; what differs is the
rounding, which 12,000 steps make grow. So single runs differ, and the question is whether
the engines' distributions over seeds do. Each training is added to benchmarks/engines.csv
when it is done: a cut-off comparison goes on where it was.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pandas as pd
import torch
from cases import PROJECT

from fmnist.config import read_yaml
from fmnist.dataset import load_dataset
from fmnist.devices import make_deterministic
from fmnist.experiments import resolve
from fmnist.run_config import RunConfig
from fmnist.statistics import welch
from fmnist.training import train

RUNS: dict[str, dict[str, object]] = {
    "base": {},
    "max pooling and batch norm": {"pooling": "max", "batch_norm": True},
    "dropout, batch 160": {"dropout": True, "batch_size": 160},
}
ENGINES = ("native", "torch")
MEASURES = {"test_accuracy": ("test accuracy, points", 100.0), "train_loss": ("training loss", 1.0)}
KEY = ["run", "engine", "seed"]
Job = tuple[str, str, int]


def main(arguments: Sequence[str] | None = None) -> None:
    options = parse(arguments)
    done = pd.read_csv(options.out) if options.out.exists() else pd.DataFrame(columns=[*KEY, *MEASURES])
    finished = set(done[KEY].itertuples(index=False, name=None))
    wanted = [job for job in jobs(options.seeds) if job not in finished]
    with ProcessPoolExecutor(options.processes) as pool:
        for row in pool.map(trained, wanted, [options.data] * len(wanted)):
            done = pd.concat([done, pd.DataFrame([row])], ignore_index=True).sort_values(KEY)
            done.to_csv(options.out, index=False)
            print(row, file=sys.stderr, flush=True)
    print(table(done))


def jobs(seeds: int) -> Iterator[Job]:
    return ((run, engine, seed) for seed in range(seeds) for run in RUNS for engine in ENGINES)


def trained(job: Job, data: Path) -> dict[str, object]:
    """Train one run; return its row."""
    run, engine, seed = job
    settings, _ = resolve(read_yaml(PROJECT / "config.yaml"), RUNS[run], f"run {run}")
    device = torch.device("cpu")
    make_deterministic(device, 1)
    result = train(RunConfig.from_settings(settings), load_dataset(data, device), seed, engine=engine)
    last = result.epochs[-1]
    return dict(zip([*KEY, *MEASURES], [run, result.engine, seed, last.test_accuracy, last.train_loss], strict=True))


def table(done: pd.DataFrame) -> str:
    """Compare the engines: means, and the difference with its 95 % interval."""
    lines = [
        "| run | measure | seeds | native | torch | difference (95 % interval) |",
        "|:---|:---|---:|---:|---:|---:|",
    ]
    for run in RUNS:
        for measure, (name, scale) in MEASURES.items():
            rows = done[done["run"] == run]
            native, other = (rows.loc[rows["engine"] == e, measure].to_numpy(dtype=float) * scale for e in ENGINES)
            difference = welch(native, other)
            low, high = difference.interval(0.95)
            means = f"{len(native)} and {len(other)} | {native.mean():.4f} | {other.mean():.4f}"
            lines.append(f"| {run} | {name} | {means} | {difference.effect:+.4f} ({low:+.4f} to {high:+.4f}) |")
    return "\n".join(lines)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train three runs with both engines and compare their distributions.")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--data", type=Path, default=PROJECT / "results/data/fashion_mnist.npz")
    parser.add_argument("--out", type=Path, default=PROJECT / "benchmarks/engines.csv")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
