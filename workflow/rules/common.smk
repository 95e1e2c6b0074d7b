# The plan (which runs, for which experiments) and the small helpers that every stage uses.
# All checks of the config happen here, before any job starts.

import os
import re
from pathlib import Path

from fmnist.claims.claim_list import read_claims
from fmnist.claims.compared_runs import KnownRuns, runs_by_claim
from fmnist.plan.config import resolved
from fmnist.common.errors import FmnistError
from fmnist.plan.experiments import plan_experiments, with_runs
from fmnist.plan.original import read_reported
from fmnist.runs.reuse import is_reused, read_known, reusable
from fmnist.plan.cost import has_nvidia_gpu, work

BASE = Path(workflow.basedir)


def here(path):
    """A file of the project, relative to where Snakemake runs: a moved project stays up to date."""
    return os.path.relpath(BASE / path)


def package(name):
    """Return the files of a package, C++ included: an edit reruns the rules that name it."""
    folder = BASE / "fmnist" / name
    return sorted(
        here(path)
        for ending in ("py", "cpp", "h")
        for path in folder.rglob(f"*.{ending}")
    )


# Each package imports only those before it. `training` is left out: what it changes
# arrives through the files of the runs.
STAGES = "common data plan runs analysis claims figures report".split()


def up_to(stage):
    """Return the files of a package and of all that it may import."""
    return [
        path for name in STAGES[: STAGES.index(stage) + 1] for path in package(name)
    ]


def checked_plan():
    """Read and check all that a person writes; a fault ends Snakemake with one sentence."""
    try:
        # The last is config.yaml, over which those of the command line are laid.
        layers = [workflow.configfiles[-1], *workflow.config_settings.configfiles]
        names = ", ".join(dict.fromkeys(map(os.path.relpath, layers)))
        reported = read_reported(BASE / "report/reported.yaml")
        claims = read_claims(BASE / "report/claims.yaml")
        plan = plan_experiments(config, names)
        runs_by_claim(
            claims, KnownRuns(experiments=plan.experiments, reported=reported)
        )
        return plan
    except FmnistError as error:
        raise SystemExit(f"Error: {error}") from None


def stop_unless_folder(path):
    """End with one sentence where a file stands in the way of the results."""
    for part in [Path(path), *Path(path).parents]:
        if part.exists() and not part.is_dir():
            raise SystemExit(
                f"Error: results is {path!r}, and {str(part)!r} is a file; allowed: a folder, there or not yet."
            )


def folder_of(key, folder):
    """A folder that the config names; a relative one is the project's, wherever Snakemake runs."""
    if folder is None:
        return None
    path = without_tilde(key, folder)
    return path if os.path.isabs(path) else here(path)


def without_tilde(key, folder):
    """A path whose `~` or `~someone` is written out; Snakemake ends where nobody has that name."""
    path = os.path.expanduser(folder)
    if path.startswith("~"):
        raise SystemExit(
            f"Error: {key} is {folder!r}, and no user has that home; allowed: a path, or null."
        )
    return path


PLAN = checked_plan()
# From here on nothing is left to a default: scripts and the report see what applies.
config.update(resolved(PLAN.config))
SETTINGS = {run_id: run.settings() for run_id, run in PLAN.runs.items()}
RESULTS = config["results"]
stop_unless_folder(RESULTS)
LOGS = f"{RESULTS}/logs"
BENCHMARKS = f"{RESULTS}/benchmarks"
RUN = f"{RESULTS}/runs/{{run_id}}/seed={{seed}}"

# Paths, not `rules.data.output`, for the inputs of many jobs: Snakemake 9.27 takes three
# times as long to plan 10,000 jobs that name another rule.
ARRAYS = f"{RESULTS}/data/fashion_mnist.npz"
CHECKSUM = f"{RESULTS}/data/fashion_mnist.sha256"
TRAINING_STATE = f"{RESULTS}/data/training_state.sha256"
ALL_RUNS = f"{RESULTS}/runs.csv"

# One entry per training: the seeds within each run.
PLANNED = PLAN.trainings(PLAN.config.seed_list())

REUSE = folder_of("reuse", config["reuse"])


def reused_runs():
    """The planned (run id, seed) that need no training: the folder `reuse` holds them."""
    if REUSE is None:
        return []
    if Path(REUSE).resolve() == Path(RESULTS).resolve():
        raise SystemExit(
            f"Error: reuse is {config['reuse']!r}, where the results are written to; allowed: null, or another folder."
        )
    try:
        known = read_known(Path(REUSE), config["reuse"])
        return reusable(known, SETTINGS, PLANNED, config["data"]["dataset"])
    except FmnistError as error:
        raise SystemExit(f"Error: {error}") from None


def reused_files(*names):
    """Files that the folder `reuse` need not have: all of them, or none where one is not there."""
    paths = [f"{REUSE}/{name}" for name in names]
    return paths if REUSE and all(Path(path).exists() for path in paths) else []


REUSED = reused_runs()


def finished_runs():
    """The planned (run id, seed) that are there, or reused: of these a partial report is made.

    A run that was taken from a folder which `reuse` names no more would be trained: it is not there.
    """
    paths = {pair: Path(RUN.format(run_id=pair[0], seed=pair[1])) for pair in PLANNED}
    reused = set(REUSED)
    found = [
        pair
        for pair, path in paths.items()
        if pair in reused or ((path / "metrics.json").exists() and not is_reused(path))
    ]
    if not found:
        raise SystemExit(
            f"Error: partial is true, and no run is finished in {RESULTS!r}; allowed: once there is one."
        )
    return found


RUNS = finished_runs() if config["partial"] else PLANNED
# What has a table and a figure: every experiment, but for what a partial report lacks.
SHOWN = with_runs(PLAN.experiments, {run_id for run_id, _ in RUNS})


def run_files(name, pairs=RUNS):
    """The file `name` of each (run id, seed)."""
    return [f"{RESULTS}/runs/{run_id}/seed={seed}/{name}" for run_id, seed in pairs]


def deleted_runs():
    """The runs that were gathered and are gone: Snakemake misses no input of what is there already.

    Naming them all as targets would do as well, and take longer to plan.
    """
    if not Path(ALL_RUNS).exists():
        return []
    return [path for path in run_files("metrics.json") if not Path(path).exists()]


def settings_of(wildcards):
    """The settings of a run by its id."""
    if wildcards.run_id not in PLAN.runs:
        raise SystemExit(
            f"Error: the run {wildcards.run_id!r} belongs to no experiment; allowed: a run of the config."
        )
    return PLAN.runs[wildcards.run_id]


def work_of_run(wildcards):
    """How long a run takes beside others."""
    run = PLAN.runs.get(wildcards.run_id)
    return work(run) if run else 0


# One GPU where the config demands it or this machine has one; none otherwise.
# Without a GPU the request must be 0, or `--resources gpu=1` would run one job at a time.
GPUS_PER_RUN = int(
    config["device"] == "cuda" or (config["device"] == "auto" and has_nvidia_gpu())
)


def stop_without_cuda():
    """End before any job starts where the config demands a GPU that is not there."""
    from fmnist.training.devices import (
        require_cuda,
    )  # imports torch, which only this check needs

    try:
        require_cuda()
    except FmnistError as error:
        raise SystemExit(f"Error: {error}") from None


def memory_of_run(wildcards, attempt):
    """Megabytes: PyTorch and the resident images take about 1,000; retries get more."""
    return 2000 * attempt


# A generous limit for a cluster: the longest training takes about 20 minutes on one core.
MINUTES_PER_RUN = 240


wildcard_constraints:
    run_id=r"[A-Za-z0-9_.=-]+",
    seed=r"\d+",
    experiment="|".join(map(re.escape, PLAN.experiments)),
    network="fc|lenet5",
