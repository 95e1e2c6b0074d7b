"""Part of gpu.py: the trainings of the whole report, through Snakemake."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator

import pandas as pd
from cases import PROJECT
from gpu_parts import Row, Scale


def report(scale: Scale) -> Iterator[Row]:
    """Train every run of the report with one seed through Snakemake, from prepared data, and gather them.

    Copy runs.csv to the folder of the results, to compare its accuracies with reference/. The pages need
    pandoc and Typst, which such a machine lacks. They take half a minute without a GPU.
    """
    results = f"results/gpu_{os.getpid()}"  # a new folder: nothing in it is finished
    try:
        snakemake(scale, results, f"{results}/data/fashion_mnist.npz")
        yield from dry_report(scale, results) if scale.dry else whole_report(scale, results)
    finally:
        shutil.rmtree(PROJECT / results, ignore_errors=True)


def dry_report(scale: Scale, results: str) -> Iterator[Row]:
    """Train one run, with the native engine."""
    seconds = snakemake(scale, results, f"{results}/runs/fc/seed=0/metrics.json")
    yield Row("report", "one run of the quick config", "native engine", "seconds", seconds)


def whole_report(scale: Scale, results: str) -> Iterator[Row]:
    """Train all runs; where the time is too short, yield how many there are."""
    what = (f"41 runs, {scale.at_once} at once", "graph engine")
    try:
        yield Row("report", *what, "seconds", snakemake(scale, results, f"{results}/runs.csv"))
    except subprocess.TimeoutExpired as error:
        finished = len(list((PROJECT / results).glob("runs/*/*/metrics.json")))
        yield Row("report", *what, f"runs finished in {error.timeout:.0f} s", finished, problem="the time is used up")
        return
    shutil.copy(PROJECT / results / "runs.csv", scale.out / "gpu_runs.csv")
    seconds = pd.read_csv(scale.out / "gpu_runs.csv").set_index("run_id")["seconds"]
    yield Row("report", "all runs", "graph engine", "seconds of training, summed", float(seconds.sum()))
    for run_id in ("fc", "lenet5"):
        yield Row("report", run_id, "graph engine", "seconds of training", float(seconds[run_id]))


def snakemake(scale: Scale, results: str, target: str) -> float:
    """Make a target and return the seconds. Ends this process where Snakemake fails.

    Raises subprocess.TimeoutExpired a little before the part's limit; gpu.py then ends what still runs.
    """
    command = [sys.executable, "-m", "snakemake", "--quiet", "rules", "--cores", str(os.cpu_count())]
    values = [f"results={results}"]
    if scale.dry:
        command += ["--configfile", "config.yaml", "config.quick.yaml"]
    else:
        command += ["--resources", f"gpu={scale.at_once}"]
        values += ["seeds=1", "engine=graph"]
        values += [f"data={{folder: {scale.folder.resolve()}}}"] if scale.folder else []
    started = time.monotonic()
    command += ["--config", *values, "--", target]
    if subprocess.run(command, cwd=PROJECT, check=False, timeout=scale.end - started).returncode:
        sys.exit("Snakemake failed; gpu.log says why")
    return time.monotonic() - started
