# The plan (which runs, for which experiments) and the small helpers that every stage uses.
# All checks of the config happen here, before any job starts.

import os
import re
from pathlib import Path

from fmnist.config import read_yaml
from fmnist.errors import FmnistError
from fmnist.experiments import plan_experiments
from fmnist.reported import read_claims, read_reported

BASE = Path(workflow.basedir)


def here(path):
    """A file of the project, relative to where Snakemake runs: a moved project stays up to date."""
    return os.path.relpath(BASE / path)


def modules(*names):
    """Modules of the package, as inputs: editing one reruns the rules that name it."""
    return [here(f"fmnist/{name}") for name in names]


def plan(config):
    """Read and check all that a person writes; a fault ends Snakemake with one sentence."""
    try:
        for path in workflow.configfiles:
            read_yaml(Path(path))  # Snakemake's own reader lets a key stand twice
        names = ", ".join(os.path.relpath(path) for path in workflow.configfiles)
        schema = read_yaml(BASE / "workflow/schemas/config.schema.yaml")
        planned = plan_experiments(config, schema, names)
        read_reported(BASE / "report/reported.yaml", BASE / "workflow/schemas/reported.schema.yaml")
        read_claims(BASE / "report/claims.yaml", BASE / "workflow/schemas/claims.schema.yaml")
        return planned
    except FmnistError as error:
        raise WorkflowError(str(error)) from None


PLAN = plan(config)
RESULTS = config["results"]
LOGS = f"{RESULTS}/logs"
BENCHMARKS = f"{RESULTS}/benchmarks"
RUN = f"{RESULTS}/runs/{{run_id}}/seed={{seed}}"

# Paths, not `rules.data.output`, for the inputs of many jobs: Snakemake 9.27 takes six times
# as long to plan 10,000 jobs that name another rule.
ARRAYS = f"{RESULTS}/data/fashion_mnist.npz"
CHECKSUM = f"{RESULTS}/data/fashion_mnist.sha256"

# One entry per training: the config's seeds, within each run.
RUNS = [(run_id, seed) for run_id in PLAN.runs for seed in config["seeds"]]


def run_files(name, pairs=RUNS):
    """The file `name` of each (run id, seed)."""
    return [f"{RESULTS}/runs/{run_id}/seed={seed}/{name}" for run_id, seed in pairs]


wildcard_constraints:
    run_id=r"[A-Za-z0-9_.=-]+",
    seed=r"\d+",
    experiment="|".join(map(re.escape, PLAN.experiments)),
    network="fc|lenet5",
