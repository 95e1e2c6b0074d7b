"""The runs behind every claim, as a page: the command that trains them, and the minutes that they took.

`python -m fmnist.claims.evidence reference` writes docs/evidence.md.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from fmnist.claims.claim_list import read_claims
from fmnist.claims.compared_runs import KnownRuns, run_ids_by_claim
from fmnist.common.errors import FmnistError
from fmnist.common.files import write_text
from fmnist.common.wording import counted
from fmnist.plan.experiments import plan_experiments
from fmnist.plan.original import read_reported
from fmnist.plan.yaml_files import read_configs
from fmnist.runs.gathering import read_runs

PROJECT = Path(__file__).resolve().parents[2]
PAGE = "docs/evidence.md"
TRAIN = "snakemake --cores all --config extensions=True -- results/runs/{runs}/seed={seeds}/metrics.json"
HEAD = """\
# The evidence for each claim

Made by `make evidence` from `{folder}/runs.csv`: {trainings} in {minutes:,.0f} minutes of one core. A claim needs
only the runs that it compares. In bash, with the environment active (`source .venv/bin/activate`), its command
trains them; `make report PARTIAL=1 EXTENSIONS=1`, with `SEEDS` that include its seeds, then judges what is there.

| claim | minutes | command |
|---|---:|---|
"""


def evidence_page(runs: pd.DataFrame, run_ids: dict[str, list[str]], folder: str) -> str:
    """Return the page; `run_ids` lists the runs that each claim compares, by the claim's id."""
    rows = [_row(claim, runs[runs["run_id"].isin(needed)], needed) for claim, needed in run_ids.items()]
    total = {"trainings": counted(len(runs), "training"), "minutes": runs["seconds"].sum() / 60}
    return HEAD.format(folder=folder, **total) + "\n".join(rows) + "\n"


def _row(claim: str, runs: pd.DataFrame, needed: Sequence[str]) -> str:
    seeds = [set(runs.loc[runs["run_id"] == run_id, "seed"]) for run_id in needed]
    shared = sorted(set.intersection(*seeds)) if seeds else []
    if not shared:
        return f"| {claim} | – | not run with a common seed |"
    minutes = runs.loc[runs["seed"].isin(shared), "seconds"].sum() / 60
    command = TRAIN.format(runs=_braces(needed), seeds=_sequence(shared) or _braces([str(seed) for seed in shared]))
    return f"| {claim} | {minutes:,.1f} | `{command}` |"


def _braces(words: Sequence[str]) -> str:
    """Return words as bash expands them: `lenet5{,__pooling=max}`."""
    # By characters, not folders: run ids share settings.
    same = len(os.path.commonprefix(words)) if len(words) > 1 else len(words[0])  # noqa: RUF071
    rest = ",".join(word[same:] for word in words)
    return words[0][:same] + (f"{{{rest}}}" if rest else "")


def _sequence(numbers: Sequence[int]) -> str:
    """Return `{0..9}` for two numbers or more without a gap, nothing for others."""
    first, last = numbers[0], numbers[-1]
    return f"{{{first}..{last}}}" if last - first + 1 == len(numbers) > 1 else ""


def write_evidence(folder: Path, project: Path = PROJECT) -> None:
    """Write the page from a folder's runs.csv. Raises ConfigError or DataError where a file is wrong."""
    plan = plan_experiments({**read_configs([project / "config.yaml"]), "extensions": True})
    known = KnownRuns(experiments=plan.experiments, reported=read_reported(project / "report/reported.yaml"))
    run_ids = run_ids_by_claim(read_claims(project / "report/claims.yaml"), known)
    page = evidence_page(read_runs(folder / "runs.csv"), run_ids, folder.name)
    write_text(project / PAGE, page)


if __name__ == "__main__":
    try:
        write_evidence(Path(sys.argv[1]))
    except (FmnistError, OSError) as error:
        sys.exit(f"Error: {error}")
