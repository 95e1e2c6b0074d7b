"""The runs behind every claim: a page with the minutes that they took, and the files to ask for to train them again.

`python -m fmnist.claims.evidence` writes docs/evidence.md; with a claim's id it prints the files of its runs.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from fmnist.claims.claim_list import read_claims
from fmnist.claims.compared_runs import KnownRuns, run_ids_by_claim
from fmnist.common.errors import ConfigError, DataError, FmnistError
from fmnist.common.files import write_text
from fmnist.common.wording import counted, ranges
from fmnist.plan.experiments import plan_experiments
from fmnist.plan.original import read_reported
from fmnist.plan.yaml_files import read_configs
from fmnist.runs.gathering import read_runs

PROJECT = Path(__file__).resolve().parents[2]
REFERENCE = "reference/runs.csv"
PAGE = "docs/evidence.md"
HEAD = """\
# The evidence for each claim

Made by `make evidence` from `{reference}`: {trainings} in {minutes:,.0f} minutes of one core. A claim needs only
the runs that it compares. In an activated environment (`source .venv/bin/activate`), this trains those of one claim,
with the seeds below, and reports on what is there:

```sh
snakemake --cores all --config extensions=True -- $(python -m fmnist.claims.evidence {example})
make report EXTENSIONS=1 PARTIAL=1 SEEDS={seeds}
```

| claim | runs | seeds | minutes |
|---|---:|---|---:|
"""


def evidence_page(runs: pd.DataFrame, run_ids: Mapping[str, Sequence[str]]) -> str:
    """Return the page; `run_ids` lists the runs that each claim compares, by the claim's id."""
    rows = [_row(claim, runs, needed) for claim, needed in run_ids.items()]
    total = {"trainings": counted(len(runs), "training"), "minutes": runs["seconds"].sum() / 60}
    shown = {"example": next(iter(run_ids)), "seeds": runs["seed"].max() + 1}
    return HEAD.format(reference=REFERENCE, **total, **shown) + "\n".join(rows) + "\n"


def _row(claim: str, runs: pd.DataFrame, needed: Sequence[str]) -> str:
    seeds = common_seeds(runs, needed)
    if not seeds:
        return f"| {claim} | {len(needed)} | – | – |"
    used = runs["run_id"].isin(needed) & runs["seed"].isin(seeds)
    return f"| {claim} | {len(needed)} | {ranges(seeds)} | {runs.loc[used, 'seconds'].sum() / 60:,.1f} |"


def common_seeds(runs: pd.DataFrame, needed: Sequence[str]) -> list[int]:
    """Return the seeds that a runs.csv has of all these runs, in order."""
    seeds = [set(runs.loc[runs["run_id"] == run_id, "seed"]) for run_id in needed]
    return sorted(set.intersection(*seeds)) if seeds else []


def metrics_files(runs: pd.DataFrame, needed: Sequence[str], results: str) -> list[str]:
    """Return the files of the trainings that a claim compares: Snakemake's targets."""
    seeds = common_seeds(runs, needed)
    return [f"{results}/runs/{run_id}/seed={seed}/metrics.json" for run_id in needed for seed in seeds]


def main(arguments: Sequence[str], project: Path = PROJECT) -> None:
    """Write the page, or print the files of the claims that are named.

    Raises ConfigError or DataError where a file is wrong, and for a claim that is unknown or has no common seed.
    """
    plan = plan_experiments({**read_configs([project / "config.yaml"]), "extensions": True})
    known = KnownRuns(experiments=plan.experiments, reported=read_reported(project / "report/reported.yaml"))
    run_ids = run_ids_by_claim(read_claims(project / "report/claims.yaml"), known)
    runs = read_runs(project / REFERENCE)
    if not arguments:
        write_text(project / PAGE, evidence_page(runs, run_ids))
        return
    for claim in arguments:
        if claim not in run_ids:
            raise ConfigError(f"report/claims.yaml has no claim {claim!r}; expected one that {PAGE} lists.")
        files = metrics_files(runs, run_ids[claim], plan.config.results)
        if not files:  # and Snakemake, asked for nothing, would train everything
            raise DataError(f"{REFERENCE} has no seed that all runs of {claim!r} have; expected at least one.")
        print("\n".join(files))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (FmnistError, OSError) as error:
        sys.exit(f"Error: {error}")
