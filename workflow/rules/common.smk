# The plan (which runs, for which experiments) and the small helpers that every stage uses.
# All checks of the config happen here, before any job starts.

import os
import re
from pathlib import Path

from snakemake.logging import logger

from fmnist.claims.claim_list import read_claims
from fmnist.claims.compared_runs import KnownRuns, runs_by_claim
from fmnist.plan.config import join_own, resolved
from fmnist.common.errors import FmnistError
from fmnist.plan.experiments import plan_experiments, with_runs
from fmnist.plan.original import read_reported
from fmnist.data.datasets import FILES
from fmnist.data.files import data_hash, find, image_set
from fmnist.runs.reuse import read_reused, reused_trainings
from fmnist.plan.cost import has_nvidia_gpu, work


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
        names = (
            ", ".join(dict.fromkeys(map(os.path.relpath, workflow.configfiles)))
            or "config"
        )
        plan = plan_experiments(config, names)
        path = report_file("claims.yaml", plan.config)
        known = KnownRuns(
            experiments=plan.experiments,
            reported=read_reported(Path(report_file("reported.yaml", plan.config))),
            path=path,
        )
        runs_by_claim(read_claims(Path(path)), known)
        return plan
    except FmnistError as error:
        raise SystemExit(f"Error: {error}") from None


def stop_unless_writable(path):
    """End with one sentence where a file or a broken link stands in the way, or a folder is read-only."""
    parts = [Path(path), *Path(path).parents]
    for part in parts:
        if os.path.lexists(part) and not os.path.isdir(part):
            what = "a file" if os.path.exists(part) else "a broken link"
            raise SystemExit(
                f"Error: results is {RESULTS!r}, and {str(part)!r} is {what}; expected a folder, there or not yet."
            )
    for folder in [next(filter(os.path.isdir, parts)), os.curdir]:
        if not os.access(folder, os.W_OK | os.X_OK):
            raise SystemExit(
                f"Error: {os.path.abspath(folder)!r} cannot be written to; expected a folder that can."
            )


def folder_of(key, folder):
    """A folder that the config names; a relative one is where Snakemake runs, or else the project's."""
    if folder is None:
        return None
    path = os.path.expanduser(folder)
    if path.startswith("~"):
        raise SystemExit(
            f"Error: {key} is {folder!r}, and no user has that home; expected a path, or null."
        )
    return path if os.path.isabs(path) or os.path.isdir(path) else here(path)


def report_file(name, checked_config):
    """A file of the folder that the report is written from; `report` is the project's own."""
    folder = checked_config.report.folder
    place = here(folder) if folder == "report" else folder_of("report.folder", folder)
    return os.path.relpath(os.path.join(place, name))


PLAN = checked_plan()
# From here on nothing is left to a default: scripts and the report see what applies.
config.update(resolved(PLAN.config))
# The source files of networks of the config's author: an edit trains their runs again.
OWN_NETWORKS = {
    run_id: os.path.relpath(join_own(run.model, "model"))
    for run_id, run in PLAN.runs.items()
    if ":" in run.model
}
EXPERIMENTS = {name: one.as_dict() for name, one in PLAN.experiments.items()}
SETTINGS = {run_id: run.settings() for run_id, run in PLAN.runs.items()}
RESULTS = config["results"]
CLASSES = list(image_set(config["data"]["dataset"]).classes)
for part in ("", "benchmarks", "data", "figures", "logs", "report", "runs", "tables"):
    stop_unless_writable(f"{RESULTS}/{part}")
LOGS = f"{RESULTS}/logs"
RUN = f"{RESULTS}/runs/{{run_id}}/seed={{seed}}"

# Paths, not `rules.data.output`, for the inputs of many jobs: Snakemake 9.27 takes three
# times as long to plan 10,000 jobs that name another rule.
ARRAYS = f"{RESULTS}/data/fashion_mnist.npz"
CHECKSUM = f"{RESULTS}/data/fashion_mnist.sha256"
TRAINING_STATE = f"{RESULTS}/data/training_state.sha256"
ALL_RUNS = f"{RESULTS}/runs.csv"

REUSE = folder_of("reuse", config["reuse"])
CLAIMS = report_file("claims.yaml", PLAN.config)
REPORTED = report_file("reported.yaml", PLAN.config)


def planned_runs():
    """Every (run id, seed) of the report."""
    if PLAN.config.seeds != "reused":
        return PLAN.trainings(PLAN.config.seed_list())
    try:
        return reused_trainings(Path(REUSE), config["reuse"], PLAN)
    except FmnistError as error:
        raise SystemExit(f"Error: {error}") from None


# One entry per training: the seeds within each run.
PLANNED = planned_runs()


def reused_runs():
    """The planned (run id, seed) that the folder `reuse` holds: they need no training."""
    if REUSE is None:
        return []
    if Path(REUSE).resolve() == Path(RESULTS).resolve():
        raise SystemExit(
            f"Error: reuse is {config['reuse']!r}, where the results are written; expected null, or another folder."
        )
    data = data_hash(config["data"]["dataset"])
    try:
        return list(read_reused(Path(REUSE), config["reuse"], PLANNED, SETTINGS, data))
    except FmnistError as error:
        raise SystemExit(f"Error: {error}") from None


def reused_files(*names):
    """Files of the folder `reuse`; none where it lacks one of them."""
    paths = [f"{REUSE}/{name}" for name in names]
    return paths if REUSED and all(Path(path).exists() for path in paths) else []


def metrics_files(pairs):
    """The metrics.json of each (run id, seed)."""
    return [
        f"{RESULTS}/runs/{run_id}/seed={seed}/metrics.json" for run_id, seed in pairs
    ]


def missing_files(pairs):
    """Those of them that are not there."""
    return [path for path in metrics_files(pairs) if not Path(path).exists()]


def trained_runs():
    """The (run id, seed) that are trained here; for a partial report, those that are finished."""
    reused = set(REUSED)
    trained = [pair for pair in PLANNED if pair not in reused]
    if config["partial"]:
        trained = [pair for pair in trained if not missing_files([pair])]
    if not trained and not reused:
        raise SystemExit(
            f"Error: partial is true, and no run is finished in {RESULTS!r}; expected at least one."
        )
    return trained


REUSED = reused_runs()
TRAINED = trained_runs()
# In the order of the plan, as in runs.csv.
RUNS = sorted([*REUSED, *TRAINED], key={pair: n for n, pair in enumerate(PLANNED)}.get)
# What has a table and a figure: every experiment, but for what a partial report lacks.
SHOWN = with_runs(PLAN.experiments, {run_id for run_id, _ in RUNS})


def deleted_runs():
    """The runs that were gathered and are gone: Snakemake misses no input of what is there already.

    Naming them all as targets would do as well, and take longer to plan.
    """
    return missing_files(TRAINED) if Path(ALL_RUNS).exists() else []


def settings_of(wildcards):
    """The settings of a run by its id, plain: Snakemake notices no change within an object."""
    if wildcards.run_id not in SETTINGS:
        raise SystemExit(
            f"Error: the run {wildcards.run_id!r} belongs to no experiment; expected a run of the config."
        )
    return SETTINGS[wildcards.run_id]


def own_network(wildcards):
    """The source file of a run's network; none for the built-in ones."""
    return OWN_NETWORKS.get(wildcards.run_id, [])


def work_of_run(wildcards):
    """How long a run takes beside others."""
    run = PLAN.runs.get(wildcards.run_id)
    return work(run) if run else 0


# CUDA graphs exist on GPUs alone.
NEEDS_CUDA = config["device"] == "cuda" or config["engine"] == "graph"
# One GPU where the config demands it or this machine has one; none otherwise.
# Without a GPU the request must be 0, or `--resources gpu=1` would run one job at a time.
GPUS_PER_RUN = int(NEEDS_CUDA or (config["device"] == "auto" and has_nvidia_gpu()))


def stop_without_cuda():
    """End before any job starts where the config demands a GPU that is not there."""
    # Here, since it imports torch, which only this check needs.
    from fmnist.training.devices import require_cuda

    try:
        if config["engine"] == "graph":
            require_cuda("engine is 'graph'", "engine: auto")
        require_cuda()
    except FmnistError as error:
        raise SystemExit(f"Error: {error}") from None


def say(text):
    """Print a sentence that --logger fmnist shows too."""
    logger.info(text, extra={"for_people": True})


wildcard_constraints:
    run_id=r"[A-Za-z0-9_.=-]+",
    seed=r"0|[1-9]\d{0,9}",
    experiment="|".join(map(re.escape, PLAN.experiments)),
    network="fc|lenet5",
