"""The whole pipeline against the original's way: python benchmarks/pipeline.py [--help].

Of a finished results folder: how long its jobs took and how much of that was training. On this
machine, now: how long the original's 44 trainings, one after another, would take in its own loop.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from cases import EPOCH, PROJECT, Arrays, describe_data, load_arrays
from finished_run import FinishedRun, read_finished_run
from peers import CONTENDERS

from fmnist.common.errors import FmnistError
from fmnist.plan.experiments import plan_experiments
from fmnist.plan.original import read_reported
from fmnist.plan.yaml_files import read_yaml
from fmnist.runs.provenance import cpu_name
from fmnist.training.settings import RunSettings


def main(arguments: Sequence[str] | None = None) -> None:
    options = parse(arguments)
    torch.set_num_threads(options.threads)
    finished = read_finished_run(options.results)
    trainings = original_trainings()
    seconds = original_seconds(trainings, load_arrays(options.data), options.seconds)
    print(f"{cpu_name()}. The original's loop: {options.threads} threads, data {describe_data(options.data)}.\n")
    print(table(finished, trainings, seconds))


def original_trainings() -> list[RunSettings]:
    """The settings of every training whose numbers the original prints, repetitions and all."""
    plan = plan_experiments(read_yaml(PROJECT / "config.yaml"))
    reported = read_reported(PROJECT / "report/reported.yaml")
    members = {(name, member.label): member for name, entry in plan.experiments.items() for member in entry.members}
    return [plan.runs[members[key].run_id] for key in reported.runs if key in members]


def original_seconds(trainings: list[RunSettings], arrays: Arrays, block: float) -> dict[RunSettings, float]:
    """Seconds of every distinct training, from a block of its own steps in the original's loop."""
    seconds = {}
    for number, config in enumerate(dict.fromkeys(trainings), 1):
        seconds[config] = seconds_per_step(config, arrays, block) * EPOCH / config.batch_size * config.epochs
        print(f"{number}: {seconds[config]:.0f} s for {config.settings()}", file=sys.stderr, flush=True)
    return seconds


def seconds_per_step(config: RunSettings, arrays: Arrays, block: float) -> float:
    """Time about `block` seconds of steps, after a warm-up that tells how many those are."""
    train = CONTENDERS["original"].build(config, arrays)
    train(2)
    steps = min(EPOCH // config.batch_size, max(2, round(block / (train(2) / 2))))
    return train(steps) / steps


def table(finished: FinishedRun, trainings: list[RunSettings], seconds: dict[RunSettings, float]) -> str:
    """The comparison in Markdown."""
    original = sum(seconds[config] for config in trainings)
    note = "" if finished.trainings == len(seconds) else f", where the original's are {len(seconds)} distinct ones"
    rows = [
        (f"training, summed over the {finished.trainings} runs{note}", finished.training),
        ("training jobs, summed: with start, loading of data and writing", finished.training_jobs),
        ("all other jobs, summed", finished.other_jobs),
        ("wall time from the first job's start to the last file", finished.wall),
        ("of it, while no run was training", finished.wall - finished.wall_training),
        ("of it, while no job was running: Snakemake itself, and pauses between calls", finished.idle),
        (f"the original's {len(trainings)} trainings of {trainings[0].epochs} epochs, one after another", original),
    ]
    lines = [f"| {what} | {value:,.1f} |" for what, value in rows]
    ratio = f"\nThe original's way takes {original / finished.wall:.1f} times as long as the pipeline's wall time"
    ratio += f", and {original / finished.training:.1f} times its summed training. {LIMITS}"
    return "\n".join(["| what | seconds |", "|---|---:|", *lines, ratio])


LIMITS = "The original's testing, figures and report are not in its time; ours are in the wall time."


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    results = Path(os.path.relpath(PROJECT / "results"))
    parser.add_argument("--results", type=Path, default=results, help=f"finished results folder ({results})")
    parser.add_argument("--data", type=Path, default=results / "data/fashion_mnist.npz", help="prepared array file")
    parser.add_argument("--seconds", type=float, default=5.0, help="of steps of each distinct run (5)")
    threads = torch.get_num_threads()
    parser.add_argument(
        "--threads", type=int, default=threads, help=f"of the original's loop; PyTorch's own choice here is {threads}"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    try:
        main()
    except FmnistError as error:
        sys.exit(f"Error: {error}")
